"""`{% csrf_token %}` of every form, with what makes its act happen once."""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.wire import once

register = template.Library()


class OnceToken(CsrfTokenNode):
    """Django's hidden field, and beside it ours; without a request neither."""

    def render(self, context: Context) -> SafeString:
        against_forgery = SafeString(super().render(context))
        person = context.get("user")
        if not against_forgery or person is None or not person.is_authenticated:
            return against_forgery
        own = '{}<input type="hidden" name="{}" value="{}">'
        return format_html(own, against_forgery, once.FIELD, once.new_token(person.pk))


@register.tag
def csrf_token(parser: Parser, token: Token) -> OnceToken:
    """Takes the place of Django's, so that no form can be without it."""
    return OnceToken()
