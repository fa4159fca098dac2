"""Maintenance windows: planned, repeated by a rule, admitted afterwards, ended early, called off."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from foundation import now, rows
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.journal import journal
from foundation.language.formatting import ISTANBUL
from foundation.live import audiences, live
from monitoring import notices
from monitoring.history import rollups
from monitoring.maintenance import repeats
from monitoring.models import Maintenance, Node, NodeTransition, State
from monitoring.refusals import NoSuchRound, NothingRuns, WindowCannotRepeat, WindowCoversNothing

LOOK_AHEAD = timedelta(days=800)  # a rule that has no round so soon is as good as over
LOOK_BACK = timedelta(days=90)  # a rule admitted afterwards leaves older days as they were


def rounds(window: Maintenance, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Starts and ends of the window's rounds that touch [since, until), in local wall time; not of those called off.

    02:00 stays 02:00 in Istanbul whatever the offset; RFC 5545 rules repeat `starts_at`.
    """
    for start in starts(window, since - (window.ends_at - window.starts_at), until):
        end = window.end_of(start)
        if start < until and end > max(since, start):
            yield start, end


def starts(window: Maintenance, since: datetime, until: datetime) -> list[datetime]:
    """When rounds begin in [since, until] by the rule, those called off too."""
    if not window.rule:
        return [window.starts_at]
    first = timezone.make_naive(window.starts_at)
    between = repeats.starts(window.rule, first, timezone.make_naive(since), timezone.make_naive(until))
    return [timezone.make_aware(start) for start in between]


def is_active(window: Maintenance, at: datetime) -> bool:
    return window.cancelled_at is None and any(rounds(window, at, at + timedelta(microseconds=1)))


def active(at: datetime) -> list[Maintenance]:
    """Every window that holds `at`, rounds of rules included."""
    candidates = Maintenance.objects.standing().filter(starts_at__lte=at)
    alive = candidates.filter(rule="", ends_at__gt=at) | candidates.exclude(rule="")
    return [window for window in alive if is_active(window, at)]


def coming(windows: Iterable[Maintenance], at: datetime) -> list[Maintenance]:
    """Those that run or have a round ahead, the soonest first, each knowing that round (`begins_at`, `finishes_at`)."""
    ahead = []
    for window in windows:
        window.coming = next_round(window, at)
        if window.coming:
            ahead.append(window)
    return sorted(ahead, key=attrgetter("begins_at"))


def next_round(window: Maintenance, at: datetime) -> tuple[datetime, datetime] | None:
    """The round that runs at `at`, else the one that comes next."""
    return next(rounds(window, at, at + LOOK_AHEAD), None)


def touching(municipality: Municipality, at: datetime, until: datetime) -> list[Maintenance]:
    """Work that this municipality feels between `at` and `until`, or that runs now; the soonest first.

    It, its province, a node of its own or a component that it runs is named, or everything is worked on.
    """
    standing = Maintenance.objects.standing().filter(~Q(rule="") | Q(ends_at__gt=at))
    own = municipality.components.values("pk")
    components = Q(components__in=own) if own else Q(components__isnull=False)
    place = Q(municipalities=municipality) | Q(provinces=municipality.province_id) | Q(nodes__municipality=municipality)
    windows = standing.filter(Q(is_everywhere=True) | place | components).distinct()
    return [window for window in coming(windows, at) if window.begins_at < until]


class WindowLine(NamedTuple):
    """A window as a list shows it; it knows the round that runs or comes next."""

    window: Maintenance
    stage: Maintenance.Stage
    covers: list[str]
    cannot_repeat: bool
    coming: list["Round"]


class Round(NamedTuple):
    """One round of a rule that has not begun."""

    starts_at: datetime
    is_called_off: bool


def overview(at: datetime, *, most: int = 100) -> list[WindowLine]:
    """What runs and what comes, the soonest first; then what was, the latest first. Five reads."""
    windows = Maintenance.objects.order_by("-starts_at").prefetch_related(
        "components", "provinces", "municipalities", "nodes"
    )
    lines = [line_of(window, at) for window in windows[:most]]
    ahead = [line for line in lines if line.stage in (Maintenance.Stage.IN_PROGRESS, Maintenance.Stage.SCHEDULED)]
    over = [line for line in lines if line not in ahead]
    return sorted(ahead, key=lambda line: line.window.begins_at) + over


