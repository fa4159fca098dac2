"""Who has it: one agent at a time, and everyone can see whom."""

from django.db import transaction
from django.db.models import QuerySet

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from helpdesk.models import Ticket
from helpdesk.notices import occasions
from helpdesk.refusals import NotNamed, NotYourTicket, TicketMovedOn, TicketTaken
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import live_updates


@transaction.atomic
def claim(ticket: Ticket, *, by: Person) -> None:
    """Take an unclaimed, open ticket. Of fifty who try, one has it; the others learn who."""
    require_desk(by)
    at = now()
    won = Ticket.objects.unclaimed().filter(pk=ticket.pk).update(assignee=by, claimed_at=at)
    ticket.refresh_from_db()
    if not won:
        refuse_claim(ticket, by)
        return
    ticket_clocks.taken(ticket, at)
    journal.record("ticket.claimed", ticket, by=by)
    live_updates.changed(ticket)


def refuse_claim(ticket: Ticket, by: Person) -> None:
    """Say why the claim failed; pressing twice on one's own ticket is no failure."""
    if not ticket.is_open or ticket.assignee is None:
        raise TicketMovedOn
    if ticket.assignee_id != by.pk:
        raise TicketTaken(ticket.assignee.name)


@transaction.atomic
def release(ticket: Ticket, *, by: Person) -> None:
    """Give it back to the queue."""
    require_desk(by)
    freed = Ticket.objects.open().filter(pk=ticket.pk, assignee=by).update(assignee=None, claimed_at=None)
    if not freed:
        raise TicketMovedOn
    ticket.refresh_from_db()
    ticket_clocks.released(ticket, now())
    journal.record("ticket.released", ticket, by=by)
    live_updates.changed(ticket)


@transaction.atomic
def give_back(tickets: QuerySet[Ticket], *, by: Person | None) -> int:
    """The same for the open ones of somebody who leaves a team or the desk; returns how many."""
    given, at = 0, now()
    for ticket in tickets.select_for_update():
        if (
            Ticket.objects.open()
            .filter(pk=ticket.pk, assignee=ticket.assignee_id)
            .update(assignee=None, claimed_at=None)
        ):
            ticket.refresh_from_db()
            ticket_clocks.released(ticket, at)
            journal.record("ticket.released", ticket, by=by)
            live_updates.changed(ticket)
            given += 1
    return given


@transaction.atomic
def assign(ticket: Ticket, *, to: Person, by: Person) -> None:
    """Hand it to a colleague, whoever has it now."""
    require_desk(by)
    pass_on(ticket, to=to, by=by)


@transaction.atomic
def pass_on(ticket: Ticket, *, to: Person, by: Person | None) -> None:
    """The same; `by` is nobody when a level of its promises hands it on."""
    require_desk(to)
    if ticket.is_restricted and not ticket.named.filter(person=to).exists():
        raise NotNamed
    at, before = now(), ticket.assignee
    handed = Ticket.objects.open().filter(pk=ticket.pk).update(assignee=to, claimed_at=at)
    if not handed:
        raise TicketMovedOn
    ticket.refresh_from_db()
    ticket_clocks.taken(ticket, at)
    journal.record("ticket.assigned", ticket, by=by, to=to.pk)
    if to != before:
        occasions.given(ticket, to=to, before=before, by=by, at=at)
    live_updates.changed(ticket)


def require_party(ticket: Ticket, person: Person) -> None:
    """Only the desk and the municipality itself speak in a ticket; others who may read it do not."""
    homes = [m.municipality_id for m in person.current_memberships if m.role in Membership.MUNICIPAL_ROLES]
    if not person.works_at_the_desk and ticket.municipality_id not in homes:
        raise NotYourTicket


def require_desk(person: Person) -> None:
    if not person.works_at_the_desk:
        raise NotYourTicket
