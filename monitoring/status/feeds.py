"""What happened and what is planned, for feed readers and calendars."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.utils import feedgenerator
from django.utils.translation import gettext as _

from foundation.directory.models import Component
from monitoring.models import Maintenance, Outage, StatusUpdate
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
    here = f"{settings.PUBLIC_BASE_URL}/status/{report.of.code + '/' if report.of else ''}"
    feed = FORMATS[form](
        title=f"{report.of.full_name} · Nöbet" if report.of else "Nöbet",
        link=here,
        description=_("Outages and planned maintenance of the platform"),
        language=None,
        feed_url=f"{here}history.{form}",
    )
    for outage, update in entries([outage for outage in [*report.outages, *past] if wanted.holds(outage)]):
        link = f"{settings.PUBLIC_BASE_URL}/status/outages/{outage.pk}/"
        feed.add_item(
            title=f"{outage.title} · {update.get_stage_display()}",
            link=link,
            description=update.text,
            unique_id=f"{link}#{update.pk}",
            unique_id_is_permalink=False,
            pubdate=update.created_at,
            updateddate=update.created_at,
        )
    return feed.writeString("utf-8")


def entries(outages: list[Outage]) -> list[tuple[Outage, StatusUpdate]]:
    said = [(outage, update) for outage in outages for update in outage.updates.all()]
    return sorted(said, key=lambda pair: pair[1].created_at, reverse=True)[:50]


def calendar(windows: list[Maintenance], at: datetime) -> str:
    """Planned maintenance as iCalendar (RFC 5545): CRLF lines, folded at 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Nobet//Maintenance//TR", "METHOD:PUBLISH"]
    for window in windows:
        lines += event(window, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def event(window: Maintenance, at: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:maintenance-{window.pk}@{settings.PUBLIC_BASE_URL.split('//')[-1]}",
        f"DTSTAMP:{utc(at)}",
        f"DTSTART:{utc(window.starts_at)}",
        f"DTEND:{utc(window.ends_at)}",
        f"SUMMARY:{escape(window.title)}",
        f"DESCRIPTION:{escape(window.text)}",
    ]
    if window.rule:
        lines.append(f"RRULE:{window.rule.removeprefix('RRULE:')}")
    return [*lines, "END:VEVENT"]


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def fold(line: str) -> str:
    """Lines over 75 octets go on in the next, after a space; never inside a letter."""
    parts, part, room = [], "", 75
    for letter in line:
        if len((part + letter).encode()) > room:
            parts.append(part)
            part, room = "", 74
        part += letter
    return "\r\n ".join([*parts, part])
