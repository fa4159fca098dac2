"""Who calls: by the number, among people, contacts and their deputies, then by what was said from it before."""

from collections.abc import Iterator
from dataclasses import dataclass

from foundation.directory.models import Contact, Municipality, Person
from helpdesk.models import PhoneCall, Ticket

MOST = 5


@dataclass(frozen=True)
class KnownCaller:
    """Somebody who may be calling. `duty` is what a contact stands for; `stands_in_for` names whose deputy it is."""

    municipality: Municipality
    person: Person | None = None
    name: str = ""
    duty: str = ""
    stands_in_for: str = ""


def known(number: str) -> list[KnownCaller]:
    """Everyone whose number it is, the surest first, one a municipality and name; at most `MOST`."""
    if not number:
        return []
    found: dict[tuple[int, str], KnownCaller] = {}
    for caller in candidates(number):
        found.setdefault((caller.municipality.pk, caller.name), caller)
        if len(found) == MOST:
            break
    return list(found.values())


def candidates(number: str) -> Iterator[KnownCaller]:
    """Lazily: an earlier one is asked for before the later ones are looked for."""
    for person in Person.objects.filter(phone=number, is_active=True).order_by("pk")[:MOST]:
        if home := person.own_municipality:
            yield KnownCaller(home, person, person.name)
    yield from of_contacts(number)
    yield from of_tickets(number)
    yield from of_calls(number)


def of_contacts(number: str) -> Iterator[KnownCaller]:
    """A proved address stands before one that somebody only wrote down."""
    contacts = Contact.objects.filter(channel=Contact.Channel.SMS, address=number, municipality__closed_at=None)
    rows = contacts.select_related("municipality", "person").prefetch_related("stands_in_for")
    for contact in sorted(rows[:50], key=lambda each: (each.verified_at is None, each.pk)):
        principal = next(iter(contact.stands_in_for.all()), None)
        name = contact.name or (contact.person.name if contact.person else "")
        yield KnownCaller(
            contact.municipality,
            employed(contact.person, contact.municipality),
            name,
            str(contact.get_duty_display()),
            principal.name if principal else "",
        )


def of_tickets(number: str) -> Iterator[KnownCaller]:
    tickets = Ticket.objects.unrestricted().filter(phone=number, municipality__closed_at=None).order_by("-pk")
    for ticket in tickets.select_related("municipality", "requester").defer("search_text")[:1]:
        name = ticket.requester.name if ticket.requester else ""
        yield KnownCaller(ticket.municipality, employed(ticket.requester, ticket.municipality), name)


def of_calls(number: str) -> Iterator[KnownCaller]:
    """Where somebody said who it was when it rang before."""
    calls = PhoneCall.objects.filter(number=number, municipality__isnull=False, municipality__closed_at=None)
    for call in calls.select_related("municipality", "caller").order_by("-pk")[:1]:
        assert call.municipality
        yield KnownCaller(call.municipality, employed(call.caller, call.municipality), call.who)


def employed(person: Person | None, municipality: Municipality) -> Person | None:
    """This person, if they may ask for this municipality today."""
    home = person.own_municipality if person else None
    return person if home and home.pk == municipality.pk else None
