"""When municipalities merge by law: open tickets, and what went into them, go on with the successor; others stay."""

from django.db import transaction
from django.db.models import Q

from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from helpdesk.models import Ticket
from helpdesk.search import index
from helpdesk.tickets import live_updates


@transaction.atomic
def hand_over(municipality: Municipality, successor: Municipality, *, by: Person) -> int:
    """Number, conversation and promises stay; the successor's people read and answer. Returns how many."""
    going_on = Q(ended_at=None) | Q(merged__isnull=False, merged__kept__ended_at=None)
    of_it = Ticket.objects.filter(going_on, municipality=municipality)
    tickets = list(of_it.select_for_update(of=("self",)))
    for ticket in tickets:
        ticket.municipality = successor
        journal.record("ticket.handed_over", ticket, by=by, before=municipality.code, after=successor.code)
        live_updates.changed(ticket)
    Ticket.objects.bulk_update(tickets, ["municipality"], batch_size=500)
    index.keep([ticket.pk for ticket in tickets])
    return len(tickets)
