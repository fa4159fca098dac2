"""Two tickets are linked, or no longer: each keeps its number, its conversation and its promises.

A link goes across municipalities; who sees it is said by `LinkedTicketQuerySet.visible_to`. Parts have one level: a
whole is no part and a part has no parts, so that no chain can close; the database refuses it, too.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import LinkedTicket, Ticket, TicketRelation
from helpdesk.refusals import RestrictedStandsAlone, TicketMovedOn
from helpdesk.tickets import corrections, live_updates
from helpdesk.tickets.assignment import require_desk

MOST = 50  # links of one ticket
MADE, REMOVED = "ticket.link_made", "ticket.link_removed"
Kind = LinkedTicket.Kind

# What is stored for each relation: its kind, and whether the other ticket stands first.
STORED: dict[str, tuple[Kind, bool]] = {
    TicketRelation.RELATED: (Kind.RELATED, False),
    TicketRelation.DUPLICATE_OF: (Kind.DUPLICATE, False),
    TicketRelation.HAS_DUPLICATE: (Kind.DUPLICATE, True),
    TicketRelation.PART_OF: (Kind.PART, False),
    TicketRelation.HAS_PART: (Kind.PART, True),
}


class LinkedToItself(Refusal):
    sentence = _("A ticket cannot be linked to itself.")
    status = 422


class LinkedOtherwise(Refusal):
    sentence = _("These two tickets are linked already. Please remove that link first.")


class PartsOfParts(Refusal):
    sentence = _("A ticket that is a part has no parts of its own, and is a part of one ticket only.")


class LinkedEnough(Refusal):
    sentence = _("Fifty tickets are linked to this one already.")


class SeenLink(NamedTuple):
    """A link as one of its two tickets sees it."""

    pk: int
    relation: TicketRelation
    ticket: Ticket


@transaction.atomic
def link(ticket: Ticket, other: Ticket, *, relation: str, by: Person) -> LinkedTicket:
    """Say what `other` is to `ticket`. The same said again changes nothing."""
    require_desk(by)
    if ticket == other:
        raise LinkedToItself
    if ticket.is_restricted or other.is_restricted:
        raise RestrictedStandsAlone
    hold(ticket, other)
    kind, is_turned = STORED[relation]
    first, second = (other, ticket) if is_turned else (ticket, other)
    known = LinkedTicket.objects.between(ticket, other).first()
    if known:
        if known.relation_for(ticket) != relation:
            raise LinkedOtherwise
        return known
    require_room(first, second, kind)
    made = LinkedTicket.objects.create(ticket=first, other=second, kind=kind, by=by)
    write_down(MADE, made, ticket, by=by)
    return made


def hold(*tickets: Ticket) -> None:
    """Nobody else links them until the commit; always in the same order, so that two never wait for each other."""
    keys = [ticket.pk for ticket in tickets]
    list(Ticket.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def require_room(first: Ticket, second: Ticket, kind: str) -> None:
    for ticket in (first, second):
        if LinkedTicket.objects.of(ticket).count() >= MOST:
            raise LinkedEnough
    parts = LinkedTicket.objects.filter(kind=Kind.PART)
    if kind == Kind.PART and parts.filter(Q(ticket=first) | Q(other=first) | Q(ticket=second)).exists():
        raise PartsOfParts


@transaction.atomic
def unlink(ticket: Ticket, link: LinkedTicket, *, by: Person) -> None:
    """Take it away. Whoever presses second learns that it is gone."""
    require_desk(by)
    gone, _rows = LinkedTicket.objects.of(ticket).filter(pk=link.pk).delete()
    if not gone:
        raise TicketMovedOn
    write_down(REMOVED, link, ticket, by=by)


def write_down(kind: str, link: LinkedTicket, seen_from: Ticket, *, by: Person) -> None:
    """In the record of both, each in its own words; that of the ticket it was done on comes last, for `undo`."""
    for ticket in (link.other_than(seen_from), seen_from):
        other = link.other_than(ticket)
        journal.record(kind, ticket, by=by, relation=link.relation_for(ticket).value, other=other.number)
        live_updates.changed(ticket)


def of(ticket: Ticket, person: Person) -> Sequence[SeenLink]:
    """What is linked to it, as far as this person may know; one query."""
    visible = LinkedTicket.objects.visible_to(person).of(ticket)
    if not person.works_at_the_desk:
        visible = visible.filter(ticket=ticket)
    joined = visible.select_related("ticket__municipality", "other__municipality")
    return [SeenLink(each.pk, each.relation_for(ticket), each.other_than(ticket)) for each in joined[:MOST]]


def open_parts(links: Sequence[SeenLink]) -> list[str]:
    """The numbers of those that are still open: resolving the whole ends none of them."""
    return [each.ticket.number for each in links if each.relation == TicketRelation.HAS_PART and each.ticket.is_open]


def named_in(facts: dict, ticket: Ticket) -> LinkedTicket | None:
    between = LinkedTicket.objects.of(ticket).filter(Q(ticket__number=facts["other"]) | Q(other__number=facts["other"]))
    return between.select_related("ticket", "other").first()


def made_back(ticket: Ticket, facts: dict, by: Person) -> None:
    made = named_in(facts, ticket)
    if made is None:
        raise TicketMovedOn
    unlink(ticket, made, by=by)


def removed_back(ticket: Ticket, facts: dict, by: Person) -> None:
    link(ticket, Ticket.objects.get(number=facts["other"]), relation=facts["relation"], by=by)


corrections.CORRECTIONS.update(
    {
        MADE: (lambda ticket, facts: named_in(facts, ticket) is not None, made_back),
        REMOVED: (lambda ticket, facts: named_in(facts, ticket) is None, removed_back),
    }
)
