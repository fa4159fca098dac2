"""Who one may sign in as, said on the sign-in page of the demonstration."""

from django import template
from django.conf import settings

from foundation.directory import demo
from foundation.directory.models import Membership

register = template.Library()


@register.simple_tag
def demonstration_accounts() -> dict:
    """Who one may sign in as in the demonstration, and the password; nothing elsewhere."""
    if not settings.DEMO:
        return {}
    people = [
        {"email": email, "name": name, "role": Membership.Role(role).label} for email, name, role, _ in demo.ACCOUNTS
    ]
    return {"people": people, "password": demo.PASSWORD}
