"""A ticket's clocks: which promise fits it, and what each verb means for django-sla.

Every function keeps `ticket.next_due_at` as the clocks say, in the caller's transaction.
"""

from datetime import datetime

from django_sla import clocks, policies
from django_sla.models import Clock, Metric, PolicyVersion
from helpdesk.models import RESTING, Ticket

REQUESTER, SUPPLIER, MAJOR_INCIDENT = "requester", "supplier", "major_incident"


def terms_for(ticket: Ticket, at: datetime) -> PolicyVersion | None:
    """The policy whose conditions fit this ticket."""
    return policies.choose(
        at, severity=ticket.severity, tier=ticket.component.tier, municipality=ticket.municipality.code
    )


def scopes_of(ticket: Ticket) -> list[str]:
    """Whose calendar overlays hold for it, the narrowest first."""
    return [f"municipality:{ticket.municipality.code}", f"province:{ticket.municipality.province_id}"]


def start(ticket: Ticket, at: datetime) -> list[Clock]:
    """Attach the clocks of a ticket that is about to be saved under its known id, and return them."""
    terms = terms_for(ticket, at)
    started = clocks.begin(ticket, terms, at=at, created_at=at, scopes=scopes_of(ticket)) if terms else []
    ticket.next_due_at = clocks.next_due_at(started) or RESTING
    return started


def answered(ticket: Ticket, at: datetime, *, to_many: bool = False) -> None:
    """The desk wrote publicly. One text `to_many` counts only if the terms say so."""
    keep(ticket, clocks.replied(ticket, at=at, bulk_notice=to_many))


def heard(ticket: Ticket, at: datetime) -> None:
    """The municipality wrote: its rest ends, an answer is owed."""
    keep(ticket, clocks.heard(ticket, at=at))


def resumed(ticket: Ticket, at: datetime) -> None:
    """Whatever the clocks rested for is over."""
    keep(ticket, clocks.resume(ticket, at=at))


def rest(ticket: Ticket, at: datetime, kind: str) -> None:
    """Somebody else has to act first; clocks that may not rest run on."""
    keep(ticket, clocks.pause(ticket, at=at, kind=kind, incident_is_open=kind == MAJOR_INCIDENT))


def resolved(ticket: Ticket, at: datetime) -> None:
    keep(ticket, clocks.fulfil(ticket, Metric.RESOLUTION, at=at))


def reopened(ticket: Ticket, at: datetime) -> None:
    keep(ticket, clocks.reopen(ticket, at=at))


def withdrawn(ticket: Ticket, at: datetime) -> None:
    keep(ticket, clocks.detach(ticket, at=at))


def regraded(ticket: Ticket, at: datetime) -> None:
    """The severity changed: the open clocks move to the terms of the new class."""
    terms = terms_for(ticket, at)
    if terms:
        keep(ticket, clocks.change_policy(ticket, terms, at=at))


def keep(ticket: Ticket, due: datetime | None) -> None:
    """Write beside the ticket when it next needs the desk."""
    due = due or RESTING
    if ticket.next_due_at != due:
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=due)
        ticket.next_due_at = due
