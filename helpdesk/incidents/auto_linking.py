"""The matcher at work: tickets nobody has looked at yet are put beside what is known.

A ticket owes a look while `matched_at` is empty; that column is what is owed. A sweep
comes here every two seconds: in a storm one look at eight tickets is cheaper than
eight looks. One matcher at a time, so that a storm becomes one proposal and not two.
"""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from foundation import now
from foundation.directory.models import Component
from helpdesk.incidents import major_incidents, vocabulary
from helpdesk.incidents.similarity import SILENT_AFTER, Desk, Group, TicketText
from helpdesk.models import MajorIncident, Message, Ticket, TicketLink
from monitoring import locks
from monitoring.models import Affected, Node, Outage, State

BATCH_SIZE = 200
LONERS = 400
VOICES = 40
UNWELL = (State.OUTAGE, State.DEGRADED)
MATCHER = 0x4E6F6265742D4D  # any number, the same in every process


@transaction.atomic
def match_waiting(limit: int = BATCH_SIZE) -> int:
    """Look at up to `limit` new tickets and link those that an outage explains. Returns how many were looked at."""
    locks.hold(MATCHER)  # one at a time
    adopt_proposals()
    waiting = list(with_first_words(Ticket.objects.unrestricted().filter(matched_at=None).order_by("pk"))[:limit])
    if not waiting:
        return 0
    desk = Desk(known_groups())
    for ticket in loners(before=waiting[0].pk):
        desk.take(report_of(ticket))
    taken = [desk.take(report_of(ticket)) for ticket in waiting if ticket.is_open]
    link_members({id(group.root): group.root for group in taken if group}.values())
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in waiting]).update(matched_at=now())
    return len(waiting)


def adopt_proposals() -> None:
    """The desk suspected it first, then the watch opened the outage: one incident, not two."""
    suspected = MajorIncident.objects.live().filter(outage=None).values("component")
    explained = Outage.objects.open().announced().filter(major_incident=None, components__in=suspected)
    for outage in explained.distinct():
        major_incidents.declare(outage)


def with_first_words(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Adds `first_words`, what the requester wrote first, and `is_failing_there`."""
    first = Message.objects.filter(ticket=OuterRef("pk")).order_by("pk").values("body")[:1]
    told = tickets.annotate(first_words=Subquery(first), is_failing_there=is_failing_there())
    return told.select_related("municipality")


def is_failing_there() -> Exists:
    """What the watch knows of the filer's own place: a node of its, or its component, is not well."""
    its_own = Q(municipality=OuterRef("municipality")) | Q(component=OuterRef("component"))
    unwell = Q(suspected_at__isnull=False) | Q(state__in=UNWELL)
    return Exists(Node.objects.filter(its_own, unwell, is_watched=True))


def report_of(ticket) -> TicketText:
    return TicketText(
        key=ticket.pk,
        subject=ticket.subject,
        body=ticket.first_words or "",
        module=ticket.component_id,
        municipality=ticket.municipality.code,
        at=ticket.created_at,
        is_failing_there=ticket.is_failing_there,
    )


def loners(before: int) -> list[Ticket]:
    """The latest tickets that are linked to nothing and never were: they may be the first of many."""
    lately = undecided().filter(pk__lt=before, created_at__gt=now() - SILENT_AFTER)
    return list(reversed(with_first_words(lately.exclude(matched_at=None).order_by("-pk"))[:LONERS]))


def undecided() -> QuerySet[Ticket]:
    """Open ones that are linked to nothing and that nobody took out of an incident."""
    return (
        Ticket.objects.open().unrestricted().filter(~Exists(TicketLink.objects.decided().filter(ticket=OuterRef("pk"))))
    )


def known_groups() -> list[Group]:
    """One group for each open outage and each proposed incident, speaking with the words of its tickets."""
    groups = []
    for incident in MajorIncident.objects.live().filter(outage=None).select_related("component"):
        groups.append(group_of(("incident", incident.pk), [incident.component_id], incident))
    announced = Outage.objects.open().announced().prefetch_related("components")
    for outage in announced.select_related("major_incident"):
        components = [component.pk for component in outage.components.all()]
        groups.append(group_of(("outage", outage.pk), components, getattr(outage, "major_incident", None)))
    return [group for group in groups if group.topics]


def group_of(key: tuple, components: Iterable[str], incident: MajorIncident | None) -> Group:
    group = Group(key=key, topics=Counter(dict.fromkeys(components, 1)))
    if incident:
        voices = Ticket.objects.linked_to(incident).order_by("-pk")
        for ticket in with_first_words(voices)[:VOICES]:
            group.add(report_of(ticket))
    return group


def link_members(groups: Iterable[Group]) -> None:
    """Put the tickets of every group that is an outage under its incident."""
    for group in groups:
        if not group.is_outage:
            continue
        incident = incident_of(group)
        reports = {report.key: report for report in group.members}
        unlinked = undecided().filter(pk__in=reports)
        for ticket in unlinked.select_related("municipality", "component"):
            if is_felt_by(incident, ticket):
                report = reports[ticket.pk]
                likeness, evidence = min(group.likeness(report), 1.0), group.evidence(report)
                major_incidents.link(incident, ticket, score=likeness, evidence=evidence._asdict())


def incident_of(group: Group) -> MajorIncident:
    """The incident this group is; declared or proposed now, if it is none yet."""
    match group.key:
        case ("incident", int(pk)):
            return MajorIncident.objects.get(pk=pk)
        case ("outage", int(pk)):
            return major_incidents.declare(Outage.objects.get(pk=pk))
    code = next((topic for topic, _weight in group.topics.most_common() if topic not in vocabulary.NO_TOPIC), "DIGER")
    component = Component.objects.get(pk=code)
    incident = major_incidents.propose(component, title=component.name_tr)
    group.key = ("incident", incident.pk)
    return incident


def is_felt_by(incident: MajorIncident, ticket: Ticket) -> bool:
    """A declared outage explains only those whom it touches; a proposal knows no borders yet."""
    if incident.outage_id is None:
        return True
    return Affected.objects.filter(outage=incident.outage_id, municipality=ticket.municipality_id, until=None).exists()
