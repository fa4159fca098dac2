"""The note at a shift's end: what is open, prefilled, and a word to whoever comes next."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Ticket
from monitoring.models import Outage
from runbooks.models import HandoverNote, Run, Shift

AFTERWARDS = timedelta(hours=12)  # a note may still be written
MOST = 30  # lines of a kind


class NotYourHandover(Refusal):
    sentence = _("Whoever carried the shift writes its hand-over note.")
    status = 403


class NotYetOrTooLate(Refusal):
    sentence = _("A hand-over note is written during a shift or in the twelve hours after it.")


@dataclass(frozen=True)
class OpenMatter:
    """Something that is open: its `kind` ("outage", "run", "ticket"), what it is called, where it is."""

    kind: str
    name: str
    url: str


def open_now() -> list[OpenMatter]:
    """Outages, runs and S1 tickets that are open, oldest first; in three queries."""
    outages = Outage.objects.open().order_by("pk")[:MOST]
    runs = Run.objects.underway().order_by("pk")[:MOST]
    tickets = Ticket.objects.open().unrestricted().filter(severity="S1").order_by("pk")[:MOST]
    return [
        *(OpenMatter("outage", outage.title, reverse("runbooks:situation", args=[outage.pk])) for outage in outages),
        *(OpenMatter("run", f"{run.code} {run.title}", reverse("runbooks:run", args=[run.pk])) for run in runs),
        *(
            OpenMatter("ticket", f"{ticket.number} {ticket.subject}", reverse("helpdesk:ticket", args=[ticket.number]))
            for ticket in tickets
        ),
    ]


def draft() -> str:
    """What the note says before anything is typed: a line for each thing that is open."""
    matters = open_now()
    return "\n".join(f"- {matter.name}: " for matter in matters) if matters else gettext("Nothing is open.")


@transaction.atomic
def write(shift: Shift, *, text: str, by: Person) -> HandoverNote:
    """Keep the note with what is open at this moment. Another one may follow; none is overwritten."""
    if shift.person_id != by.pk:
        raise NotYourHandover
    if not shift.starts_at <= now() < shift.ends_at + AFTERWARDS:
        raise NotYetOrTooLate
    still_open = [asdict(matter) for matter in open_now()]
    note = HandoverNote.objects.create(rota=shift.rota, shift=shift, person=by, text=text, still_open=still_open)
    journal.record("shift.handed_over", note, by=by, rota=shift.rota.key, open=len(still_open))
    return note


def latest() -> list[HandoverNote]:
    """The last note of each rota, if it is younger than a week; in one query."""
    lately = HandoverNote.objects.filter(written_at__gt=now() - timedelta(days=7), rota__ended_at=None)
    by_rota: dict[int, HandoverNote] = {}
    for note in lately.select_related("person", "rota")[:100]:
        by_rota.setdefault(note.rota_id, note)
    return list(by_rota.values())
