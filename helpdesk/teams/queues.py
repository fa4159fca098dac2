"""Queues: what each takes, which takes the rest, and what becomes of open tickets when that changes.

Exactly one standing queue takes the rest, always: it is not ended, only followed by another.
Running promises stay as they were given, wherever a ticket is moved.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Component, Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from helpdesk.models import Queue, Team, Ticket
from helpdesk.refusals import QueueEnded
from helpdesk.teams.teams import CodeTaken, TeamEnded, require_administrator
from helpdesk.tickets import counters


class QueueTakesTheRest(Refusal):
    sentence = _(
        "Every ticket that no other queue takes comes here. Let another queue take the rest before you end this one."
    )


@dataclass(frozen=True)
class QueueTerms:
    """What a queue is called, who looks after it, and what it takes."""

    name_tr: str
    name_en: str
    team: Team
    components: Collection[Component]
    types: Collection[str] = ()

    @property
    def stored_types(self) -> str:
        """Each between blanks, so that "il" is not found in "ilce"; all kinds are no narrowing."""
        chosen = [kind.value for kind in Municipality.Type if kind.value in self.types]
        return f" {' '.join(chosen)} " if 0 < len(chosen) < len(Municipality.Type) else ""


@dataclass(frozen=True)
class Change:
    """What a change of a queue did, or would do: modules that came from elsewhere, open tickets out of place."""

    taken_from: dict[str, str]
    misplaced: int
    moved: bool = False


@transaction.atomic
def open_queue(code: str, terms: QueueTerms, *, by: Person, move_tickets: bool = False) -> tuple[Queue, Change]:
    """A new queue. What it takes is taken from where it lay."""
    require_administrator(by)
    try:
        with transaction.atomic():
            queue = Queue.objects.create(code=code, name_tr=terms.name_tr, name_en=terms.name_en, team=terms.team)
    except IntegrityError:
        raise CodeTaken from None
    journal.record("queue.opened", queue, by=by, code=code)
    return queue, change_queue(queue, terms, by=by, move_tickets=move_tickets)


@transaction.atomic
def change_queue(queue: Queue, terms: QueueTerms, *, by: Person, move_tickets: bool = False) -> Change:
    """Other names, another team, other modules. Open tickets stay where they lie unless `move_tickets`."""
    require_administrator(by)
    if terms.team.ended_at:
        raise TeamEnded
    locked = Queue.objects.select_for_update().standing().filter(pk=queue.pk).first()
    if locked is None:
        raise QueueEnded
    before, wanted = set(locked.components.values_list("pk", flat=True)), {c.pk for c in terms.components}
    touched = before ^ wanted if locked.municipality_types == terms.stored_types else before | wanted
    Queue.objects.filter(pk=queue.pk).update(
        name_tr=terms.name_tr, name_en=terms.name_en, team=terms.team, municipality_types=terms.stored_types
    )
    queue.refresh_from_db()
    taken = taken_from_others(queue, wanted)
    queue.components.set(terms.components)
    journal.record(
        "queue.changed", queue, by=by, components=sorted(wanted), types=queue.types, team=terms.team.code, taken=taken
    )
    return followed(queue, touched, taken, by=by, move=move_tickets)


def effect_of(queue: Queue | None, code: str, terms: QueueTerms, *, by: Person) -> Change:
    """What the change would do, by doing it and taking it back."""
    with transaction.atomic():
        try:
            return change_queue(queue, terms, by=by) if queue else open_queue(code, terms, by=by)[1]
        finally:
            transaction.set_rollback(True)


def taken_from_others(queue: Queue, wanted: Collection[str]) -> dict[str, str]:
    """Take these modules out of queues for the same municipalities; which, and whence."""
    taken: dict[str, str] = {}
    for other in Queue.objects.standing().exclude(pk=queue.pk).filter(components__in=wanted).distinct():
        if other.shares_places_with(queue.types):
            lost = list(other.components.filter(pk__in=wanted))
            other.components.remove(*lost)
            taken |= {component.pk: other.code for component in lost}
    return taken


def followed(queue: Queue, touched: Collection[str], taken: dict[str, str], *, by: Person, move: bool) -> Change:
    """Count the open tickets that now belong elsewhere, and move them if wished."""
    misplaced = 0
    for place, tickets in places_of(touched):
        misplaced += move_to(place, tickets, by=by) if move else tickets.count()
    if move and misplaced:
        tell(queue)
    return Change(taken_from=taken, misplaced=misplaced, moved=move)


def places_of(components: Collection[str]) -> Iterator[tuple[Queue, QuerySet[Ticket]]]:
    """For each module and kind of municipality: the queue that takes it, and the open tickets that lie elsewhere."""
    for component in Component.objects.filter(pk__in=components):
        for kind in Municipality.Type:
            place = Queue.objects.fitting(component, Municipality(type=kind))[0]
            tickets = Ticket.objects.open().filter(component=component, municipality__type=kind)
            yield place, tickets.exclude(queue=place)


def move_to(place: Queue, tickets: QuerySet[Ticket], *, by: Person) -> int:
    """Whoever has claimed one keeps it."""
    moved = tickets.update(queue=place)
    if moved:
        journal.record("queue.tickets_moved", place, by=by, count=moved)
    return moved


@transaction.atomic
def take_the_rest(queue: Queue, *, by: Person) -> None:
    """From now on this queue takes what no other takes. Open tickets stay where they lie."""
    require_administrator(by)
    rows = {each.pk: each for each in Queue.objects.select_for_update().standing().order_by("pk")}
    if queue.pk not in rows:
        raise QueueEnded
    if rows[queue.pk].takes_the_rest:
        return
    Queue.objects.filter(takes_the_rest=True).update(takes_the_rest=False)
    Queue.objects.filter(pk=queue.pk).update(takes_the_rest=True)
    queue.refresh_from_db()
    journal.record("queue.takes_the_rest", queue, by=by)


@transaction.atomic
def end_queue(queue: Queue, *, by: Person) -> int:
    """No ticket comes here any more; open ones move to the queues that take them now. Returns how many."""
    require_administrator(by)
    locked = Queue.objects.select_for_update().get(pk=queue.pk)
    if locked.takes_the_rest:
        raise QueueTakesTheRest
    if not Queue.objects.standing().filter(pk=queue.pk).update(ended_at=now()):
        raise QueueEnded
    queue.refresh_from_db()
    lying = Ticket.objects.open().filter(queue=queue)
    components = set(lying.values_list("component", flat=True))
    moved = sum(move_to(place, tickets.filter(queue=queue), by=by) for place, tickets in places_of(components))
    queue.components.clear()
    journal.record("queue.ended", queue, by=by, moved=moved)
    tell(queue)
    return moved


def tell(queue: Queue) -> None:
    """Open desks fetch their rows again; the numbers above them follow at once."""
    counters.recount()
    live.announce(audiences.DESK, "queue", queue.code, {"queue": queue.pk})
