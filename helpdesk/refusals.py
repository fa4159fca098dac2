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


class NotNamed(Refusal):
    """A restricted ticket is in the hands of those of the desk who are named."""

    sentence = _("Only people of the desk who are named in this ticket can do this.")
    status = 403


class RestrictedStandsAlone(Refusal):
    """Its number stands in no other ticket, and in no incident that others read."""

    sentence = _("A restricted ticket is linked to nothing, because others would read its number there.")


class DraftTooLong(Refusal):
    sentence = _("This is too long to be kept while you write. It stays in this browser only.")
    status = 413


class ChangedMeanwhile(Refusal):
    """Somebody spoke or changed the ticket while one wrote; `changes` says what."""

    sentence = _("This ticket changed while you wrote. Read what is new, then send it again, or change your text.")

    def __init__(self, changes: object) -> None:
        super().__init__()
        self.changes = changes


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


class TicketWentInto(Refusal):
    """Says where it is written now."""

    def __init__(self, number: str) -> None:
        super().__init__(_("This ticket was merged into %(number)s. Please write there.") % {"number": number})


class HoldsOthers(Refusal):
    sentence = _("Other tickets were merged into this one. Please take them out again first.")


class ReopenWindowOver(Refusal):
    """Says the number of the old ticket, so that the new one can name it."""

    def __init__(self, number: str) -> None:
        sentence = _("This ticket was closed long ago. Please open a new one and mention %(number)s in it.")
        super().__init__(sentence % {"number": number})


class QueueEnded(Refusal):
    sentence = _("This queue has ended.")


class RequesterElsewhere(Refusal):
    sentence = _("Only somebody who works at the municipality of the ticket can be its requester.")


class WrittenElsewhere(Refusal):
    """The wall between municipalities holds for corrections, too."""

    sentence = _(
        "People of another municipality wrote in this ticket; it stays theirs. Please open a new one for the right"
        " place."
    )


class TooLateToUndo(Refusal):
    sentence = _("It can no longer be taken back by one press. Please correct it again.")


class IncidentOver(Refusal):
    sentence = _("This major incident is over.")


class ReasonMissing(Refusal):
    sentence = _("Please say why; the municipality will read it.")
    status = 400
