"""Notes that stay beside every ticket of a municipality: written, changed, ended; handed on by law."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from helpdesk.models import PlaceNote
from helpdesk.tickets.assignment import require_desk

MOST = 20  # standing notes of one municipality


class TooManyNotes(Refusal):
    sentence = _("This municipality has twenty notes. Please end one of them first.")
    status = 409


class NoteMovedOn(Refusal):
    sentence = _("Somebody has changed or ended this note. Please look at it again.")


@transaction.atomic
def write(municipality: Municipality, *, text: str, by: Person) -> PlaceNote:
    """Keep a note. Two at once may make it twenty-one; a bound of the page, no promise."""
    require_desk(by)
    if PlaceNote.objects.standing().filter(municipality=municipality).count() >= MOST:
        raise TooManyNotes
    note = PlaceNote.objects.create(municipality=municipality, text=text, written_by=by)
    journal.record("place_note.written", note, by=by, text=text, municipality=municipality.code)
    return note


@transaction.atomic
def change(note: PlaceNote, *, text: str, by: Person) -> None:
    """Other words. Who read an older state than the one kept is told so, and overwrites nothing."""
    require_desk(by)
    claimed = PlaceNote.objects.standing().filter(pk=note.pk, written_at=note.written_at)
    if not claimed.update(text=text, written_by=by, written_at=now()):
        raise NoteMovedOn
    note.refresh_from_db()
    journal.record("place_note.changed", note, by=by, text=text)


@transaction.atomic
def end(note: PlaceNote, *, by: Person) -> None:
    """It stands beside no ticket any more; its words go with the retention of notes."""
    require_desk(by)
    if not PlaceNote.objects.standing().filter(pk=note.pk).update(ended_at=now()):
        raise NoteMovedOn
    note.refresh_from_db()
    journal.record("place_note.ended", note, by=by)


@transaction.atomic
def hand_on(municipality: Municipality, successor: Municipality | None, *, by: Person) -> int:
    """Notes go on with the municipality that it merged into; without one they end. Returns how many."""
    notes = list(PlaceNote.objects.standing().select_for_update(of=("self",)).filter(municipality=municipality))
    for note in notes:
        if successor:
            note.municipality = successor
            journal.record("place_note.handed_on", note, by=by, before=municipality.code, after=successor.code)
        else:
            note.ended_at = now()
            journal.record("place_note.ended", note, by=by)
    PlaceNote.objects.bulk_update(notes, ["municipality", "ended_at"])
    return len(notes)