def line_of(window: Maintenance, at: datetime) -> WindowLine:
    """A window repeated by a rule is over only when its last round is."""
    covers = [str(one) for one in chain(*(part.all() for part in parts_of(window)))]
    if not window.cancelled_at:
        window.coming = next_round(window, at)
    return WindowLine(
        window, window.stage(at), covers, bool(window.rule) and not can_repeat(window), coming_rounds(window, at)
    )


def coming_rounds(window: Maintenance, at: datetime) -> list[Round]:
    """The next few rounds of a rule that stands."""
    if not window.rule or window.cancelled_at:
        return []
    ahead = (start for start in starts(window, at, at + LOOK_AHEAD) if start > at)
    return [Round(start, window.is_called_off(start)) for start in islice(ahead, repeats.SHOWN)]


def can_repeat(window: Maintenance) -> bool:
    """Whether the window's rule is one that we run."""
    return repeats.is_usable(window.rule, timezone.make_naive(window.starts_at))


def parts_of(window: Maintenance) -> tuple:
    return window.components, window.provinces, window.municipalities, window.nodes


def nodes_in_maintenance(at: datetime) -> set[int]:
    """Keys of the nodes that some active window covers."""
    covered: set[int] = set()
    for window in active(at):
        covered |= set(nodes_of(window).values_list("pk", flat=True))
    return covered


def nodes_of(window: Maintenance) -> QuerySet[Node]:
    """The nodes a window covers: named, of its places, or of its components."""
    nodes = Node.objects.watched()
    if window.is_everywhere:
        return nodes
    return (
        nodes.filter(maintenances=window)
        | nodes.filter(component__in=window.components.all())
        | nodes.filter(municipality__in=window.municipalities.all())
        | nodes.filter(municipality__province__in=window.provinces.all())
    ).distinct()


@transaction.atomic
def plan(
    window: Maintenance,
    *,
    by: Person,
    nodes: Collection[Node] = (),
    components: Collection[Component] = (),
    municipalities: Collection[Municipality] = (),
    provinces: Collection[Province] = (),
) -> Maintenance:
    """Announce a window, or admit one afterwards.

    A window in the past reclassifies its days: they are computed anew without it
    counting as an outage. Refused with WindowCoversNothing and WindowCannotRepeat.
    """
    if not window.is_everywhere and not (nodes or components or municipalities or provinces):
        raise WindowCoversNothing
    if window.rule and not can_repeat(window):
        raise WindowCannotRepeat
    window.created_by = by
    window.save()
    window.nodes.set(nodes)
    window.components.set(components)
    window.municipalities.set(municipalities)
    window.provinces.set(provinces)
    journal.record("maintenance.planned", window, by=by, starts_at=window.starts_at.isoformat())
    if window.starts_at < now():
        reclassify(window)
    tell(window)
    notices.owe_window(window)
    return window


def reclassify(window: Maintenance) -> None:
    """Write the past rounds of the window into the history of its nodes, and the days they touch anew."""
    at = now()
    covered = list(nodes_of(window).values_list("pk", flat=True))
    days: set[date] = set()
    for start, end in rounds(window, at - LOOK_BACK if window.rule else window.starts_at, at):
        admit(covered, start, min(end, at), is_over=end <= at)
        days |= days_between(start, min(end, at))
    for day in sorted(days):
        rollups.roll_up(day, at, covered)


def admit(node_ids: list[int], start: datetime, end: datetime, *, is_over: bool) -> None:
    """The nodes were in maintenance from `start` to `end`, and then what they turned to meanwhile."""
    before, after = states_by(node_ids, Q(at__lt=start)), states_by(node_ids, Q(at__lte=end))
    NodeTransition.objects.filter(node__in=node_ids, at__gte=start, at__lte=end).delete()
    turns = [(node, before[node], str(State.MAINTENANCE), start) for node in node_ids]
    if is_over:
        turns += [(node, str(State.MAINTENANCE), after[node], end) for node in node_ids]
    rows.insert_many(NodeTransition, ("node", "old", "new", "at"), turns)


