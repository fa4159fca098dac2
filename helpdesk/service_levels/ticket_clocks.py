"""A ticket's clocks: which promise fits it, and what each verb means for django-sla.

Every function keeps `ticket.next_due_at` as the clocks say, in the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count

from django_sla import clocks, policies
from django_sla.models import Clock, Metric, PolicyVersion
from foundation.directory.models import Component, Municipality
from helpdesk.models import RESTING, Ticket

LABEL = Ticket._meta.label_lower
REQUESTER, SUPPLIER, MAJOR_INCIDENT = "requester", "supplier", "major_incident"
KEEP_MANY = """
    UPDATE helpdesk_ticket AS ticket SET next_due_at = new.due
      FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::timestamptz[]) AS due) AS new
     WHERE ticket.id = new.id AND ticket.next_due_at <> new.due
"""


# What policies choose by, and where a query finds it.
FACTS = {
    "severity": "severity",
    "tier": "component__tier",
    "component": "component_id",
    "queue": "queue__code",
    "municipality": "municipality__code",
    "municipality_type": "municipality__type",
    "province": "municipality__province_id",
}


def facts_of(ticket: Ticket) -> dict[str, str]:
    """What policies choose by."""
    return {
        "severity": ticket.severity,
        "tier": ticket.component.tier,
        "component": ticket.component_id,
        "queue": ticket.queue.code,
        **facts_of_place(ticket.municipality),
    }


def facts_of_wish(component: Component, municipality: Municipality | None) -> dict[str, str]:
    """The same before anything is filed, as far as it is known."""
    facts = {"tier": component.tier, "component": component.pk}
    return facts | (facts_of_place(municipality) if municipality else {})


def facts_of_place(municipality: Municipality) -> dict[str, str]:
    return {
        "municipality": municipality.code,
        "municipality_type": municipality.type,
        "province": municipality.province_id,
    }


def terms_for(ticket: Ticket, at: datetime) -> list[PolicyVersion]:
    """The promise to the municipality and the agreement between teams that fit this ticket."""
    return policies.choose_each(at, **facts_of(ticket))


def groups_of_open_tickets(order: Sequence[PolicyVersion]) -> list[tuple[dict, int]]:
    """The open tickets counted by the facts that `order` asks for: one query, exact at any number."""
    asked = sorted({fact for version in order for fact in version.conditions} & FACTS.keys())
    if not asked:
        return [({}, Ticket.objects.open().count())]
    rows = Ticket.objects.open().values_list(*(FACTS[fact] for fact in asked)).annotate(count=Count("pk")).order_by()
    return [(dict(zip(asked, values, strict=True)), count) for *values, count in rows]


def scopes_of(ticket: Ticket) -> list[str]:
    """Whose calendar overlays hold for it, the narrowest first."""
    return [f"municipality:{ticket.municipality.code}", f"province:{ticket.municipality.province_id}"]


def start(ticket: Ticket, at: datetime) -> list[Clock]:
    """Attach the clocks of a ticket that is about to be saved under its known id, and return them."""
    started = clocks.begin(ticket, *terms_for(ticket, at), at=at, created_at=at, scopes=scopes_of(ticket))
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


def merged(ticket: Ticket, at: datetime, kept: str) -> None:
    """Its promises are withdrawn, neither kept nor missed: those of the ticket of this number hold."""
    keep(ticket, clocks.detach(ticket, at=at, reason=f"→ {kept}"))


def separated(ticket: Ticket, at: datetime, merged_at: datetime, kept: str) -> None:
    """It stands for itself again: its clocks run as if they had never stopped."""
    keep(ticket, clocks.reattach(ticket, at=at, detached_at=merged_at, reason=f"← {kept}"))


def retermed(ticket: Ticket, at: datetime, *, moved: bool = False) -> None:
    """What terms are chosen by changed: the open clocks move to those that fit now.

    Terms that stay the same are left alone, unless the ticket `moved` to a place with a calendar of its own.
    """
    standing = set(Clock.objects.of(ticket).open().values_list("version", flat=True))
    for terms in terms_for(ticket, at):
        if terms.pk in standing and not moved:
            continue
        keep(ticket, clocks.change_policy(ticket, terms, at=at, scopes=scopes_of(ticket)))


def taken(ticket: Ticket, at: datetime) -> None:
    """A colleague has it: our own agreement about taking over is kept."""
    keep(ticket, clocks.assigned(ticket, at=at))


def released(ticket: Ticket, at: datetime) -> None:
    """It lies in the queue again: somebody has to take it over anew."""
    keep(ticket, clocks.released(ticket, at=at))


def keep(ticket: Ticket, due: datetime | None) -> None:
    """Write beside the ticket when it next needs the desk."""
    due = due or RESTING
    if ticket.next_due_at != due:
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=due)
        ticket.next_due_at = due


def keep_many(dues: Mapping[int, datetime | None]) -> None:
    """The same for thousands of tickets by id, in a statement or two; those already right are left alone."""
    field = Ticket._meta.get_field("next_due_at")
    rows = [(field.get_db_prep_save(due or RESTING, connection), pk) for pk, due in dues.items()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(KEEP_MANY, [[pk for _due, pk in rows], [due for due, _pk in rows]])
        else:
            cursor.executemany("UPDATE helpdesk_ticket SET next_due_at = %s WHERE id = %s", rows)
