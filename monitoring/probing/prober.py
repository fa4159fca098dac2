"""The loop: asks what is due, judges the answer at once, keeps what changed for the books.

Knows no database: `bookkeeper` is called with what to write, in a thread. Each probe
is out at most once at a time, so a silent target costs one socket and delays nobody.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Unpack

from monitoring.checks import verdicts
from monitoring.checks.samples import Block
from monitoring.checks.verdicts import HERE, Memory, Result, Verdict
from monitoring.probing import run as probe_run
from monitoring.probing.probe import Probe, ProbeOutcome
from monitoring.probing.recording import CheckChange, CycleFigures
from monitoring.probing.run import TIMED_OUT
from monitoring.probing.timers import Timers

logger = logging.getLogger(__name__)

TICK = 0.05  # seconds; probes due within one tick start together
BOOKS_EVERY = 1.0
CYCLE_EVERY = 10.0
CANARY_EVERY = 10.0
STALL = 1.0  # a loop that wakes this late says nothing about time-outs
OWN_SHARE = 0.5  # of a time-out: where our loop slept away more of it by waking late, it says nothing either
CYCLES_REMEMBERED = 6  # what is said of our own lateness is of about a minute


class Bookkeeper(Protocol):
    """Where results go. Blocking; called one at a time, outside the loop's thread."""

    def changes(self, changes: list[CheckChange]) -> bool: ...

    def cycle(self, block: Block, latest: list[tuple], **figures: Unpack[CycleFigures]) -> None: ...

    def review(self) -> bool: ...


@dataclass
class Limits:
    """How much may be out at once: sockets in all, and probes to one host."""

    sockets: int = 5_000
    per_host: int = 8


@dataclass(slots=True)
class OwnTime:
    """How well our own loop kept time over one cycle, in seconds, and how many answers that cost."""

    began: float
    ended: float = 0.0
    slept: float = 0.0
    discarded: int = 0


