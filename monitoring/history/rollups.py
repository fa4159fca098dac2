"""Hours sealed from packed samples, days rolled up from transitions, both repeatable."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from django_sla import calendars
from foundation import now
from foundation.language.formatting import ISTANBUL
from monitoring.checks.samples import Sample, pack_hour, read_block
from monitoring.checks.verdicts import Result
from monitoring.history import gaps, partitions
from monitoring.history.availability import Account, Length, Turn, account, wall, without
from monitoring.models import Blindness, Check, Day, Hour, Node, NodeTransition, RawHour, SampleBlock, State, Transition

HOUR = timedelta(hours=1)
RAW_KEPT, HOURS_KEPT, DAYS_KEPT = timedelta(days=90), timedelta(days=400), timedelta(days=5 * 366)
# Service hours of a tier, as calendars of django_sla; municipalities work long days.
SERVICE_HOURS = {"A": "7-24", "B": "tr-uzun", "C": "tr-mesai", "X": "7-24", "": "tr-uzun"}


def keep() -> None:
    """Seal finished hours, roll up yesterday and today."""
    at = now()
    seal_until(at.replace(minute=0, second=0, microsecond=0))
    today = at.astimezone(ISTANBUL).date()
    for day in (today - timedelta(days=1), today):
        roll_up(day, at)


def seal_until(end: datetime) -> int:
    """Turn every finished hour of sample blocks into one row a check; how many hours."""
    first, hours = SampleBlock.objects.order_by("at").values_list("at", flat=True).first(), 0
    while first is not None and first < end:
        seal(first.replace(minute=0, second=0, microsecond=0))
        first, hours = SampleBlock.objects.order_by("at").values_list("at", flat=True).first(), hours + 1
    return hours


@transaction.atomic
def seal(start: datetime) -> None:
    """One hour: its blocks become rows, then go. A block belongs to the hour in which it began."""
    blocks = SampleBlock.objects.filter(at__gte=start, at__lt=start + HOUR).order_by("at")
    by_check: dict[int, list[Sample]] = defaultdict(list)
    for block in blocks:
        for sample in read_block(block.at.timestamp(), bytes(block.samples)):
            by_check[sample.check].append(sample)
    existing = set(Check.objects.filter(pk__in=by_check).values_list("pk", flat=True))
    of_known = {check: samples for check, samples in by_check.items() if check in existing}
    raw = [RawHour(check_of_id=c, at=start, samples=pack_hour(start.timestamp(), of_known[c])) for c in of_known]
    counted = [hour_of(check, start, samples) for check, samples in of_known.items()]
    for model in (RawHour, Hour):
        partitions.ensure(model._meta.db_table, start)
    RawHour.objects.bulk_create(raw, batch_size=500, ignore_conflicts=True)
    Hour.objects.bulk_create(counted, batch_size=500, ignore_conflicts=True)
    blocks.delete()


def hour_of(check: int, start: datetime, samples: list[Sample]) -> Hour:
    times = sorted(sample.ms for sample in samples if sample.raw is Result.OK)
    return Hour(
        check_of_id=check,
        at=start,
        asked=len(samples),
        answered=len(times),
        failed=sum(sample.raw is Result.FAIL for sample in samples),
        latency_p50=percentile(times, 0.50),
        latency_p95=percentile(times, 0.95),
        latency_max=times[-1] if times else None,
    )


def percentile(values: list[int], share: float) -> int | None:
    """Nearest rank of sorted values."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def roll_up(day: date, at: datetime, nodes: Iterable[int] | None = None) -> int:
    """Compute one local day anew for these nodes (all when None), up to `at`; how many rows."""
    start, end = midnight(day), min(midnight(day + timedelta(days=1)), at)
    if end <= start:
        return 0
    watched = Node.objects.watched().select_related("component")
    chosen = list(watched if nodes is None else watched.filter(pk__in=list(nodes)))
    turns, before = turns_of(chosen, start, end)
    unseen = gaps.of_nodes(chosen, start, end)
    lengths = service_lengths()
    rows = []
    for node in chosen:
        state = before.get(node.pk) or State.NO_DATA
        seen = without(turns[node.pk], state, unseen.get(node.pk, ()))
        rows.append(day_of(node, day, account_of(seen, state, start, end, lengths[tier_of(node)])))
    Day.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["node", "day"],
        update_fields=[
            "expected", "down", "degraded", "maintenance", "no_data", "worst", "service_expected", "service_down",
        ],
    )  # fmt: skip
    return len(rows)


