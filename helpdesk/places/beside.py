"""How a municipality stands at this moment, as whoever answers its ticket should know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django_sla import calendars, policies
from django_sla.models import Metric, Policy, Target
from foundation.directory.models import Contact, Membership, Municipality, Person
from foundation.outbox import successors
from helpdesk.models import PlaceNote, Satisfaction, Ticket
from helpdesk.models.ticket import TicketQuerySet
from helpdesk.service_levels import ticket_clocks
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node, Outage
from monitoring.status import last_day

AHEAD = timedelta(days=2)
NODES, OUTAGES, WORK, CONTACTS, CLERKS, NOTES = 6, 5, 3, 8, 8, 20
COUNTED_TO = 1_000  # open tickets are counted up to here; more is "1.000+"


class PlaceReach(NamedTuple):
    """One way to somebody there: `trouble` says why nothing arrives, empty where nothing speaks against it."""

    contact: Contact
    trouble: str

    @property
    def is_phone(self) -> bool:
        return self.contact.channel == Contact.Channel.SMS

    @property
    def is_ready(self) -> bool:
        return bool(self.contact.verified_at) and not self.contact.opted_out_at and not self.trouble


@dataclass(frozen=True)
class SupportHours:
    """The hours in which its ordinary tickets are worked on: `until` is when they close or open next, None if never."""

    name: str
    is_open: bool
    until: datetime | None


@dataclass(frozen=True)
class PlaceContext:
    municipality: Municipality
    at: datetime
    days: Sequence[last_day.NodeDay]
    outages: Sequence[Outage]
    work: Sequence[Maintenance]
    reaches: Sequence[PlaceReach]
    clerks: Sequence[Person]
    hours: SupportHours | None
    satisfaction: Satisfaction | None
    notes: Sequence[PlaceNote]
    open_count: int

    @property
    def more_than_counted(self) -> bool:
        return self.open_count > COUNTED_TO


def of(municipality: Municipality, person: Person, at: datetime) -> PlaceContext:
    """A few bounded reads, as many for a village as for a city; tickets as this person may see them."""
    tickets = Ticket.objects.visible_to(person).filter(municipality=municipality)
    return PlaceContext(
        municipality=municipality,
        at=at,
        days=last_day.of(Node.objects.watched().filter(municipality=municipality).order_by("code")[:NODES], at),
        outages=list(open_outages(municipality)),
        work=windows.touching(municipality, at, at + AHEAD)[:WORK],
        reaches=reaches_of(municipality),
        clerks=list(clerks_of(municipality)),
        hours=hours_of(municipality, at),
        satisfaction=last_rating(tickets),
        notes=notes_of(municipality),
        open_count=tickets.open()[: COUNTED_TO + 1].count(),
    )


def open_outages(municipality: Municipality):
    open_ones = Outage.objects.open().filter(merged_into=None).reaching(municipality, still=True)
    return open_ones.order_by("severity", "started_at")[:OUTAGES]


def clerks_of(municipality: Municipality):
    held = Membership.objects.current().filter(municipality=municipality, role__in=Membership.MUNICIPAL_ROLES)
    people = Person.objects.filter(is_active=True, pk__in=held.values("person"))
    return people.order_by("sort_key", "pk")[:CLERKS]


def reaches_of(municipality: Municipality) -> list[PlaceReach]:
    """Telephones first; whether something arrives there is what the outbox knows."""
    listed = list(municipality.contacts.order_by("-channel", "duty", "pk")[:CONTACTS])
    closed: dict[str, str] = {}
    for channel in Contact.Channel:
        closed |= successors.closed(channel, [each.address for each in listed if each.channel == channel])
    return [PlaceReach(contact, closed.get(contact.address, "")) for contact in listed]


def hours_of(municipality: Municipality, at: datetime) -> SupportHours | None:
    """Those of its S3 promise of a solution, in its own calendar where it has one."""
    facts = {"severity": Ticket.Severity.S3.value, **ticket_clocks.facts_of_place(municipality)}
    terms = policies.choose(at, kind=Policy.Kind.SLA, among=None, **facts)
    target: Target | None = terms.target(Metric.RESOLUTION) if terms else None
    if target is None:
        return None
    hours = calendars.hours(target.calendar)
    if not hours.is_open(at):
        return SupportHours(target.calendar.name, False, hours.next_opening(at))
    closes = hours.open_between(at, at + timedelta(days=1))[0][1]
    return SupportHours(target.calendar.name, True, closes if closes < at + timedelta(days=1) else None)


def last_rating(tickets: TicketQuerySet) -> Satisfaction | None:
    """The latest among the newest two hundred of them."""
    newest = tickets.order_by("-id").values("pk")[:200]
    given = Satisfaction.objects.filter(ticket__in=list(newest.values_list("pk", flat=True)))
    return given.select_related("ticket").defer("ticket__search_text").order_by("-given_at").first()


def notes_of(municipality: Municipality) -> list[PlaceNote]:
    standing = PlaceNote.objects.standing().filter(municipality=municipality)
    return list(standing.select_related("written_by").order_by("-pk")[:NOTES])
