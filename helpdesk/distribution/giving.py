"""Give what waits in a queue to its team, without anybody asking.

Whoever gives holds the row of the queue's distribution, so that two tickets of one second see each other; a
ticket that somebody has taken meanwhile is left with them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.leases import doorbell
from helpdesk import providers
from helpdesk.distribution import presence
from helpdesk.distribution.choosing import NEVER, Candidate, Choice, PassedOver, choose
from helpdesk.handovers.receivers import receivers
from helpdesk.models import Distribution, GivenTicket, Queue, Skill, Ticket
from helpdesk.models.snoozes import is_snoozed
from helpdesk.refusals import QueueEnded
from helpdesk.teams.teams import require_administrator
from helpdesk.tickets import agents, assignment

BATCH = 50  # tickets of one queue in one look
BELL = "distribution"


@dataclass(frozen=True)
class DistributionTerms:
    method: str
    skilled_first: bool
    only_present: bool
    only_on_shift: bool
    is_active: bool


@transaction.atomic
def set_up(queue: Queue, terms: DistributionTerms, *, by: Person) -> Distribution:
    """From now on its tickets are given out like this, also those that wait; not active: nobody does it."""
    require_administrator(by)
    if queue.ended_at:
        raise QueueEnded
    kept, _is_new = Distribution.objects.update_or_create(queue=queue, defaults=vars(terms))
    journal.record("queue.distribution_set", queue, by=by, **vars(terms))
    doorbell.ring(BELL)
    return kept


def give_waiting() -> int:
    """The recurring look: every queue that is given out, what is due first first; returns how many were given."""
    waiting = Ticket.objects.unclaimed().unrestricted().filter(~is_snoozed()).values("queue")
    plans = Distribution.objects.filter(is_active=True, queue__ended_at=None, queue__in=waiting)
    return sum(give_queue(pk) for pk in plans.values_list("pk", flat=True))


def give_queue(plan: int) -> int:
    """Until nothing waits, or nobody can have more."""
    given = 0
    while given < BATCH and give_next(plan):
        given += 1
    return given


@transaction.atomic
def give_next(plan: int) -> bool:
    """One ticket to one agent: hold the queue, choose, give, write down why. False when there is nothing to give."""
    held = Distribution.objects.select_for_update().select_related("queue").filter(pk=plan, is_active=True).first()
    ticket = held and waiting_in(held.queue).first()
    if not held or not ticket:
        return False
    choice = choice_for(held, ticket)
    if choice.to is None:
        return False
    assignment.pass_on(ticket, to=Person.objects.get(pk=choice.to.pk), by=None)
    GivenTicket.objects.create(
        ticket=ticket,
        distribution=held,
        to_id=choice.to.pk,
        method=held.method,
        open=choice.to.open,
        knows_it_well=choice.to.knows_it_well,
        passed=choice.passed,
        at=now(),
    )
    return True


def waiting_in(queue: Queue) -> QuerySet[Ticket]:
    """Ours until the commit: whoever claims one now waits, and learns who has it."""
    ours = Ticket.objects.unclaimed().unrestricted().filter(queue=queue, status=Ticket.Status.WAITING_ON_US)
    waiting = ours.filter(~is_snoozed()).by_what_is_due()
    return waiting.select_for_update(of=("self",)).select_related("municipality", "component", "queue")


def choice_for(plan: Distribution, ticket: Ticket) -> Choice:
    return choose(
        team_of(plan, ticket.component_id),
        by_turn=plan.method == Distribution.Method.TURN,
        skilled_first=plan.skilled_first,
        only_present=plan.only_present,
        only_on_shift=plan.only_on_shift,
    )


def team_of(plan: Distribution, component: str) -> list[Candidate]:
    """Everyone of the queue's team who works at the desk, as they stand now."""
    team = receivers(agents.at_the_desk().filter(teams=plan.queue.team_id))
    keys = [each.pk for each in team]
    skilled = set(Skill.objects.filter(person__in=keys, component=component).values_list("person", flat=True))
    here, on_shift = presence.here(keys), shift_of(keys)
    latest = plan.given.order_by().values_list("to").annotate(last=Max("at"))
    last = dict(latest)
    return [
        Candidate(
            pk=each.pk,
            open=each.open,
            knows_it_well=each.pk in skilled,
            is_away=each.away_until is not None,
            is_full=each.is_full,
            is_here=each.pk in here,
            is_on_shift=each.pk in on_shift,
            given_last=last.get(each.pk) or NEVER,
        )
        for each in team
    ]


def shift_of(keys: Sequence[int]) -> set[int]:
    """Who of these is on a shift now; whoever keeps the rotas knows."""
    return {key for ask in providers.on_shift for key in ask(keys)}


def why(ticket: Ticket) -> GivenTicket | None:
    """Why whoever has it was given it; nothing once somebody else has taken or handed it on."""
    given = GivenTicket.objects.filter(ticket=ticket, to=ticket.assignee_id).first() if ticket.assignee_id else None
    return given if given and ticket.claimed_at and abs(given.at - ticket.claimed_at).total_seconds() < 1 else None


def reasons(passed: dict[str, int]) -> Iterable[tuple[str, int]]:
    """(why not, how many) for the page."""
    return [(str(PassedOver(reason).label), number) for reason, number in passed.items() if reason in PassedOver]
