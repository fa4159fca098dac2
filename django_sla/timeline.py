"""Why: the story of one clock in plain sentences, for a reader who was not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_sla import calendars, policies
from django_sla.models import Clock, ClockEvent

Kind = ClockEvent.Kind

RESTS_FOR = {
    "requester": gettext_lazy("an answer from the municipality was awaited"),
    "supplier": gettext_lazy("an outside party was awaited"),
    "major_incident": gettext_lazy("the ticket belonged to an open major incident"),
    "closed": gettext_lazy("the ticket was closed"),
}

RESTS_NOW = {
    "requester": gettext_lazy("an answer from the municipality is awaited"),
    "supplier": gettext_lazy("an outside party is awaited"),
    "major_incident": gettext_lazy("the ticket belongs to an open major incident"),
}


@dataclass(frozen=True)
class TimelineLine:
    """One thing that happened: when, what kind of thing, and the sentence a person reads."""

    at: datetime
    kind: str
    sentence: str
    rule: str
    due_before: datetime | None
    due_after: datetime | None


def lines(clock: Clock) -> list[TimelineLine]:
    """The story in order, in the language that is active."""
    events = list(clock.events.all())
    return [_line(clock, event) for event in events]


def summary(clock: Clock, at: datetime) -> str:
    """How it stands or ended, in one sentence with the open time used and left."""
    hours = calendars.hours(clock.calendar)
    left = clock.remaining(at, hours)
    if left is None or clock.allowance is None:
        return _("Not started yet.")
    facts = {
        "used": duration(clock.allowance - left),
        "allowed": duration(clock.allowance),
        "calendar": clock.calendar.name,
    }
    sentence = _("Used %(used)s of %(allowed)s (%(calendar)s).") % facts
    return f"{_standing(clock, at, left)} {sentence}"


def as_text(clock: Clock, at: datetime) -> Iterator[str]:
    """The timeline for a terminal: heading, summary, one line for each event."""
    target = clock.version.target(clock.metric)
    promise = policies.target_text(target) if target else ""
    yield f"{clock.get_metric_display()} · {clock.cycle} · {clock.version.policy.name} · {promise}"
    yield f"  {summary(clock, at)}"
    for line in lines(clock):
        yield f"  {moment(line.at, clock)}  {line.sentence}"
    yield ""


def moment(at: datetime | None, clock: Clock) -> str:
    """ "19.06.2026 Cuma 16.40" in the clock's own zone, to the minute; a dash without a moment."""
    if at is None:
        return "–"
    local = at.astimezone(calendars.hours(clock.calendar).zone)
    return f"{local:%d.%m.%Y} {formats.date_format(local.date(), 'l')} {local:%H.%M}"


