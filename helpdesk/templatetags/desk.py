"""How the desk spells time and severity in templates: `{% load desk %}`."""

from datetime import datetime
from functools import cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation import now
from foundation.language import collation, formatting
from foundation.language.templatetags.nobet import shape
from helpdesk.models.saved_views import QueueColumn
from helpdesk.service_levels.countdown import Countdown
from helpdesk.tickets.queue import QueueFilter, Row
from helpdesk.window import beside

register = template.Library()

SHAPES = {"S1": "outage", "S2": "partial", "S3": "degraded", "S4": "ok"}


@register.filter
@cache
def severity_mark(severity: str) -> SafeString:
    """S1, S2, S3, S4 with its mark before it."""
    mark = shape(SHAPES[severity])
    return format_html('<span class="nb-sev {}">{}{}</span>', severity.lower(), mark, severity)


@register.filter
def in_sentence(text) -> str:
    """A term in the middle of a sentence: small letters, Turkish ones in Turkish."""
    return collation.lower(str(text)) if formatting.in_turkish() else str(text).lower()


@register.filter
def clock_time(at: datetime) -> SafeString:
    """The hour if it is today, else day and hour; exact on hover."""
    local = timezone.localtime(at)
    today = timezone.localdate() == local.date()
    return moment(at, date_format(local, "H.i") if today else date_format(local, "j M D H.i"))


def moment(at: datetime, text: str) -> SafeString:
    local = timezone.localtime(at)
    exact = date_format(local, "j F Y l H.i")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="minutes"), exact, text)


@register.simple_tag
def countdown(started: datetime, due: datetime) -> Countdown:
    """The way to a deadline, seen now."""
    return Countdown(started=started, due=due, at=now())


@register.simple_tag(takes_context=True)
def in_list(context: dict, **more: object) -> str:
    """After an address: the list one came from, so that it is not lost on the way."""
    request = context.get("request")
    return beside.address_of_list(request.GET, **more) if request else ""


RING = (
    '<svg viewBox="0 0 22 22" aria-hidden="true"><circle cx="11" cy="11" r="8"/>'
    '<circle class="run" cx="11" cy="11" r="8" pathLength="100" stroke-dasharray="{} 100"'
    ' transform="rotate(-90 11 11)"/></svg>'
)


@register.simple_tag
def due_mark(ticket, due) -> SafeString:
    """When a ticket is due next, in words and as a ring; else why nothing is.

    `ticket` is a ticket or a row of the queue, `due` its running promise or None. Written here and not as a
    fragment, because a queue draws fifty of them.
    """
    if due:
        count = due.countdown
        ring = "" if count.is_late else format_html(RING, count.ring)
        metric = in_sentence(due.metric_name)
        return format_html('<span class="nb-due {}">{}{} · {}</span>', count.mark, ring, count.words, metric)
    return format_html('<span class="nb-due is-rest">{}</span>', why_nothing_is_due(ticket))


def why_nothing_is_due(ticket) -> str:
    if not ticket.is_open:
        return ticket.get_status_display()
    if ticket.status != "waiting_on_us":
        return _("paused:") + f" {ticket.get_status_display()}"
    return _("paused") if ticket.is_resting else _("no deadline")


@register.simple_tag
def columns_of(wanted: QueueFilter) -> list[tuple[str, str]]:
    """(code, head) of the columns of a saved view; the subject behind what tells one ticket from another."""
    columns = [(code, str(QueueColumn(code).label)) for code in wanted.columns or ()]
    leading = sum(code in (QueueColumn.SEVERITY, QueueColumn.NUMBER) for code, _title in columns)
    return [*columns[:leading], ("subject", _("Subject")), *columns[leading:]]


@register.simple_tag
def cell(row: Row, code: str) -> SafeString:
    """One field of a row of the queue; `data-head` names it where a narrow screen shows no heads."""
    value: object = getattr(row, code) or "—"
    match code:
        case "severity":
            value = severity_mark(row.severity)
        case "due":
            value = due_mark(row, row.due)
        case "opened":
            value = clock_time(row.opened) if row.opened else "—"
        case "status":
            value = row.get_status_display()
    return format_html('<td data-head="{}">{}</td>', QueueColumn(code).label, value)
