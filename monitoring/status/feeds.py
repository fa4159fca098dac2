"""What happened and what is planned, for feed readers and calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import icalendar
from django.conf import settings
from django.utils import feedgenerator, timezone
from django.utils.translation import gettext as _

from foundation.directory.models import Component
from foundation.language import texts
from monitoring.maintenance import repeats
from monitoring.models import Maintenance, Outage, State, StatusUpdate
from monitoring.status.report import StatusReport

FORMATS = {"rss": feedgenerator.Rss201rev2Feed, "atom": feedgenerator.Atom1Feed}


@dataclass(frozen=True)
class FeedFilter:
    """What a reader wants to hear of: one component, or a severity and what is graver."""

    component: Component | None = None
    severity: str = ""

    def holds(self, outage: Outage) -> bool:
        if self.severity and outage.severity > self.severity:
            return False
        return self.component is None or self.component in outage.components.all()


def history(report: StatusReport, past: list[Outage], wanted: FeedFilter, form: str) -> str:
    """One entry an update, newest first; `form` is "rss" or "atom"."""
    about = _("Outages and planned maintenance of the platform")
    here = f"{settings.PUBLIC_BASE_URL}/status/{report.of.code + '/' if report.of else ''}"
    feed = FORMATS[form](
        title=texts.line(f"{report.of.full_name} · Nöbet") if report.of else "Nöbet",
        link=here,
        description=about if report.state != State.NO_DATA else f"{about} · {State.NO_DATA.label}",
        language=None,
        feed_url=f"{here}history.{form}",
    )
    for outage, update in entries([outage for outage in [*report.outages, *past] if wanted.holds(outage)]):
        link = f"{settings.PUBLIC_BASE_URL}/status/outages/{outage.pk}/"
        feed.add_item(
            title=texts.line(f"{outage.title} · {update.get_stage_display()}"),
            link=link,
            description=texts.carried(update.text),
            unique_id=f"{link}#{update.pk}",
            unique_id_is_permalink=False,
            pubdate=update.created_at,
            updateddate=update.created_at,
        )
    return feed.writeString("utf-8")


def entries(outages: list[Outage]) -> list[tuple[Outage, StatusUpdate]]:
    entries = [(outage, update) for outage in outages for update in outage.updates.all()]
    return sorted(entries, key=lambda pair: pair[1].created_at, reverse=True)[:50]


def calendar(windows: list[Maintenance]) -> str:
    """Planned maintenance as iCalendar (RFC 5545), in the wall time of this country; what was called off says so."""
    whole = icalendar.Calendar()
    for name, value in (("version", "2.0"), ("prodid", "-//Nobet//Maintenance//TR"), ("method", "PUBLISH")):
        whole.add(name, value)
    for window in windows:
        for entry in (event(window), *short_rounds(window)):
            whole.add_component(entry)
    whole.add_missing_timezones()
    return whole.to_ical().decode()


def event(window: Maintenance) -> icalendar.Event:
    """A window: the same UID for ever, and a higher SEQUENCE since it ended early or was called off."""
    rule = recurrence(window)
    begins, ends = (window.starts_at, window.ends_at) if rule else (window.begins_at, window.finishes_at)
    entry = entry_of(window, begins, ends)
    if rule:
        entry.add("rrule", rule)
        if off := [wall_time(start) for start, end in early_rounds(window) if end <= start]:
            entry.add("exdate", off)
    return entry


def short_rounds(window: Maintenance) -> Iterator[icalendar.Event]:
    """The rounds of a rule that ended early, each in place of the one that the rule gives."""
    if recurrence(window):
        for begins, ends in early_rounds(window):
            if ends > begins:
                entry = entry_of(window, begins, ends)
                entry.add("recurrence-id", wall_time(begins))
                yield entry


def early_rounds(window: Maintenance) -> list[tuple[datetime, datetime]]:
    """Beginnings and real ends of the rounds that ended early; a round that was called off ended as it began."""
    return [
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in (window.short_rounds or {}).items()
    ]


def entry_of(window: Maintenance, begins: datetime, ends: datetime) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", f"maintenance-{window.pk}@{settings.PUBLIC_BASE_URL.split('//')[-1]}")
    entry.add("dtstamp", window.cancelled_at or window.changed_at or window.created_at)
    entry.add("sequence", window.revision + bool(window.cancelled_at))
    entry.add("status", "CANCELLED" if window.cancelled_at else "CONFIRMED")
    entry.add("dtstart", wall_time(begins))
    entry.add("dtend", wall_time(ends))
    entry.add("summary", texts.line(window.title))
    entry.add("description", texts.carried(window.text))
    return entry


def wall_time(at: datetime) -> datetime:
    return at.astimezone(timezone.get_default_timezone()).replace(microsecond=0)


def recurrence(window: Maintenance) -> icalendar.vRecur | None:
    """The rule of a window; its UNTIL, which we keep in wall time, is told in UTC.

    None for a window that takes place once, and for a rule that calendars cannot read:
    they are told its next round.
    """
    if not repeats.is_usable(window.rule, timezone.make_naive(window.starts_at)):
        return None
    try:
        rule = icalendar.vRecur.from_ical(window.rule.removeprefix("RRULE:"))
    except ValueError:
        return None
    if "UNTIL" in rule:
        rule["UNTIL"] = [until_in_utc(until) for until in rule["UNTIL"]]
    return rule if rule.get("FREQ") else None


def until_in_utc(until: date) -> datetime:
    if not isinstance(until, datetime):
        until = datetime.combine(until, time.min)
    return (until if until.tzinfo else timezone.make_aware(until)).astimezone(UTC)
