"""How the desk spells time and severity in templates: `{% load desk %}`."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation import now
from foundation.directory import spoken, turkish
from helpdesk.due import Countdown

register = template.Library()

SHAPES = {"S1": "outage", "S2": "partial", "S3": "degraded", "S4": "ok"}


@register.filter
def severity_shape(severity: str) -> str:
    """The mark that stands before S1, S2, S3, S4."""
    return SHAPES[severity]


@register.filter
def in_sentence(words) -> str:
    """A term in the middle of a sentence: small letters, Turkish ones in Turkish."""
    return turkish.lower(str(words)) if spoken.in_turkish() else str(words).lower()


@register.filter
def clock_time(at: datetime) -> SafeString:
    """The hour if it is today, else day and hour; exact on hover."""
    local = timezone.localtime(at)
    today = timezone.localdate() == local.date()
    return moment(at, date_format(local, "H.i") if today else date_format(local, "j M D H.i"))


def moment(at: datetime, words: str) -> SafeString:
    local = timezone.localtime(at)
    exact = date_format(local, "j F Y l H.i")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="minutes"), exact, words)


@register.simple_tag
def countdown(started: datetime, due: datetime) -> Countdown:
    """The way to a deadline, seen now."""
    return Countdown(started=started, due=due, at=now())