@dataclass
class ProbeLoop:
    """Asks its probes until told to leave. `parents` are the nodes that each node leans on, by id."""

    questions: Iterable[tuple[Probe, Memory]]
    books: Bookkeeper
    ask: Callable[..., Awaitable[ProbeOutcome]] = probe_run.ask
    canary: Callable[[], Awaitable[bool]] | None = None
    allow_private: bool = False
    limits: Limits = field(default_factory=Limits)
    location: str = HERE
    parents: Mapping[int, Collection[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = list(self.questions)
        self.of_parent: dict[int, list[Probe]] = {node: [] for leaning in self.parents.values() for node in leaning}
        for question, _memory in pairs:
            if question.node_id in self.of_parent:
                self.of_parent[question.node_id].append(question)
        self.memories = {question.id: memory for question, memory in pairs}
        self.stored = dict(self.memories)
        self.asked = [question for question, _memory in pairs]
        self.changed: dict[int, CheckChange] = {}
        self.latest: dict[int, tuple] = {}
        self.out: set[asyncio.Task] = set()
        self.out_to: Counter[str] = Counter()
        self.waiting: deque[Probe] = deque()
        self.block = Block(time.time())
        self.canary_ok = True
        self.worst_delay = 0.0
        self.stalled_at = 0.0
        self.slept = 0.0  # seconds that the loop woke late, in all
        self.woken_at = time.monotonic()
        self.own_time: deque[OwnTime] = deque([OwnTime(self.woken_at)], maxlen=CYCLES_REMEMBERED)
        self.waits_for_width = False
        self.count = 0

    # --- asking -----------------------------------------------------------

    async def run(self, leaving: asyncio.Event) -> None:
        """Ask until `leaving`; the books are closed before returning."""
        self.timers = Timers(self.asked, time.monotonic())
        helpers = [asyncio.create_task(work) for work in (self.keep_books(), self.keep_canary())]
        try:
            while not leaving.is_set():
                self.launch_due()
                await asyncio.sleep(TICK)
                self.keep_time()
        finally:
            for task in (*helpers, *self.out):
                task.cancel()
            await asyncio.gather(*helpers, *self.out, return_exceptions=True)
            await self.write_books()
            await self.end_cycle()

    def launch_due(self) -> None:
        now = time.monotonic()
        for _number in range(len(self.waiting)):
            self.launch(self.waiting.popleft())
        for question, late in self.timers.due(now):
            self.note_delay(late, now)
            self.launch(question)

    def lateness(self) -> float:
        """Seconds that the loop has woken late so far, with those of the wake-up that is due.

        On a starved machine many small ones add up to a whole time-out, and each alone is no stall.
        """
        return self.slept + max(0.0, time.monotonic() - self.woken_at - TICK)

    def keep_time(self) -> None:
        late = self.lateness() - self.slept
        self.slept, self.woken_at = self.slept + late, time.monotonic()
        self.own_time[-1].slept += late

    def lag(self) -> float:
        """Of the last minute, the share that our loop slept away by waking late; 0 on a machine with time for us."""
        self.own_time[-1].ended = time.monotonic()
        lasted = self.own_time[-1].ended - self.own_time[0].began
        return sum(cycle.slept for cycle in self.own_time) / lasted if lasted else 0.0

    def note_delay(self, late: float, now: float) -> None:
        self.worst_delay = max(self.worst_delay, late)
        if late > STALL:
            self.stalled_at = now

    def launch(self, question: Probe) -> None:
        """Ask now, or wait in line where a limit says so."""
        key = host_key(question)
        if len(self.out) >= self.limits.sockets or self.out_to[key] >= self.limits.per_host:
            self.waiting.append(question)
            return
        self.out_to[key] += 1
        task = asyncio.get_running_loop().create_task(self.probe(question, key))
        self.out.add(task)
        task.add_done_callback(self.out.discard)

    async def probe(self, question: Probe, key: str) -> None:
        asked, at, slept = time.monotonic(), time.time(), self.lateness()
        try:
            outcome = await self.ask(question, allow_private=self.allow_private)
        finally:
            self.out_to[key] -= 1
            if not self.out_to[key]:
                del self.out_to[key]
        self.receive(question, outcome, at, asked, self.lateness() - slept)

    # --- judging ----------------------------------------------------------

    def receive(self, question: Probe, outcome: ProbeOutcome, at: float, asked: float, slept: float) -> None:
        """Judge one outcome and put the probe back in line. `slept`: how late we woke meanwhile, in seconds."""
        self.count += 1
        raw = self.believed(question, outcome, asked, slept)
        before = self.memories[question.id]
        after = verdicts.decide(before, question.rule, raw, at, location=self.location)
        self.block.add(question.id, at, raw, outcome.duration)
        seen = {"phases": outcome.phases, "figures": outcome.figures}
        self.latest[question.id] = (at, outcome.duration, outcome.error[:200], seen, question.id)
        if after is not before:
            self.memories[question.id] = after
            stored = self.stored[question.id]
            if question.id in self.changed or verdicts.is_worth_keeping(stored, after):
                self.changed[question.id] = CheckChange(question, stored, after, outcome.error, outcome.duration, at)
        if raw is Result.FAIL and not before.streak(self.location).failures:
            self.ask_parents(question)
        hurry = raw is Result.FAIL if after.verdict is not Verdict.DOWN else raw is Result.OK
        self.timers.after(question, asked, time.monotonic(), hurry=hurry)

    def ask_parents(self, question: Probe) -> None:
        """A first failure: whether it is the parents' is known before the child's is confirmed."""
        now = time.monotonic()
        for node in self.parents.get(question.node_id, ()):
            for parental in self.of_parent[node]:
                self.timers.hasten(parental, now)

    def believed(self, question: Probe, outcome: ProbeOutcome, asked: float, slept: float) -> Result:
        """A failure counts only while our own line works and our own loop keeps time."""
        if outcome.raw is not Result.FAIL:
            return outcome.raw
        if not self.canary_ok:
            return Result.NA
        slept_away = outcome.error == TIMED_OUT and slept > OWN_SHARE * question.timeout
        if slept_away or self.stalled_at >= asked:
            self.own_time[-1].discarded += 1
            return Result.NA
        return outcome.raw

    # --- books ------------------------------------------------------------

    async def keep_books(self) -> None:
        ended = time.monotonic()
        while True:
            await asyncio.sleep(BOOKS_EVERY)
            await self.write_books()
            if time.monotonic() - ended >= CYCLE_EVERY:
                ended = time.monotonic()
                await self.end_cycle()

    async def write_books(self) -> None:
        """Hand over what changed; on failure keep it and try again next second."""
        changes, self.changed = self.changed, {}
        try:
            if changes:
                self.waits_for_width = await asyncio.to_thread(self.books.changes, list(changes.values()))
                self.stored |= {number: change.after for number, change in changes.items()}
            elif self.waits_for_width:
                self.waits_for_width = await asyncio.to_thread(self.books.review)
        except Exception:
            logger.exception("the books could not be written; %s changes are kept", len(changes))
            self.changed = changes | self.changed

    async def end_cycle(self) -> None:
        block, latest, delay = self.block, self.latest, self.worst_delay
        lag, discarded = self.lag(), sum(cycle.discarded for cycle in self.own_time)
        self.block, self.latest, self.worst_delay = Block(time.time()), {}, 0.0
        self.own_time.append(OwnTime(self.own_time[-1].ended))
        try:
            await asyncio.to_thread(
                self.books.cycle,
                block,
                list(latest.values()),
                canary_ok=self.canary_ok,
                checks=len(self.memories),
                failing=sum(memory.verdict is Verdict.DOWN for memory in self.memories.values()),
                worst_delay=delay,
                lag=lag,
                discarded=discarded,
            )
        except Exception:
            logger.exception("a cycle could not be recorded; %s samples are lost", len(block))

    async def keep_canary(self) -> None:
        while self.canary is not None:
            works = await self.canary()
            if works != self.canary_ok:
                logger.warning("our own line %s", "works again" if works else "seems dead: failures do not count")
            self.canary_ok = works
            await asyncio.sleep(CANARY_EVERY)


def host_key(question: Probe) -> str:
    """Whom a probe burdens. On loopback every port is a machine of its own; what is no address burdens nobody else."""
    try:
        return key_of(question)
    except ValueError:
        return question.target


def key_of(question: Probe) -> str:
    if question.host.startswith("127.") or question.host in ("localhost", "::1"):
        return f"{question.host}:{question.port}"
    return question.host
