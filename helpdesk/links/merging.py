"""Two tickets of one municipality become one, and are taken apart again without loss.

The merged one ends as *merged*: its promises are withdrawn (neither kept nor missed), its words stay its own and
are shown in the kept one, where everything is written from now on. Its requester, and whoever had or followed it,
follow the kept one. Taking it out gives back state, turn and clocks; what was written since stays where it was
written.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.links.linking import hold
from helpdesk.models import Follower, MergedTicket, Ticket
from helpdesk.notices import occasions
from helpdesk.notices.followers import is_reader
from helpdesk.refusals import RestrictedStandsAlone, TicketMovedOn
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import corrections, emails, live_updates
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.transitions import move

MOST = 20  # tickets in one
MERGED, TAKEN_IN, SEPARATED, LET_GO = (
    "ticket.merged",
    "ticket.taken_in",
    "ticket.separated",
    "ticket.let_go",
)
JOINED = ("municipality", "component", "queue", "requester", "assignee")


class MergedWithItself(Refusal):
    sentence = _("These two are one ticket already.")
    status = 422


class MergedElsewhere(Refusal):
    sentence = _("Tickets of two municipalities are never merged, because neither may read the other. Link them.")


class MergedClosed(Refusal):
    sentence = _("Only open tickets are merged. A closed one can be linked as a repetition.")


class MergedEnough(Refusal):
    sentence = _("Twenty tickets went into this one already.")


class OlderOneStays(Refusal):
    """The promise of whoever asked first is the one to keep."""

    def __init__(self, older: Ticket, younger: Ticket) -> None:
        sentence = _("The older ticket is kept, with its promised times: please merge %(younger)s into %(older)s.")
        super().__init__(sentence % {"older": older.number, "younger": younger.number})


class GraverThanKept(Refusal):
    def __init__(self, kept: Ticket, merged: Ticket) -> None:
        sentence = _("%(merged)s is %(class)s. Please raise the class of %(kept)s to it first, so that no promise is"
                     " lost.")  # fmt: skip
        super().__init__(sentence % {"merged": merged.number, "class": merged.severity, "kept": kept.number})


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: Person) -> Ticket:
    """One ticket from now on; returns the one that is kept. The same again changes nothing.

    1. What it goes into may have been merged itself: the end of that is meant. 2. Both are held. 3. It ends.
    4. Whoever had to do with it follows the kept one. 5. The turn is ours if it was in either.
    6. Record, pages, letter.
    """
    require_desk(by)
    kept = MergedTicket.objects.end_of(into)
    if ticket != kept and MergedTicket.objects.end_of(ticket) == kept:
        return kept
    if ticket == kept:
        raise MergedWithItself
    hold(ticket, kept)
    ticket, kept = (Ticket.objects.select_related(*JOINED).get(pk=each.pk) for each in (ticket, kept))
    require_one(ticket, kept)
    at, was = now(), (ticket.status, ticket.waiting_since)
    move(ticket, Ticket.Status.MERGED, at=at)
    ticket_clocks.merged(ticket, at, kept.number)
    row = MergedTicket(ticket=ticket, into=kept, kept=kept, was_status=was[0], was_waiting_since=was[1], by=by, at=at)
    row.told = followed_by_all_of(ticket, kept, by=by)
    row.save(force_insert=True)
    MergedTicket.objects.filter(kept=ticket).update(kept=kept)
    if was[0] == Ticket.Status.WAITING_ON_US and kept.status != Ticket.Status.WAITING_ON_US:
        move(kept, Ticket.Status.WAITING_ON_US, at=at)
        ticket_clocks.heard(kept, at)
        ticket_clocks.resumed(kept, at)
    entry = journal.record(MERGED, ticket, by=by, other=kept.number)
    journal.record(TAKEN_IN, kept, by=by, other=ticket.number)
    tell(ticket, kept)
    emails.merged(ticket, kept, entry.pk)
    occasions.news(kept, what=f"merged:{entry.pk}", by=by)
    return kept


def require_one(ticket: Ticket, kept: Ticket) -> None:
    if ticket.is_restricted or kept.is_restricted:
        raise RestrictedStandsAlone
    if ticket.municipality_id != kept.municipality_id:
        raise MergedElsewhere
    if not (ticket.is_open and kept.is_open):
        raise MergedClosed
    if (kept.created_at, kept.pk) > (ticket.created_at, ticket.pk):
        raise OlderOneStays(ticket, kept)
    if ticket.severity < kept.severity:
        raise GraverThanKept(kept, ticket)
    if kept.taken_in.count() + ticket.taken_in.count() >= MOST:
        raise MergedEnough


def in_order(one: Ticket, two: Ticket) -> tuple[Ticket, Ticket]:
    """(the one that goes, the one that is kept): the older stays."""
    older, younger = sorted((one, two), key=lambda ticket: (ticket.created_at, ticket.pk))
    return younger, older


def followed_by_all_of(ticket: Ticket, kept: Ticket, *, by: Person) -> list[int]:
    """Requester, agent and followers of the merged one follow the kept one; the keys of those who did not before."""
    people = [ticket.requester, ticket.assignee, *(each.person for each in ticket.followers.select_related("person"))]
    told = []
    for person in people:
        if person and person not in (kept.requester, kept.assignee) and person.is_active and is_reader(kept, person):
            _follower, is_new = Follower.objects.get_or_create(ticket=kept, person=person, defaults={"by": by})
            told += [person.pk] if is_new else []
    return told


def tell(*tickets: Ticket) -> None:
    for ticket in tickets:
        live_updates.changed(ticket)


@transaction.atomic
def separate(ticket: Ticket, *, by: Person) -> None:
    """Take it out again: it stands as it stood, its clocks run as if they had never stopped."""
    require_desk(by)
    hold(ticket, MergedTicket.objects.end_of(ticket))
    row = MergedTicket.objects.filter(ticket=ticket).select_related("kept").first()
    if row is None:
        raise TicketMovedOn
    at, kept = now(), row.kept
    row.delete()
    let_parts_go(ticket, kept)
    back = {"status": row.was_status, "ended_at": None, "waiting_since": row.was_waiting_since}
    if not Ticket.objects.filter(pk=ticket.pk, status=Ticket.Status.MERGED).update(**back):
        raise TicketMovedOn
    Ticket.objects.filter(pk=ticket.pk).exclude(assignee__is_active=True).update(assignee=None, claimed_at=None)
    ticket.refresh_from_db()
    ticket_clocks.separated(ticket, at, row.at, kept.number)
    Follower.objects.filter(ticket=kept, person__in=row.told).delete()
    entry = journal.record(SEPARATED, ticket, by=by, other=kept.number)
    journal.record(LET_GO, kept, by=by, other=ticket.number)
    tell(ticket, kept)
    emails.separated(ticket, kept, entry.pk)


def let_parts_go(ticket: Ticket, kept: Ticket) -> None:
    """What had gone into it goes along."""
    rows = dict(MergedTicket.objects.filter(kept=kept).values_list("ticket", "into"))
    own = {ticket.pk}
    while more := {pk for pk, into in rows.items() if into in own} - own:
        own |= more
    MergedTicket.objects.filter(ticket__in=own - {ticket.pk}).update(kept=ticket)


def merged_back(ticket: Ticket, facts: dict, by: Person) -> None:
    separate(Ticket.objects.get(number=facts["other"]), by=by)


corrections.CORRECTIONS[TAKEN_IN] = (
    lambda ticket, facts: ticket.taken_in.filter(ticket__number=facts["other"]).exists(),
    merged_back,
)