def states_by(node_ids: list[int], then: Q) -> dict[int, str]:
    """What each node had last turned to by then."""
    last = NodeTransition.objects.filter(then, node=OuterRef("pk")).order_by("-at", "-pk").values("new")[:1]
    nodes = Node.objects.filter(pk__in=node_ids).annotate(was=Subquery(last))
    return {node: str(was or State.NO_DATA) for node, was in nodes.values_list("pk", "was")}


def days_between(start: datetime, end: datetime) -> set[date]:
    first, last = (moment.astimezone(ISTANBUL).date() for moment in (start, end))
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


@transaction.atomic
def call_off(window: Maintenance, *, by: Person) -> None:
    """Cancel a window that has not ended; the second of two people changes nothing."""
    if Maintenance.objects.standing().filter(pk=window.pk).update(cancelled_at=now()):
        window.refresh_from_db()
        journal.record("maintenance.called_off", window, by=by)
        tell(window)
        notices.owe_calling_off(window)


@transaction.atomic
def end_early(window: Maintenance, *, by: Person) -> None:
    """The work is done before its time: the round that runs is over now; later rounds of a rule stay.

    Whoever shows nodes looks at them anew (`sweeps.follow_the_clock`). Refused with NothingRuns, also to the
    second of two people.
    """
    at = now().replace(microsecond=0)
    round_now = next(rounds(window, at, at + timedelta(microseconds=1)), None)
    if window.cancelled_at or not round_now or round_now[0] >= at:
        raise NothingRuns
    start, planned = round_now
    over = shortened(window, start, at) if window.rule else {"ends_at": at, "planned_end": planned}
    if not revise(window, at, over):
        raise NothingRuns
    journal.record("maintenance.ended_early", window, by=by, planned=planned.isoformat())
    notices.hurry_end(window, planned, at)
    tell(window)


@transaction.atomic
def call_off_round(window: Maintenance, start: datetime, *, by: Person) -> None:
    """One round of a rule will not take place; the others stay. It ends as it begins, for whoever reads rounds.

    Refused with NoSuchRound: not a beginning by the rule, begun already, or called off by somebody else.
    """
    at = now().replace(microsecond=0)
    known = bool(window.rule) and start in starts(window, start, start)
    if not known or window.cancelled_at or start <= at or window.is_called_off(start):
        raise NoSuchRound
    if not revise(window, at, shortened(window, start, start)):
        raise NoSuchRound
    journal.record("maintenance.round_called_off", window, by=by, starts_at=start.isoformat())
    following = next((times for times in rounds(window, start, start + LOOK_AHEAD) if times[0] > start), None)
    notices.owe_round_off(window, start, following)
    tell(window)


def shortened(window: Maintenance, start: datetime, end: datetime) -> dict:
    """The fields of a rule of which the round that begins at `start` ends at `end`."""
    return {"short_rounds": {**(window.short_rounds or {}), start.astimezone(UTC).isoformat(): end.isoformat()}}


def revise(window: Maintenance, at: datetime, fields: dict) -> bool:
    """Whether the window still was as it was read, and is now as `fields` say."""
    found = Maintenance.objects.standing().filter(pk=window.pk, revision=window.revision)
    if not found.update(changed_at=at, revision=F("revision") + 1, **fields):
        return False
    window.refresh_from_db()
    return True


def tell(window: Maintenance) -> None:
    state = {
        "id": window.pk,
        "title": {"tr": window.title_tr, "en": window.title_en},
        "starts_at": window.starts_at.isoformat(),
        "ends_at": window.ends_at.isoformat(),
        "cancelled": window.cancelled_at is not None,
        "revision": window.revision,
    }
    rooms = [audiences.BOARD, *([audiences.STATUS_NATIONAL] if window.is_public else [])]
    live.announce_each(rooms, "maintenance", window.pk, state)
