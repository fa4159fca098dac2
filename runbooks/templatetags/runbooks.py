"""What the pages of runbooks say in numbers: lengths of time, masked numbers, bars."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation.language import phone_numbers
from foundation.outbox.gateways import advice
from runbooks import durations
from runbooks.broadcasts.report import outcome_classes
from runbooks.models import ContactWay, Matter, Recipient, Run, Step
from runbooks.runs import outcomes

register = template.Library()
WIDTH = 1000  # of a bar's view box
GAP = 1.5
# The classes of the closing equation, and how the design paints them.
PAINT = {
    "delivered": "f-ok",
    "in_flight": "f-wait",
    "unconfirmed": "f-un",
    "failed": "f-bad",
    "acknowledged": "f-ack",
    "silent": "f-rest",
}


@register.filter
def lasting(value: timedelta | None) -> str:
    """ "6 dk 59 sn", "3 sa 30 dk", "42 sn"; a dash where nothing is known."""
    if value is None:
        return "–"
    seconds = round(abs(value.total_seconds()))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours and not minutes:
        return _("%(hours)d h") % {"hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes and not seconds % 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds % 60}
    return _("%(seconds)d s") % {"seconds": seconds}


@register.filter
def clock(at: datetime | None) -> SafeString | str:
    """A <time> of the local clock, "10.04", with the whole moment in its title."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    stamp = local.isoformat(timespec="seconds")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', stamp, local.strftime("%d.%m.%Y %H.%M.%S"), local.strftime("%H.%M")
    )


ENCODINGS = {"GSM7": "GSM-7", "GSM7_TR": "GSM-7 TR", "UCS2": "UCS-2"}


@register.filter
def encoding_name(encoding: str) -> str:
    """As gateways' bills write it; the same in every language."""
    return ENCODINGS[encoding]


@register.filter
def gateway_name(name: str) -> str:
    """What people call a gateway."""
    return advice.title(name)


@register.filter
def day(text: str) -> str:
    """A plan's "2026-10-05" as people here write it; what is no day stands as it was written."""
    try:
        return f"{date.fromisoformat(str(text)):%d.%m.%Y}" if text else ""
    except ValueError:
        return str(text)


@register.filter
def duration(text: str) -> timedelta:
    """A plan's "5m" as a length of time."""
    return durations.duration(text)


@register.filter
def kind_name(kind: str) -> str:
    return str(Step.Kind(kind).label)


@register.filter
def outcome_of(outcome: str, step: Step) -> str:
    """How a step ended, in words."""
    return outcomes.in_words(outcome, step.definition)


@register.filter
def title_of(plan: dict, key: str) -> str:
    """The title of the step with this key; the end has none."""
    return next((step["title"] for step in plan["steps"] if step["key"] == key), _("end"))


@register.simple_tag
def step_title(run: Run, step: Step) -> str:
    """From the run's copy of the plan, without asking the database."""
    return run.plan["steps"][run.place_of(step.key)]["title"]


@register.filter
def masked(address: str) -> str:
    return phone_numbers.masked(address)


@register.filter
def spaced(address: str) -> str:
    """ "+90 532 123 45 67", as one dials it."""
    return phone_numbers.spaced(address)


@register.filter
def reason_name(reason: str) -> str:
    """Why a number stays out, in words."""
    return str(Recipient.Reason(reason).label)


@register.filter
def class_name(name: str) -> str:
    """A class of the closing equation, in words."""
    return outcome_classes.name_of(name)


@register.filter
def paint(name: str) -> str:
    """The colour of a class, as the bar shows it; none for those that the bar leaves out."""
    return PAINT.get(name, "")


@register.filter
def initials(name: str) -> str:
    """For the small round face beside a name."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.simple_tag
def bar(label: str, total: int, **counts: int) -> SafeString:
    """One bar of classes in proportion; `counts` by the names of `PAINT`, in order of reading."""
    total = max(total, 1)
    rects, at = [], 0.0
    for name, count in counts.items():
        wide = WIDTH * count / total
        if count:
            rects.append((PAINT[name], f"{at:.1f}", f"{max(wide - GAP, 1):.1f}"))
        at += wide
    inside = format_html_join("", '<rect class="{}" x="{}" width="{}" height="28"/>', rects)
    return format_html(
        '<svg class="nb-funnel" viewBox="0 0 1000 28" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        inside,
    )


@register.filter
def short_region(region: str) -> str:
    """As a narrow column heads it: "İç A.", "Doğu A.", "Güneydoğu"; the others are short enough."""
    if region.startswith("Güneydoğu"):
        return "Güneydoğu"
    return region.replace(" Anadolu", " A.")


@register.filter
def taken_way(via: str) -> str:
    """How somebody answered a call."""
    ways = {
        "sms": _("by SMS"),
        "keys": _("by a key on the telephone"),
        "link": _("by the link in the letter"),
        "board": _("on the board"),
        "report": _("by declaring it"),
        "handed": _("handed over"),
        "api": _("by another program"),
    }
    return ways.get(via, _("on this page"))


@register.filter
def failure(reason: str) -> str:
    """Why a word reached nobody: our own reasons in words, a gateway's as it gave it."""
    reasons = {
        "not_left": _("did not leave within 45 seconds"),
        "landline": _("a land line"),
        "invalid": _("no such number"),
        "expired": _("too late"),
        "failed": _("refused"),
        "uncertain": _("nobody knows whether it arrived"),
        "aborted": _("stopped"),
    }
    return reasons.get(reason, reason)


@register.filter
def way_name(kind: str) -> str:
    return str(ContactWay.Kind(kind).label)


@register.filter
def matter_kind(kind: str) -> str:
    return str(Matter.Kind(kind).label) if kind in Matter.Kind.values else kind


@register.filter
def masked_address(address: str) -> str:
    return phone_numbers.masked(address)


@register.filter
def seconds(length: float) -> str:
    """ "4 sn", and less than one as such."""
    return _("%(n)d s") % {"n": round(length)} if length >= 1 else _("less than 1 s")


@register.filter
def blank_chip(word: str) -> SafeString:
    """A blank, drawn as one."""
    return format_html('<span class="rb-blank">{}</span>', word)


@register.filter
def diff_class(sign: str) -> str:
    """How a line of a difference is painted."""
    return {"+": "rb-in", "-": "rb-out", "@": "nb-muted"}.get(sign, "")