def turns_of(nodes: list[Node], start: datetime, end: datetime) -> tuple[dict[int, list[Turn]], dict[int, str]]:
    """Every turn of the stretch by node, and the state that each one entered it with."""
    turns: dict[int, list[Turn]] = defaultdict(list)
    before: dict[int, str] = {}
    transitions = NodeTransition.objects.filter(node__in=nodes, at__lt=end).order_by("at", "pk")
    for row in transitions.filter(at__gte=start):
        turns[row.node_id].append(Turn(row.at, row.new))
        before.setdefault(row.node_id, row.old)
    return turns, states_after(end, [node for node in nodes if node.pk not in before]) | before


def states_after(at: datetime, nodes: list[Node]) -> dict[int, str]:
    """The state that each of these nodes left later, or is in since before `at`: what it was in all the while."""
    later = NodeTransition.objects.filter(node=OuterRef("pk"), at__gte=at).order_by("at", "pk").values("old")[:1]
    moved = [node.pk for node in nodes if node.since >= at]
    left = Node.objects.filter(pk__in=moved).annotate(was=Subquery(later)).values_list("pk", "was")
    stayed = {node.pk: node.state for node in nodes if node.since < at}
    return stayed | {node: was for node, was in left if was}


def account_of(turns, before: str, start: datetime, end: datetime, length: Length) -> tuple[Account, Account]:
    """All the time, and service hours alone."""
    return (
        account(turns, before=before, start=start, end=end),
        account(turns, before=before, start=start, end=end, length=length),
    )


def day_of(node: Node, day: date, accounts: tuple[Account, Account]) -> Day:
    all_day, service = accounts
    return Day(
        node=node,
        day=day,
        expected=round(all_day.expected),
        down=round(all_day.down),
        degraded=round(all_day.seconds.get(State.DEGRADED, 0)),
        maintenance=round(all_day.seconds.get(State.MAINTENANCE, 0)),
        no_data=round(all_day.seconds.get(State.NO_DATA, 0)),
        worst=all_day.worst,
        service_expected=round(service.expected - service.outside),
        service_down=round(service.down),
    )


def tier_of(node: Node) -> str:
    return node.component.tier if node.component else ""


def service_lengths() -> dict[str, Length]:
    """For each tier, what measures the seconds of service hours between two moments."""
    compiled = {code: calendars.by_code(code) for code in set(SERVICE_HOURS.values()) - {"7-24"}}

    def within(code: str) -> Length:
        return lambda start, end: compiled[code].elapsed(start, end).total_seconds()

    return {tier: wall if code == "7-24" else within(code) for tier, code in SERVICE_HOURS.items()}


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ISTANBUL).astimezone(UTC)


def of_days(days: Iterable[Day]) -> Account:
    """Days added up: the figure of a month, a year, a contract."""
    total: dict[str, float] = defaultdict(float)
    for day in days:
        total[State.OUTAGE] += day.down
        total[State.DEGRADED] += day.degraded
        total[State.MAINTENANCE] += day.maintenance
        total[State.NO_DATA] += day.no_data
        total[State.OK] += day.expected - day.down - day.degraded - day.maintenance - day.no_data
    return Account(dict(total))


def forget() -> None:
    """Samples after 90 days, hours after 400, days and transitions after five years."""
    at = now()
    partitions.forget_before(RawHour, at - RAW_KEPT)
    partitions.forget_before(Hour, at - HOURS_KEPT)
    Day.objects.filter(day__lt=(at - DAYS_KEPT).date()).delete()
    Blindness.objects.filter(until__lt=at - DAYS_KEPT).delete()
    for turned in (Transition, NodeTransition):
        turned._default_manager.filter(at__lt=at - DAYS_KEPT).delete()
