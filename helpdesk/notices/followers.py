"""Who follows a ticket: colleagues are told in the page, people of the municipality get copies of what we reply."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Follower, Ticket
from helpdesk.refusals import NotYourTicket

MOST = 20


class NotAReader(Refusal):
    """Copies go to nobody who may not open the ticket."""

    sentence = _("This person may not read this ticket, so no copies go there.")
    status = 400


class EnoughFollowers(Refusal):
    sentence = _("Twenty people follow this ticket already.")


@transaction.atomic
def follow(ticket: Ticket, person: Person, *, by: Person) -> Follower:
    """Have this person told of the ticket; asking twice changes nothing. Others are added by the desk."""
    if person != by and not by.works_at_the_desk:
        raise NotYourTicket
    if not person.is_active or not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists():
        raise NotAReader
    known = Follower.objects.filter(ticket=ticket)
    if known.exclude(person=person).count() >= MOST:
        raise EnoughFollowers
    follower, is_new = known.get_or_create(ticket=ticket, person=person, defaults={"by": by})
    if is_new:
        journal.record("ticket.followed", ticket, by=by, person=person.pk)
    return follower


@transaction.atomic
def leave(ticket: Ticket, person: Person, *, by: Person) -> None:
    """No more word of it; whoever did not follow is no fault."""
    if person != by and not by.works_at_the_desk:
        raise NotYourTicket
    gone, _rows = Follower.objects.filter(ticket=ticket, person=person).delete()
    if gone:
        journal.record("ticket.unfollowed", ticket, by=by, person=person.pk)


def following(ticket: Ticket) -> list[Person]:
    """Everyone who follows it and still may read it; one query where nobody does."""
    people = [each.person for each in Follower.objects.filter(ticket=ticket).select_related("person")]
    return [person for person in people if person.is_active and is_reader(ticket, person)]


def is_reader(ticket: Ticket, person: Person) -> bool:
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
