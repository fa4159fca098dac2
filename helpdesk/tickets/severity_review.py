"""The desk confirms or corrects the class that the requester's answers led to."""

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Message, Ticket
from helpdesk.refusals import ReasonMissing, TicketMovedOn
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import live_updates
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.conversation import say


@transaction.atomic
def grade(ticket: Ticket, *, severity: str, by: Person, reason: str = "") -> None:
    """Give it another class. Lowering needs a reason, and the municipality reads it."""
    require_desk(by)
    before = ticket.severity
    if severity == before:
        return
    if severity > before and not reason.strip():
        raise ReasonMissing
    if not Ticket.objects.open().filter(pk=ticket.pk, severity=before).update(severity=severity):
        raise TicketMovedOn
    ticket.severity = severity
    ticket_clocks.regraded(ticket, now())
    if reason.strip():
        label = Ticket.Severity(severity).label
        text = _("Severity: %(severity)s. %(reason)s") % {"severity": label, "reason": reason.strip()}
        say(ticket, Message.Kind.PUBLIC, Message.Side.US, by, text)
    journal.record("ticket.graded", ticket, by=by, before=before, after=severity)
    live_updates.changed(ticket)
