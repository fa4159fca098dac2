"""Who reads our letters about a ticket: its requester, or whoever answers for the municipality."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from foundation.accounts import people
from foundation.directory.models import Person
from foundation.outbox import successors
from helpdesk.models import Message, NamedReader, Ticket


def readers_of(tickets: Iterable[Ticket]) -> dict[int, Person]:
    """The first who can hear, by ticket; one without is not in it. At most one query."""
    given = heard_about(tickets)
    readers = {ticket.pk: ticket.requester for ticket in given if successors.can_hear(ticket.requester)}
    left = [ticket for ticket in given if ticket.pk not in readers]
    keepers = people.administrators_of({ticket.municipality_id for ticket in left}) if left else {}
    for ticket in left:
        for person in keepers.get(ticket.municipality_id, [])[:1]:
            readers[ticket.pk] = person
    return readers


def heard_about(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Letters about a restricted one go to its requester, while named, and to nobody in their place."""
    given = list(tickets)
    restricted = [ticket for ticket in given if ticket.is_restricted]
    if not restricted:
        return given
    named = set(NamedReader.objects.filter(ticket__in=restricted).values_list("ticket", "person"))
    return [
        ticket
        for ticket in given
        if not ticket.is_restricted
        or ((ticket.pk, ticket.requester_id) in named and successors.can_hear(ticket.requester))
    ]


def keepers_for(ticket: Ticket | None) -> list[Person]:
    if ticket is None or ticket.is_restricted:
        return []
    return people.administrators_of([ticket.municipality_id]).get(ticket.municipality_id, [])


@successors.register("ticket:")
def after_the_requester(key: str, reference: str) -> list[Person]:
    """ "We have it" of `ticket:DST-…:received`."""
    return keepers_for(Ticket.objects.filter(number=key.split(":")[1]).first())


@successors.register("message:")
def after_the_reader_of_a_reply(key: str, reference: str) -> list[Person]:
    message = Message.objects.filter(pk=key.split(":")[1]).select_related("ticket").first()
    return keepers_for(message.ticket) if message else []


@successors.register("incident:")
def after_one_of_many(key: str, reference: str) -> list[Person]:
    """An answer to all; the reference of each letter is its ticket."""
    return keepers_for(Ticket.objects.filter(number=reference).first())


successors.nobody_else("stranger:", "it tells one unknown address how to be heard")


def trouble_with(ticket: Ticket, last_reply: int | None) -> list[str]:
    """What the desk has to know before it writes: who does not hear us. One query where all is well."""
    keys = [f"ticket:{ticket.number}:received", f"message:{last_reply}"]
    sentences = [letter.sentence for letter in successors.unheard(*keys)]
    if not successors.can_hear(ticket.requester):
        reader = readers_of([ticket]).get(ticket.pk)
        sentences.append(said_of_reader(reader))
    return sentences


def said_of_reader(reader: Person | None) -> str:
    if reader is None:
        return _("Nobody of this municipality reads our letters. Please call.")
    return _("Letters about this ticket go to %(name)s, because who filed it cannot be written to.") % {
        "name": reader.name
    }
