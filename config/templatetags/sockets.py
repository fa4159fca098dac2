"""The addresses of sockets, for templates: they stand in a table of their own."""

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def socket_url(name: str, *args: str | int) -> str:
    """As `{% url %}`: where the socket called `name` in its package's table opens."""
    return reverse(name, urlconf="config.serving.routing", args=args)
