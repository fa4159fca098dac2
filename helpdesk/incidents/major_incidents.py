"""Many tickets, one cause: propose, declare, link, undo, end."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from foundation import now
from foundation.directory.models import Component, Person
from foundation.journal import journal
from foundation.live import audiences, live
from helpdesk import events
from helpdesk.models import MajorIncident, Ticket, TicketLink
from helpdesk.refusals import IncidentOver, RestrictedStandsAlone, TicketMovedOn
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import live_updates
from helpdesk.tickets.assignment import require_party
from monitoring.models import Outage


@transaction.atomic
def propose(component: Component, *, title: str) -> MajorIncident:
    """Tickets pile up and nobody has declared anything yet: put the suspicion on the desk."""
    incident = MajorIncident.objects.create(component=component, title=title)
    journal.record("incident.proposed", incident, component=component.pk)
    tell(incident)
    return incident


@transaction.atomic
def declare(outage: Outage, *, by: Person | None = None) -> MajorIncident:
    """The desk's incident for this outage; a proposal about the same component becomes it."""
    incident = MajorIncident.objects.filter(outage=outage).first()
    if incident:
        return incident
    components = list(outage.components.all())
    proposed = MajorIncident.objects.live().filter(outage=None, component__in=components).order_by("id").first()
    incident = proposed or MajorIncident(component=components[0] if components else everything())
    incident.outage, incident.title, incident.severity = outage, outage.title_tr, outage.severity
    incident.status, incident.declared_at, incident.commander = MajorIncident.Status.DECLARED, now(), by
    incident.save()
    if proposed:
        for ticket in Ticket.objects.open().linked_to(incident):
            ticket_clocks.rest(ticket, incident.declared_at, ticket_clocks.MAJOR_INCIDENT)
    journal.record("incident.declared", incident, by=by, outage=outage.pk)
    tell(incident)
    events.incident_declared.send(MajorIncident, incident=incident)
    return incident


def everything() -> Component:
    """The component under all others, for an outage that names none."""
    return Component.objects.get(pk="ALTYAPI")


@transaction.atomic
def link(
    incident: MajorIncident,
    ticket: Ticket,
    *,
    by: Person | None = None,
    score: float = 1.0,
    evidence: dict | None = None,
) -> bool:
    """This ticket is about that incident. False if it is already linked to one.

    `score` and `evidence` (see `TicketLink`) are the matcher's; a person needs none.

    While a declared incident is open the ticket's clocks rest: the outage is one
    promise, not a thousand.
    """
    if ticket.is_restricted:
        raise RestrictedStandsAlone
    try:
        with transaction.atomic():
            TicketLink.objects.create(
                ticket=ticket, incident=incident, linked_by=by, score=score, evidence=evidence or {}
            )
    except IntegrityError:
        return False
    if incident.status == MajorIncident.Status.DECLARED:
        ticket_clocks.rest(ticket, now(), ticket_clocks.MAJOR_INCIDENT)
    journal.record("ticket.linked", ticket, by=by, incident=incident.pk, score=round(score, 3))
    live_updates.changed(ticket)
    return True


@transaction.atomic
def unlink(ticket: Ticket, *, by: Person) -> None:
    """Undo the standing link; the ticket goes on alone and its clocks run."""
    require_party(ticket, by)
    undone = TicketLink.objects.standing().filter(ticket=ticket).update(undone_at=now(), undone_by=by)
    if not undone:
        raise TicketMovedOn
    ticket_clocks.resumed(ticket, now())
    journal.record("ticket.unlinked", ticket, by=by)
    live_updates.changed(ticket)


@transaction.atomic
def follow(incident: MajorIncident, part: Outage, municipality_ids: Iterable[int]) -> int:
    """Standing links of these municipalities move to the incident of `part`; how many."""
    links = TicketLink.objects.standing().filter(incident=incident, ticket__municipality__in=municipality_ids)
    if not links.exists():
        return 0
    moved = links.update(incident=declare(part, by=incident.commander))
    tell(incident)
    return moved


@transaction.atomic
def reject(incident: MajorIncident, *, by: Person) -> None:
    """It was none: every ticket goes on alone."""
    close(incident, MajorIncident.Status.REJECTED)
    for standing in TicketLink.objects.standing().filter(incident=incident).select_related("ticket"):
        unlink(standing.ticket, by=by)
    journal.record("incident.rejected", incident, by=by)


@transaction.atomic
def end(incident: MajorIncident, *, by: Person | None = None) -> None:
    """It is over. Linked tickets are answered where it is green, and stay open elsewhere."""
    close(incident, MajorIncident.Status.ENDED)
    journal.record("incident.ended", incident, by=by)


def close(incident: MajorIncident, status: str) -> None:
    if not MajorIncident.objects.live().filter(pk=incident.pk).update(status=status, ended_at=now()):
        raise IncidentOver
    incident.refresh_from_db()
    tell(incident)


def tell(incident: MajorIncident) -> None:
    """Every open desk learns how the incident stands."""
    live.announce(audiences.DESK, "incident", incident.pk, {"status": incident.status, "outage": incident.outage_id})
