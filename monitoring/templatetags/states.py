"""How a state is shown: shape, word and colour, always the three together."""

from django import template
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.directory import turkish
from foundation.directory.templatetags.nobet import shape
from monitoring.models import State

register = template.Library()


@register.simple_tag
def state(value: str, count: int | None = None) -> SafeString:
    """The mark and word of a state; with `count` behind it in a legend."""
    number = format_html(" <b>{}</b>", count) if count is not None else ""
    zero = " is-zero" if count == 0 else ""
    return format_html(
        '<span class="nb-state is-{}{}">{}{}{}</span>', value, zero, shape(value), State(value).label, number
    )


@register.filter
def capital(text: object) -> str:
    """The first letter large, by the reader's alphabet: "inceleniyor" begins with İ, "investigating" with I."""
    word = str(text)
    turkish_reader = not (translation.get_language() or "tr").startswith("en")
    return (turkish.upper(word[:1]) if turkish_reader else word[:1].upper()) + word[1:]


@register.filter
def state_word(value: str) -> str:
    return str(State(value).label)
