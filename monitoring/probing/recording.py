"""Write down what changed, in one transaction: checks, transitions, nodes, outages, boards."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TypedDict, Unpack

from django.db import transaction

from foundation import now, rows
from foundation.live import live
from monitoring import locations, locks, outages
from monitoring.checks import verdicts
from monitoring.checks.samples import Block
from monitoring.checks.verdicts import HERE, Memory, Verdict
from monitoring.history import gaps
from monitoring.models import Check, Prober, SampleBlock, Transition
from monitoring.nodes import rollup
from monitoring.nodes.dependencies import NodeContext
from monitoring.probing.probe import Probe

QUIET = ("memory", "last_error")
SHOWN = ("suspected_at", "is_flapping", *QUIET)
DECIDED = ("verdict", "since", "confirmed_at", *SHOWN)
TURNED = ("check_of", "old", "new", "at", "reason", "evidence")
CYCLE_FIELDS = ("last_probed_at", "last_latency", "last_error", "last_figures")


@dataclass
class CheckChange:
    """A check whose memory is no longer what is stored."""

    question: Probe
    before: Memory
    after: Memory
    error: str
    latency: float
    at: float
    packed: dict | None = None  # what all locations remember, where there are several

    @property
    def turned(self) -> bool:
        return self.after.verdict is not self.before.verdict

    @cached_property
    def shows(self) -> bool:
        """Whether its node may look different now; one more failure of a known suspicion does not show."""
        return (
            self.turned
            or self.packed is not None  # what `before` says is of one location, what is stored of all
            or self.after.flaps.is_flapping is not self.before.flaps.is_flapping
            or self.suspicion_of(self.after) != self.suspicion_of(self.before)
        )

    def suspicion_of(self, memory: Memory) -> float | None:
        return verdicts.suspicion(memory, self.question.rule, self.at)


@transaction.atomic
def record(changes: Collection[CheckChange], location: str = HERE) -> bool:
    """Store changed memories and everything that follows. True when an outage waits to be judged.

    Where several locations ask, the verdict is that of most of them. A verdict that
    turned becomes a transition; its node is worked out anew; outages are opened, joined
    or ended; all or nothing.
    """
    locks.hold()
    at = now()
    others = locations.known() - {location}
    if others:
        changes = list(hear_others(changes, location, locations.believed(at) | {location}))
    return write_down(changes, at, location)


def hear_others(changes: Collection[CheckChange], location: str, believed: set[str]) -> Iterator[CheckChange]:
    """The same news, judged together with what the other locations have stored."""
    stored = Check.objects.in_bulk([change.question.id for change in changes])
    for change in changes:
        check = stored.get(change.question.id)
        if check is None:
            continue
        sights = verdicts.unpack_sights(check.memory) | {location: (change.after.streak(location), change.after.flaps)}
        before = memory_of(check)
        after = verdicts.together(before, sights, change.question.rule, change.at, believed=believed)
        yield replace(change, before=before, after=after, packed=verdicts.pack_sights(sights))


@transaction.atomic
def judge_anew(believed: set[str]) -> None:
    """After a location fell silent or came back: the checks over which locations disagree."""
    locks.hold()
    at = now()
    turned = []
    for check in Check.objects.to_probe().iterator():
        sights = verdicts.unpack_sights(check.memory)
        if len(sights) < 2:
            continue
        before, question = memory_of(check), Probe.of(check)
        after = verdicts.together(before, sights, question.rule, at.timestamp(), believed=believed)
        if after.verdict is not before.verdict:
            latency = check.last_latency or 0.0
            turned.append(
                CheckChange(question, before, after, check.last_error, latency, at.timestamp(), dict(check.memory))
            )
    write_down(turned, at)


def write_down(changes: Collection[CheckChange], at: datetime, location: str = HERE) -> bool:
    turned = [change for change in changes if change.turned]
    shown = [change for change in changes if change.shows]
    around = NodeContext.of({c.question.node_id for c in turned if c.after.verdict is Verdict.DOWN})
    rows.update_many(Check, DECIDED, [[*decided(c, around), *displayed(c), *remembered(c, location)] for c in turned])
    rows.update_many(Check, SHOWN, [[*displayed(c), *remembered(c, location)] for c in shown if not c.turned])
    rows.update_many(Check, QUIET, [remembered(change, location) for change in changes if not change.shows])
    rows.insert_many(Transition, TURNED, [transition_of(change, around) for change in turned])
    rollup.refresh({change.question.node_id for change in shown}, at)
    return outages.review(at)


def stored_verdict(change: CheckChange, around: NodeContext) -> str:
    if change.after.verdict is Verdict.DOWN and around.cut_off(change.question.node_id):
        return Check.Verdict.UNREACHABLE
    return str(change.after.verdict)


def decided(change: CheckChange, around: NodeContext) -> list:
    memory = change.after
    return [stored_verdict(change, around), moment(memory.since) or now(), moment(memory.confirmed_at)]


def displayed(change: CheckChange) -> list:
    return [moment(change.suspicion_of(change.after)), change.after.flaps.is_flapping]


def remembered(change: CheckChange, location: str) -> list:
    return [change.packed or verdicts.pack(change.after, location), change.error[:200], change.question.id]


def transition_of(change: CheckChange, around: NodeContext) -> tuple:
    memory = change.after
    return (
        change.question.id,
        str(change.before.verdict),
        stored_verdict(change, around),
        moment(memory.since) or now(),
        change.error[:200],
        verdicts.evidence(memory, change.question.rule, change.at) | around.evidence(change.question.node_id),
    )


def moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


class CycleFigures(TypedDict, total=False):
    """How the prober itself is: fields of Prober."""

    canary_ok: bool
    checks: int
    failing: int
    worst_delay: float
    lag: float
    discarded: int


@transaction.atomic
def record_cycle(
    name: str, location: str, block: Block, latest: Collection[tuple], **figures: Unpack[CycleFigures]
) -> None:
    """End of a cycle: one row of packed samples, the newest figures, and that we are alive.

    `latest` holds (seconds since the epoch, latency, error, figures, check) of checks
    whose stored figures are older than that.
    """
    at = now()
    if len(block):
        SampleBlock.objects.create(at=moment(block.at) or at, samples=block.seal())
    rows.update_many(Check, CYCLE_FIELDS, [(moment(row[0]), *row[1:]) for row in latest])
    gaps.note_silence(name, at, canary_ok=figures.get("canary_ok", True))
    Prober.objects.update_or_create(name=name, defaults={"location": location, "cycle_ended_at": at, **figures})
    live.note_probe_cycle(at)


def load(index: int = 0, of: int = 1, location: str = HERE) -> list[tuple[Probe, Memory]]:
    """The probes of one shard with what this location remembers of each check."""
    checks = Check.objects.to_probe().shard(index, of).iterator()
    return [(Probe.of(check), memory_of(check, location)) for check in checks]


def memory_of(check: Check, location: str = HERE) -> Memory:
    return verdicts.unpack(
        check.memory,
        verdict=check.verdict,
        since=check.since.timestamp(),
        confirmed_at=check.confirmed_at.timestamp() if check.confirmed_at else 0.0,
        location=location,
    )