def duration(span: timedelta) -> str:
    """Open time in words, to the minute: "3 h 20 min"."""
    minutes = int(abs(span).total_seconds() // 60)
    if not minutes and span:
        return _("less than 1 min")
    hours, minutes = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(_("%(count)d h") % {"count": hours})
    if minutes or not parts:
        parts.append(_("%(count)d min") % {"count": minutes})
    return " ".join(parts)


def because(kinds: str) -> str:
    """The reason of a rest in words; several joined."""
    return ", ".join(str(RESTS_FOR.get(kind, kind)) for kind in kinds.split(",") if kind)


def _standing(clock: Clock, at: datetime, left: timedelta) -> str:
    if clock.outcome == Clock.Outcome.EXCUSED:
        return _("Breached and excused.")
    if clock.breached_at:
        return _("Breached at %(moment)s.") % {"moment": moment(clock.breached_at, clock)}
    if clock.state == Clock.State.FULFILLED:
        return _("Kept at %(moment)s.") % {"moment": moment(clock.ended_at, clock)}
    if clock.state == Clock.State.DETACHED:
        return _("Withdrawn at %(moment)s.") % {"moment": moment(clock.ended_at, clock)}
    if clock.state == Clock.State.RESTING:
        reasons = ", ".join(str(RESTS_NOW.get(kind, kind)) for kind in clock.resting_for)
        return _("At rest: %(reason)s.") % {"reason": reasons}
    if left < timedelta():
        return _("Late by %(time)s.") % {"time": duration(left)}
    return _("%(time)s left, due %(moment)s.") % {"time": duration(left), "moment": moment(clock.due_at, clock)}


def _line(clock: Clock, event: ClockEvent) -> TimelineLine:
    sentence = _sentence(clock, event)
    if event.reason:
        sentence = f"{sentence} “{event.reason}”"
    rule = rule_in_words(clock, event.rule)
    return TimelineLine(event.at, event.kind, sentence, rule, event.due_before, event.due_after)


def rule_in_words(clock: Clock, rule: str) -> str:
    """The terms or the calendar that an event names by its code ("s2 v1", "tr-mesai"), as people call it."""
    code, _space, number = rule.rpartition(" v")
    if code and number.isdigit():
        policy = clock.version.policy
        return terms(policy.name if policy.code == code else code.upper(), int(number))
    return clock.calendar.name if rule == clock.calendar.code else rule


def terms(name: str, number: int) -> str:
    return _("%(name)s, version %(number)d") % {"name": name, "number": number}


def _sentence(clock: Clock, event: ClockEvent) -> str:
    facts = {
        "rule": rule_in_words(clock, event.rule),
        "reason": because(event.reason_kind),
        "due": moment(event.due_after, clock),
        "before": moment(event.due_before, clock),
        "verdict": VERDICTS.get(event.reason_kind, ""),
    }
    return escalation(event) if event.kind == Kind.ESCALATE else str(SENTENCES[event.kind]) % facts


def escalation(event: ClockEvent) -> str:
    """Who was told at which share of the time; the level is kept as "percent:75:notify:assignee"."""
    unit, amount, action, to = event.reason_kind_parts
    who = str(TOLD.get(to, to))
    if unit == "percent":
        return _("%(percent)s%% of the time was used; told: %(who)s.") % {"percent": amount, "who": who}
    return ngettext(
        "Not answered for %(count)d minute; told: %(who)s.",
        "Not answered for %(count)d minutes; told: %(who)s.",
        int(amount) // 60,
    ) % {"count": int(amount) // 60, "who": who}


TOLD = {
    "assignee": gettext_lazy("the person responsible"),
    "shift_lead": gettext_lazy("the shift lead"),
    "manager": gettext_lazy("the manager"),
    "next_on_call": gettext_lazy("the next person on call"),
}

VERDICTS: dict[str, object] = {
    Clock.Outcome.MET: gettext_lazy("the promise was kept"),
    Clock.Outcome.MISSED: gettext_lazy("the promise was broken"),
}

SENTENCES: dict[str, object] = {
    Kind.ATTACH: gettext_lazy("The promise was attached (%(rule)s)."),
    Kind.START: gettext_lazy("The clock started; due %(due)s."),
    Kind.PAUSE: gettext_lazy("The clock stopped, because %(reason)s."),
    Kind.KEPT_RUNNING: gettext_lazy("The clock did not stop although %(reason)s: the terms do not allow it."),
    Kind.RESUME: gettext_lazy("The clock went on; due %(due)s."),
    Kind.FULFIL: gettext_lazy("The promise was fulfilled."),
    Kind.BREACH: gettext_lazy("The deadline passed; the promise was broken."),
    Kind.EXCUSE: gettext_lazy("The breach was excused."),
    Kind.DETACH: gettext_lazy("The promise was withdrawn."),
    Kind.REOPEN: gettext_lazy("The ticket was reopened; the clock went on with the time left, due %(due)s."),
    Kind.CHANGE: gettext_lazy("Other terms hold from here (%(rule)s); due %(due)s instead of %(before)s."),
    Kind.REJUDGE: gettext_lazy(
        "Judged anew after a correction of the calendar: %(verdict)s; due %(due)s instead of %(before)s."
    ),
    Kind.RECALCULATE: gettext_lazy("The calendar or the terms changed; due %(due)s instead of %(before)s."),
}
