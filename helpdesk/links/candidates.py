"""What a ticket may be linked to: by number or by words; before anything is typed, what its municipality asks now."""

from django.db.models import QuerySet

from foundation.directory.models import Person
from foundation.language import texts
from helpdesk.mail.conversations import NUMBER
from helpdesk.models import Ticket
from helpdesk.search import finding
from helpdesk.window.picking import MOST, PickerChoice


def choices(ticket: Ticket, words: str, person: Person) -> list[PickerChoice]:
    """At most `MOST`, the best first; none of them is the ticket itself."""
    found = [each for each in found_by(ticket, words, person) if each.pk != ticket.pk]
    return [PickerChoice(each.number, each.subject, aside_of(each, ticket)) for each in found[:MOST]]


def found_by(ticket: Ticket, words: str, person: Person) -> list[Ticket]:
    if words.strip():
        return list(finding.find(texts.sought(words), person, limit=MOST + 1).tickets)
    return list(open_beside(ticket, person).order_by("-pk")[: MOST + 1])


def open_beside(ticket: Ticket, person: Person) -> QuerySet[Ticket]:
    visible = Ticket.objects.visible_to(person).open().filter(municipality=ticket.municipality_id)
    return visible.select_related("municipality").defer("search_text")


def aside_of(found: Ticket, ticket: Ticket) -> str:
    """Number and state, and the place where it is another one."""
    place = found.municipality.full_name if found.municipality_id != ticket.municipality_id else ""
    return " · ".join(part for part in (found.number, place, str(found.get_status_display())) if part)


def by_number(number: str, person: Person) -> Ticket | None:
    """The ticket that was typed or chosen, if this person may see it."""
    named = NUMBER.search(number)
    visible = Ticket.objects.visible_to(person).select_related("municipality", "component", "requester", "assignee")
    return visible.filter(number=named[0].upper()).first() if named else None
