"""When municipalities merge by law: open tickets go on with the successor, ended ones stay where they were."""

from django.db import transaction

from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from helpdesk.models import Ticket
from helpdesk.search import index
from helpdesk.tickets import live_updates


@transaction.atomic
def hand_over(municipality: Municipality, successor: Municipality, *, by: Person) -> int:
    """Number, conversation and promises stay; the successor's people read and answer. Returns how many."""
    tickets = list(Ticket.objects.open().select_for_update(of=("self",)).filter(municipality=municipality))
    for ticket in tickets:
        ticket.municipality = successor
        journal.record("ticket.handed_over", ticket, by=by, before=municipality.code, after=successor.code)
        live_updates.changed(ticket)
    Ticket.objects.bulk_update(tickets, ["municipality"], batch_size=500)
    index.keep([ticket.pk for ticket in tickets])
    return len(tickets)
