"""Who sees a restricted ticket: restrict, name, un-name, lift, and the administrator who names themselves."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from helpdesk import events, feed
from helpdesk.incidents import major_incidents
from helpdesk.models import (
    Follower,
    KeptDraft,
    LinkedTicket,
    MergedTicket,
    NamedReader,
    NoticeMatter,
    OwedWord,
    Ticket,
    TicketLink,
)
from helpdesk.notices.followers import NotAReader
from helpdesk.notices.telling import tell
from helpdesk.refusals import HoldsOthers, ReasonMissing, TicketMovedOn
from helpdesk.statutes import clocks, readers
from helpdesk.statutes.readers import require_named
from helpdesk.tickets import assignment, live_updates
from helpdesk.tickets.assignment import require_desk

KEY = "restricted:"
MOST = 30
successors.nobody_else(KEY, "it tells one named person who else sees the ticket now")


class NamedEnough(Refusal):
    sentence = gettext_lazy("Thirty people are named already. Please remove somebody first.")


class LastOfTheDesk(Refusal):
    sentence = gettext_lazy("Nobody else of the desk is named. Please name somebody first, or lift the restriction.")


class LawStillRuns(Refusal):
    sentence = gettext_lazy("A deadline of the law runs in this ticket. Please write down first how it ended.")


class NotRestricted(Refusal):
    sentence = gettext_lazy("No restricted ticket has this number.")
    status = 422


class OnlyAdministrators(Refusal):
    sentence = gettext_lazy("Only a platform administrator can name themselves.")
    status = 403


@transaction.atomic
def restrict(ticket: Ticket, *, kind: str, since: datetime | None = None, by: Person) -> None:
    """From now on only the named see it: whoever does this, who has it, and who asked. Done twice it changes nothing.

    What others were still to hear of it is taken back, and it leaves outages and other tickets. `since` is when a
    breach was learned of or an application arrived, if not when it was filed.
    """
    require_desk(by)
    if ticket.restriction == kind:
        return
    held = MergedTicket.objects.filter(kept=ticket).exists() or ticket.status == Ticket.Status.MERGED
    if held:
        raise HoldsOthers
    free = Ticket.objects.filter(pk=ticket.pk, restriction="")
    if not free.update(restriction=kind, keeper=by, matched_at=now()):
        raise TicketMovedOn
    ticket.restriction, ticket.keeper = kind, by
    readers.name_all(ticket, [person for person in (by, ticket.assignee, ticket.requester) if person], by=by)
    leave_the_others(ticket, by=by)
    live_updates.left(ticket)
    ticket.refresh_from_db()
    clocks.start(ticket, since=since or ticket.created_at)
    journal.record("ticket.restricted", ticket, by=by, restriction=kind)
    events.ticket_restricted.send(Ticket, ticket=ticket)
    live_updates.changed(ticket)


def leave_the_others(ticket: Ticket, *, by: Person) -> None:
    """Outage, links, followers, owed words, other people's drafts, and what programs were told of it."""
    if TicketLink.objects.standing().filter(ticket=ticket).exists():
        major_incidents.unlink(ticket, by=by)
    LinkedTicket.objects.of(ticket).delete()
    hide_from_unnamed(ticket)
    feed.take_back(ticket)


def hide_from_unnamed(ticket: Ticket) -> None:
    named = ticket.named.values("person")
    for rows in (Follower, OwedWord, KeptDraft):
        rows._default_manager.filter(ticket=ticket).exclude(person__in=named).delete()


@transaction.atomic
def name(ticket: Ticket, person: Person, *, by: Person) -> None:
    """Let somebody see it who could if it were not restricted. Named twice is named once."""
    require_named(ticket, by)
    if not person.is_active or not Ticket.objects.reached_by(person).filter(pk=ticket.pk).exists():
        raise NotAReader
    if ticket.named.filter(person=person).exists():
        return
    if ticket.named.count() >= MOST:
        raise NamedEnough
    readers.name_all(ticket, [person], by=by)
    entry = journal.record("ticket.reader_named", ticket, by=by, person=person.pk)
    tell(NoticeMatter.NAMED, ticket, readers.desk_among([person]), what=f"named:{entry.pk}", by=by)


