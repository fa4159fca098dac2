"""How a state is shown: shape, word and colour, always the three together."""

from functools import cache

from django import template
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Municipality
from foundation.language import collation, formatting
from foundation.language.templatetags.nobet import shape
from monitoring.checks import patterns
from monitoring.models import Outage, State
from monitoring.nodes import rollup
from monitoring.probing.probe import UNREADABLE_RULES

register = template.Library()

# What the prober notes, in the reader's words; anything else (HTTP 503, a certificate's fault) is shown as noted.
CAUSES = {
    "timeout": _("no answer in time"),
    "connection refused": _("connection refused"),
    "connection reset": _("connection cut off"),
    "forbidden address": _("address not allowed"),
    "TLS handshake failed": _("TLS handshake failed"),
    "too many redirects": _("too many redirects"),
    "no HTTP answer": _("no HTTP answer"),
    "an unexpected greeting": _("an unexpected greeting"),
    "the server does not offer STARTTLS": _("the server does not offer STARTTLS"),
    "the expected line did not come": _("the expected line did not come"),
    "the name has no address": _("the name has no address"),
    "no address of the name accepts": _("no address of the name accepts"),
    "not an address of the web": _("not an address of the web"),
    "redirected to another host with what the check sends": _("redirected to another host with what the check sends"),
    "the answer broke off": _("the answer broke off"),
    "the chunks of the answer are nonsense": _("the chunks of the answer are nonsense"),
    "the body is packed in an unknown way": _("the body is packed in an unknown way"),
    "the body cannot be unpacked": _("the body cannot be unpacked"),
    "the body lacks what it must hold": _("the body lacks what it must hold"),
    "the body holds what it must not": _("the body holds what it must not"),
    rollup.REACHED_AGAIN: _("what it leans on works again"),
    UNREADABLE_RULES: _("the rules of this check cannot be read"),
    **patterns.WORDS,
}


@register.simple_tag
def state(value: str, count: int | None = None) -> SafeString:
    """The mark and word of a state; with `count` behind it in a legend."""
    number = format_html(" <b>{}</b>", formatting.number(count)) if count is not None else ""
    zero = " is-zero" if count == 0 else ""
    return format_html(
        '<span class="nb-state is-{}{}">{}{}{}</span>', value, zero, shape(value), State(value).label, number
    )


@register.simple_tag
@cache
def mark(value: str) -> SafeString:
    """The mark of a state out of `monitoring/status/_marks.html` on the same page: short where there are hundreds."""
    return format_html('<svg class="nb-shape" aria-hidden="true"><use href="#s-{}"/></svg>', value)


@register.simple_tag
def marked(value: str) -> SafeString:
    """`state`, by its short mark."""
    return format_html('<span class="nb-state is-{}">{}{}</span>', value, mark(value), State(value).label)


@register.simple_tag
def out_of_reach() -> SafeString:
    """Instead of a state's word: the thing works, its reader cannot get there."""
    return format_html(
        '<span class="nb-state is-{}">{}{}</span>', State.OUTAGE, mark(State.OUTAGE), gettext("unreachable")
    )


@register.filter
def in_its_province(place: Municipality) -> str:
    """The full name where the province has just been named: without it in brackets."""
    return place.full_name.removesuffix(f" ({place.province.name})")


@register.filter
def lasted(outage: Outage) -> str:
    """How long it was open, in whole minutes: "1 sa 10 dk"."""
    hours, minutes = divmod(int(outage.age(now()).total_seconds()) // 60, 60)
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)d min") % {"minutes": max(1, minutes)}


@register.filter
def capital(text: object) -> str:
    """The first letter large, by the reader's alphabet: "inceleniyor" begins with İ, "investigating" with I."""
    word = str(text)
    turkish_reader = not (translation.get_language() or "tr").startswith("en")
    return (collation.upper(word[:1]) if turkish_reader else word[:1].upper()) + word[1:]


@register.filter
def state_word(value: str) -> str:
    return str(State(value).label)


@register.filter
def cause(noted: str) -> str:
    """Why a probe failed, for people."""
    return str(CAUSES.get(noted, noted))


@register.filter
def looked_up(key: str, phrases: dict) -> str:
    """The word for a key; the key itself where there is none."""
    return str(phrases.get(key, key))
