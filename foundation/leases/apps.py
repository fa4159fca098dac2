from django.apps import AppConfig


class LeasesConfig(AppConfig):
    """Keeps the label under which its tables were made."""

    name = "foundation.leases"
    label = "promises"
