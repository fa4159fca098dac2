"""Three months of tickets that are over, so that the demonstration has figures to show. All invented."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django_sla import calendars, clocks, policies
from django_sla.arithmetic import Hours
from django_sla.models import PolicyVersion, Target
from foundation import now
from foundation.directory.models import Component, Municipality
from helpdesk.models import Filing, Queue, Ticket
from helpdesk.search import index
from helpdesk.service_levels.reports import Month, last_months
from helpdesk.tickets.intake import number_of

TICKETS_A_MONTH = 60
# Of a hundred tickets; rarer classes are shown more often than they are, so that each has figures.
CLASSES = ("S1",) * 6 + ("S2",) * 16 + ("S3",) * 48 + ("S4",) * 30
# How long an answer took, as shares of what was promised: one in sixteen is late.
SHARES = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.9, 0.95, 1.3)
# Most answers ask for something, and the clocks rest until it is solved.
ASKED_BACK = 0.85
S1_SOLVED_AFTER = timedelta(minutes=25)
SUBJECTS = (
    "Makbuz yazdırılamıyor",
    "Rapor dışa aktarılamıyor",
    "Yeni personel için kullanıcı",
    "Beyan ekranı yavaş açılıyor",
    "Abone kaydı bulunamıyor",
    "Belge imzaya gönderilemiyor",
)


def load() -> int:
    """File, answer and solve the tickets of the last three months and of this one so far, once; how many."""
    if Filing.objects.filter(token__startswith="history:").exists():
        return 0
    dice = random.Random(2026)  # the same demonstration every time
    places = list(Municipality.objects.order_by("code")[::29])
    components = list(Component.objects.order_by("pk"))
    months = [*last_months(now(), 3), Month.of(now())]
    tickets = [_a_ticket(dice, month, places, components) for month in months for _ in range(TICKETS_A_MONTH)]
    tickets.sort(key=lambda ticket: ticket.created_at)
    _number(tickets)
    decks = {severity: _shares(dice) for severity in CLASSES}
    lives = [life for life in (_a_life(decks[ticket.severity], ticket) for ticket in tickets) if life[-1] < now()]
    Ticket.objects.bulk_create(ticket for ticket, *_times in lives)
    index.keep([ticket.pk for ticket, *_times in lives])
    for ticket, terms, answered_at, solved_at in lives:
        clocks.attach(ticket, terms, at=ticket.created_at)
        clocks.replied(ticket, at=answered_at)
        if dice.random() < ASKED_BACK:
            clocks.pause(ticket, at=answered_at, kind="requester")
        clocks.fulfil(ticket, "resolution", at=solved_at)
    return len(lives)


def _a_ticket(dice: random.Random, month: Month, places: list, components: list) -> Ticket:
    """An unnumbered ticket, filed in working time of the first three weeks of its month."""
    created = month.start + timedelta(days=dice.randrange(21), hours=9, minutes=dice.randrange(420))
    place, component, subject = dice.choice(places), dice.choice(components), dice.choice(SUBJECTS)
    return Ticket(
        municipality=place,
        component=component,
        subject=subject,
        impact=Ticket.Impact.FEW,
        urgency=Ticket.Urgency.HINDERED,
        severity=dice.choice(CLASSES),
        status=Ticket.Status.RESOLVED,
        created_at=created,
        matched_at=created,
    )


def _number(tickets: list[Ticket]) -> None:
    """Give every ticket its filing, number and queue."""
    filings = Filing.objects.bulk_create(
        Filing(token=f"history:{position}", created_at=ticket.created_at) for position, ticket in enumerate(tickets)
    )
    queue = Queue.objects.get(takes_the_rest=True)
    own = {component.pk: queue for queue in Queue.objects.all() for component in queue.components.all()}
    for ticket, filing in zip(tickets, filings, strict=True):
        ticket.pk = filing.pk
        ticket.number = number_of(filing.pk, ticket.created_at)
        ticket.queue = own.get(ticket.component_id, queue)


def _shares(dice: random.Random) -> Iterator[float]:
    """Drawn like cards, so that small classes are late as often as large ones."""
    while True:
        yield from dice.sample(SHARES, len(SHARES))


def _a_life(shares: Iterator[float], ticket: Ticket) -> tuple[Ticket, PolicyVersion, datetime, datetime]:
    """When it was answered and solved, in working time of what was promised."""
    terms = policies.choose(ticket.created_at, severity=ticket.severity)
    if terms is None:
        raise LookupError(f"no policy for {ticket.severity}")
    answered_at = _after(ticket.created_at, terms.target("first_response"), next(shares))
    solved_at = max(answered_at, _after(ticket.created_at, terms.target("resolution"), next(shares)))
    if ticket.severity == Ticket.Severity.S1:
        solved_at = answered_at + S1_SOLVED_AFTER
    ticket.first_replied_at, ticket.ended_at = answered_at, solved_at
    return ticket, terms, answered_at, solved_at


def _after(start: datetime, target: Target | None, share: float) -> datetime:
    if target is None:
        return start
    hours: Hours = calendars.hours(target.calendar)
    return hours.add(start, target.allowance(hours, start) * share)
