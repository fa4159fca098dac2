"""Write down what changed, in one transaction: checks, transitions, nodes, outages, boards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from foundation import now
from foundation.live import live
from monitoring import locks, nodes, outages, verdicts
from monitoring.bulk import update_rows
from monitoring.models import Check, Dependency, Prober, SampleBlock, State, Transition
from monitoring.probing.questions import Question
from monitoring.samples import Block
from monitoring.verdicts import Memory, Verdict

CHECK_FIELDS = (
    "verdict",
    "since",
    "confirmed_at",
    "suspected_at",
    "is_flapping",
    "memory",
    "last_error",
    "last_latency",
    "last_probed_at",
)
CYCLE_FIELDS = ("last_probed_at", "last_latency", "last_error", "last_figures")


@dataclass(slots=True)
class Change:
    """A check whose memory is no longer what is stored."""

    question: Question
    before: Memory
    after: Memory
    error: str
    latency: float
    at: float

    @property
    def turned(self) -> bool:
        return self.after.verdict is not self.before.verdict


@transaction.atomic
def record(changes: Collection[Change]) -> bool:
    """Store changed memories and everything that follows. True when an outage waits to be judged.

    A verdict that turned becomes a transition; its node is worked out anew; outages are
    opened, joined or ended; all or nothing.
    """
    locks.hold()
    at = now()
    turned = [change for change in changes if change.turned]
    cut_off = unreachable_nodes({c.question.node_id for c in turned if c.after.verdict is Verdict.DOWN})
    update_rows(Check, CHECK_FIELDS, [row_of(change, cut_off) for change in changes])
    Transition.objects.bulk_create([transition_of(change, cut_off) for change in turned])
    nodes.refresh({change.question.node_id for change in changes}, at)
    return outages.review(at)


def stored_verdict(change: Change, cut_off: set[int]) -> str:
    if change.after.verdict is Verdict.DOWN and change.question.node_id in cut_off:
        return Check.Verdict.UNREACHABLE
    return str(change.after.verdict)


def row_of(change: Change, cut_off: set[int]) -> list:
    memory = change.after
    return [
        stored_verdict(change, cut_off),
        moment(memory.since) or now(),
        moment(memory.confirmed_at),
        moment(memory.suspected_since),
        memory.flaps.is_flapping,
        verdicts.pack(memory),
        change.error[:200],
        change.latency,
        moment(change.at),
        change.question.id,
    ]


def transition_of(change: Change, cut_off: set[int]) -> Transition:
    memory = change.after
    return Transition(
        check_of_id=change.question.id,
        old=str(change.before.verdict),
        new=stored_verdict(change, cut_off),
        at=moment(memory.since) or now(),
        reason=change.error[:200],
        evidence=verdicts.evidence(memory, change.question.rule, change.at),
    )


def unreachable_nodes(node_ids: set[int]) -> set[int]:
    """Those whose parents are down, so that their silence says nothing about themselves."""
    parents: dict[int, list[verdicts.Parent]] = {}
    for link in Dependency.objects.filter(node__in=node_ids).select_related("parent"):
        parents.setdefault(link.node_id, []).append(verdicts.Parent(link.parent.state == State.OUTAGE, link.group))
    return {node_id for node_id, links in parents.items() if verdicts.is_unreachable(links)}


def moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@transaction.atomic
def record_cycle(
    name: str, block: Block, latest: Collection[tuple], *, canary_ok: bool, checks: int, delay: float
) -> None:
    """End of a cycle: one row of packed samples, the newest figures, and that we are alive.

    `latest` holds (seconds since the epoch, latency, error, figures, check) of checks
    whose stored figures are older than that.
    """
    at = now()
    if len(block):
        SampleBlock.objects.create(at=moment(block.at) or at, samples=block.seal())
    update_rows(Check, CYCLE_FIELDS, [(moment(row[0]), *row[1:]) for row in latest])
    Prober.objects.update_or_create(
        name=name, defaults={"cycle_ended_at": at, "canary_ok": canary_ok, "checks": checks, "worst_delay": delay}
    )
    live.note_probe_cycle(at)


def load(index: int = 0, of: int = 1) -> list[tuple[Question, Memory]]:
    """The questions of one shard with what each check remembers."""
    return [(Question.of(check), memory_of(check)) for check in Check.objects.to_probe().shard(index, of)]


def memory_of(check: Check) -> Memory:
    return verdicts.unpack(
        check.memory,
        verdict=check.verdict,
        since=check.since.timestamp(),
        confirmed_at=check.confirmed_at.timestamp() if check.confirmed_at else 0.0,
    )
