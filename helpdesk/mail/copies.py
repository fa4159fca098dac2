"""Who stands in copy of a letter: people of the place and of the desk follow its ticket, strangers are only shown."""

from collections.abc import Iterable

from django.db import transaction

from foundation.directory.models import Person
from foundation.journal import journal
from foundation.journal.models import Entry
from foundation.outbox.letters import threads
from helpdesk.mail.conversations import own_addresses
from helpdesk.mail.parsing import Letter
from helpdesk.models import Follower, KnownAddress, ReceivedLetter, Ticket
from helpdesk.notices import followers

MOST_READ = 50  # addresses of one letter
MOST_LETTERS = 50  # of one ticket, the newest first


def in_copy(letter: Letter) -> list[str]:
    """Whom else the writer sent it to; neither ourselves nor the writer."""
    writer = letter.sender.strip().lower()
    others = (address for address in dict.fromkeys(letter.addresses("cc")) if address != writer)
    return [address for address in others if not is_ours(address)][:MOST_READ]


def is_ours(address: str) -> bool:
    """Our mailbox, or the address of a conversation in it."""
    return address in own_addresses() or bool(threads.named_in_addresses([address]))


@transaction.atomic
def follow(ticket: Ticket, letter: Letter, *, by: Person | None) -> None:
    """Those in copy who may follow it do from now on; who has left it, stays away. Again, it changes nothing."""
    addresses = in_copy(letter)
    if not addresses:
        return
    there = set(Follower.objects.filter(ticket=ticket).values_list("person", flat=True))
    gone = left_before(ticket)
    for person in people_at(addresses):
        if person.pk in there | gone or person.pk == ticket.requester_id or not may_follow(ticket, person):
            continue
        if len(there) >= followers.MOST:
            return
        Follower.objects.get_or_create(ticket=ticket, person=person, defaults={"by": by})
        there.add(person.pk)
        journal.record("ticket.followed", ticket, by=by, person=person.pk, in_copy=True)


def may_follow(ticket: Ticket, person: Person) -> bool:
    """Whoever works at the ticket's own municipality, and the desk; nobody else, however well known."""
    home = person.own_municipality
    return person.works_at_the_desk or (home is not None and home.pk == ticket.municipality_id)


def people_at(addresses: Iterable[str]) -> list[Person]:
    """By their accounts, and by addresses that the desk tied to a person."""
    wanted = list(addresses)
    people = list(Person.objects.filter(email__in=wanted, is_active=True).order_by("pk"))
    tied = KnownAddress.objects.filter(address__in=wanted, person__is_active=True).select_related("person")
    return list(dict.fromkeys([*people, *(each.person for each in tied if each.person)]))


def left_before(ticket: Ticket) -> set[int]:
    entries = Entry.objects.filter(
        subject_type=Ticket._meta.label_lower, subject_id=str(ticket.pk), kind="ticket.unfollowed"
    )
    return {facts["person"] for facts in entries.values_list("facts", flat=True)}


def strangers(ticket: Ticket) -> list[str]:
    """Addresses in copy of its letters to which nothing of ours goes. Three queries."""
    letters = ReceivedLetter.objects.filter(ticket=ticket).exclude(copies="").order_by("-pk")
    kept = letters.values_list("copies", flat=True)[:MOST_LETTERS]
    addresses = dict.fromkeys(address for copies in kept for address in copies.split("\n") if address)
    following = {person.pk for person in followers.following(ticket)} | {ticket.requester_id}
    known = {person.email for person in people_at(addresses) if person.pk in following} if addresses else set()
    return [address for address in addresses if address not in known and not is_ours(address)][:MOST_READ]
