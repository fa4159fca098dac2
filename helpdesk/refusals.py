"""What the desk says no to, in sentences."""

from django.utils.translation import gettext_lazy as _

from foundation import Refusal


class TicketMovedOn(Refusal):
    """Somebody changed the ticket between the reader's last look and their click."""

    sentence = _("This ticket has moved on in the meantime. Please look at it again before you decide.")


class TicketTaken(Refusal):
    """Another agent claimed it first; says who."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has taken this ticket.") % {"name": name})


class NotYourTicket(Refusal):
    """Only the desk does this."""

    sentence = _("Only the support desk, or the municipality itself, can do this.")
    status = 403


class FileHeldBack(Refusal):
    """The malware scanner has not spoken yet, or is away."""

    sentence = _("This file is being checked for malware. Please try again in a moment.")
    retry_after = 30


class FileInfected(Refusal):
    sentence = _("This file contained malware and was deleted. Please ask for it to be sent again.")
    status = 410


class NothingSaid(Refusal):
    sentence = _("Please write something first.")
    status = 400


class TicketEnded(Refusal):
    """A reply to a ticket that is over; the way back is to reopen it."""

    sentence = _("This ticket is closed. If the problem is still there, please press “It is still broken here”.")


class ReopenWindowOver(Refusal):
    sentence = _("This ticket was closed long ago. Please open a new one; we will see the old one beside it.")


class IncidentOver(Refusal):
    sentence = _("This major incident is over.")


class ReasonMissing(Refusal):
    sentence = _("Please say why; the municipality will read it.")
    status = 400
