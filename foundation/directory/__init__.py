"""Municipalities, provinces, components; people, their memberships and contacts."""