@transaction.atomic
def remove(ticket: Ticket, person: Person, *, by: Person) -> None:
    """They see it no longer. Somebody of the desk always stays; whoever had it has it no more."""
    require_named(ticket, by)
    if take_out(ticket, person, by=by):
        live_updates.changed(ticket)


def take_out(ticket: Ticket, person: Person, *, by: Person | None) -> bool:
    """The row of `person`, everything of theirs about it, and what they kept for the desk. False if not named."""
    Ticket.objects.select_for_update().get(pk=ticket.pk)
    if not ticket.named.filter(person=person).exists():
        return False
    left = [each for each in readers.desk_among(readers.named_in(ticket)) if each != person]
    if not left:
        raise LastOfTheDesk
    NamedReader.objects.filter(ticket=ticket, person=person).delete()
    Ticket.objects.filter(pk=ticket.pk, keeper=person).update(keeper=left[0])
    assignment.give_back(Ticket.objects.filter(pk=ticket.pk, assignee=person), by=by)
    hide_from_unnamed(ticket)
    journal.record("ticket.reader_removed", ticket, by=by, person=person.pk)
    ticket.refresh_from_db()
    return True


@transaction.atomic
def lift(ticket: Ticket, *, by: Person) -> None:
    """Everybody sees it again whom it concerns; not while a deadline of the law runs in it."""
    require_named(ticket, by)
    if ticket.statutory_clocks.filter(ended_at=None).exists():
        raise LawStillRuns
    if not Ticket.objects.filter(pk=ticket.pk).exclude(restriction="").update(restriction="", keeper=None):
        raise TicketMovedOn
    NamedReader.objects.filter(ticket=ticket).delete()
    journal.record("ticket.restriction_lifted", ticket, by=by, restriction=ticket.restriction)
    ticket.refresh_from_db()
    live_updates.changed(ticket)


@transaction.atomic
def enter(number: str, *, reason: str, by: Person) -> Ticket:
    """A platform administrator names themselves: with a reason, in the record, and told to everybody who is named."""
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise OnlyAdministrators
    if not reason.strip():
        raise ReasonMissing(gettext_lazy("Please say why; everybody who is named will read it."))
    ticket = Ticket.objects.exclude(restriction="").filter(number=number.strip().upper()).first()
    if ticket is None:
        raise NotRestricted
    if ticket.named.filter(person=by).exists():
        return ticket
    told = readers.named_in(ticket)
    readers.name_all(ticket, [by], by=by)
    entry = journal.record("ticket.reader_entered", ticket, by=by, text=reason)
    tell(NoticeMatter.ENTERED, ticket, readers.desk_among(told), what=f"entered:{entry.pk}", by=by, by_letter=False)
    for person in told:
        with translation.override(person.language):
            subject, text = words_for(ticket, by, reason)
        outbox.email(f"{KEY}entered:{entry.pk}:{person.pk}", person.email, subject, text)
    return ticket


def words_for(ticket: Ticket, by: Person, reason: str) -> tuple[str, str]:
    subject = _("[%(number)s] A platform administrator sees this restricted ticket now") % {"number": ticket.number}
    lines = [
        _("Who: %(name)s") % {"name": by.name},
        _("Why: %(reason)s") % {"reason": reason},
        f"{settings.PUBLIC_BASE_URL}/tickets/{ticket.number}/",
    ]
    return subject, "\n".join(lines)


def followed_role(person: Person) -> None:
    """Somebody left the desk, a municipality, or the house: where they may read no more they are not named either.

    Where they were the last of the desk, those who answer for it are named in their place.
    """
    gone = Person.objects.get(pk=person.pk)  # as they are now, not as the one at hand remembers
    if gone.works_at_the_desk:
        return
    for ticket in Ticket.objects.filter(named__person=gone).exclude(restriction=""):
        if ticket.keeper_id == gone.pk or not stays(gone, ticket):
            hand_on(ticket, gone)


def stays(person: Person, ticket: Ticket) -> bool:
    """A clerk who still works there; who works nationally beside the desk was named for the desk."""
    reached = Ticket.objects.reached_by(person).filter(pk=ticket.pk).exists()
    return reached and person.is_active and not person.works_nationally


def hand_on(ticket: Ticket, person: Person) -> None:
    if not readers.desk_among(readers.named_in(ticket)):
        readers.name_all(ticket, readers.answering())
    if readers.desk_among(readers.named_in(ticket)):
        take_out(ticket, person, by=None)
