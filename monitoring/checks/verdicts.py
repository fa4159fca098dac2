"""What a streak of answers means: pure values, no database, no clock.

Times are seconds since the epoch. A question is answered OK, FAIL or NA; NA (our own
fault: canary, restart, stalled prober) neither advances nor resets anything.

The rule (reference/monitoring.md §3): down after three failures in a row that last at
least twenty seconds and are seen by most locations; up again after two successes that
last. The start is back-dated to the first sign; `confirmed_at` says when we were sure.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

HERE = "here"


class Result(StrEnum):
    OK = "ok"
    FAIL = "fail"
    NA = "na"


class Verdict(StrEnum):
    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """How sure we want to be. Seconds, and answers in a row."""

    failures: int = 3
    confirm_seconds: float = 20.0
    successes: int = 2
    recover_seconds: float = 60.0
    interval: float = 30.0

    @property
    def retry(self) -> float:
        """Seconds between questions while there is a suspicion."""
        return min(self.interval, max(5.0, self.interval / 3))

    def detection(self, timeout: float) -> float:
        """Worst case from the fault to DOWN: one interval, the retries, the last time-out."""
        retries = max(self.failures - 1, math.ceil(self.confirm_seconds / self.retry))
        return self.interval + retries * self.retry + timeout


@dataclass(frozen=True, slots=True)
class Streak:
    """What one location saw last, in a row."""

    failures: int = 0
    successes: int = 0
    since: float = 0.0

    def after(self, raw: Result, at: float) -> Self:
        if raw is Result.FAIL:
            return type(self)(self.failures + 1, 0, self.since if self.failures else at)
        return type(self)(0, self.successes + 1, self.since if self.successes else at)

    def fails(self, rule: VerdictRule, at: float) -> bool:
        return self.failures >= rule.failures and at - self.since >= rule.confirm_seconds

    def works(self, rule: VerdictRule, at: float) -> bool:
        return self.successes >= rule.successes and at - self.since >= rule.recover_seconds


@dataclass(frozen=True, slots=True)
class Flaps:
    """Icinga's flapping: twenty bits, newest weighs most, start above 30 %, stop at 25 %.

    The ring is sampled every 90 s whatever the interval, so that its memory is half an
    hour for every check; a bit says that the answer changed at least once meanwhile
    (a change and its opposite between two samples would otherwise go unseen).
    """

    ring: int = 0
    sampled_at: float = 0.0
    changed: bool = False
    last: Result = Result.NA
    is_flapping: bool = False

    BITS = 20
    PERIOD = 90.0
    START, STOP = 30.0, 25.0

    def after(self, raw: Result, at: float) -> Self:
        changed = self.changed or (self.last not in (raw, Result.NA))
        if not self.sampled_at:
            return replace(self, sampled_at=at, last=raw)
        if at - self.sampled_at < self.PERIOD:
            if changed == self.changed and raw == self.last:
                return self
            return replace(self, changed=changed, last=raw)
        ring = (self.ring << 1 | changed) & ((1 << self.BITS) - 1)
        percent = share_of_changes(ring)
        is_flapping = percent > self.STOP if self.is_flapping else percent > self.START
        return replace(self, ring=ring, sampled_at=at, changed=False, last=raw, is_flapping=is_flapping)


def share_of_changes(ring: int) -> float:
    """Per cent, weighted 0.80 for the oldest of twenty bits to 1.18 for the newest."""
    bits = Flaps.BITS
    weights = sum(0.8 + 0.02 * place for place in range(bits) if ring >> (bits - 1 - place) & 1)
    return 100 / bits * weights


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a check remembers between two questions."""

    verdict: Verdict = Verdict.UNKNOWN
    since: float = 0.0
    confirmed_at: float = 0.0
    streaks: tuple[tuple[str, Streak], ...] = ()
    flaps: Flaps = field(default_factory=Flaps)

    @property
    def is_single_vantage(self) -> bool:
        return len(self.streaks) < 2

    def streak(self, location: str) -> Streak:
        for name, streak in self.streaks:
            if name == location:
                return streak
        return Streak()


def decide(memory: Memory, rule: VerdictRule, raw: Result, at: float, *, location: str = HERE) -> Memory:
    """The memory after one answer. The same object comes back when nothing worth keeping changed."""
    if raw is Result.NA:
        return memory
    streak = memory.streak(location)
    flaps = memory.flaps.after(raw, at)
    if is_calm(memory, streak, rule, raw, at):
        return memory if flaps is memory.flaps else replace(memory, flaps=flaps)
    others = tuple(pair for pair in memory.streaks if pair[0] != location)
    streaks = (*others, (location, streak.after(raw, at)))
    # not `replace`, which takes half as long again: when everything fails, each answer comes through here
    return judge(Memory(memory.verdict, memory.since, memory.confirmed_at, streaks, flaps), rule, at)


def is_worth_keeping(stored: Memory, after: Memory) -> bool:
    """Whether more changed than when the flap ring was sampled last: that alone costs no write."""
    if stored.verdict is not after.verdict or stored.streaks != after.streaks:
        return True
    was, is_now = stored.flaps, after.flaps
    return (was.ring, was.changed, was.is_flapping) != (is_now.ring, is_now.changed, is_now.is_flapping)


def is_calm(memory: Memory, streak: Streak, rule: VerdictRule, raw: Result, at: float) -> bool:
    """One more of what the verdict already says, with nothing to count towards another one."""
    if raw is Result.OK:
        return memory.verdict is Verdict.UP and streak.works(rule, at)
    return memory.verdict is Verdict.DOWN and streak.fails(rule, at)


def judge(memory: Memory, rule: VerdictRule, at: float) -> Memory:
    """Turn streaks into a verdict: most locations for DOWN, all but a minority for UP."""
    streaks = [streak for _location, streak in memory.streaks]
    failing = [streak for streak in streaks if streak.fails(rule, at)]
    working = [streak for streak in streaks if streak.works(rule, at)]
    quorum = len(streaks) // 2 + 1
    if memory.verdict is not Verdict.DOWN and len(failing) >= quorum:
        return turn(memory, Verdict.DOWN, min(streak.since for streak in failing), at)
    if memory.verdict is Verdict.DOWN and len(working) >= quorum:
        return turn(memory, Verdict.UP, max(streak.since for streak in working), at)
    if memory.verdict is Verdict.UNKNOWN and sum(bool(streak.successes) for streak in streaks) >= quorum:
        return turn(memory, Verdict.UP, at, at)
    return memory


def suspicion(memory: Memory, rule: VerdictRule, at: float) -> float | None:
    """First failure of a suspicion not yet decided, or None.

    What one location alone has confirmed is decided, too: the others say that it works.
    """
    failing = [streak for _location, streak in memory.streaks if streak.failures]
    if memory.verdict is Verdict.DOWN or all(streak.fails(rule, at) for streak in failing):
        return None
    return min(streak.since for streak in failing)


def turn(memory: Memory, verdict: Verdict, since: float, at: float) -> Memory:
    return replace(memory, verdict=verdict, since=since, confirmed_at=at)


@dataclass(frozen=True)
class Parent:
    """Something a node leans on. A group fails only with its last member."""

    is_down: bool
    group: str = ""


def is_unreachable(parents: list[Parent]) -> bool:
    """An essential parent is down, or every member of a redundancy group is."""
    groups: dict[str, list[bool]] = {}
    for number, parent in enumerate(parents):
        groups.setdefault(parent.group or f"essential {number}", []).append(parent.is_down)
    return any(all(members) for members in groups.values())


def evidence(memory: Memory, rule: VerdictRule, at: float) -> dict:
    """Why the verdict is what it is, in numbers a person can check."""
    return {
        "locations": {
            name: {"failures": streak.failures, "successes": streak.successes, "since": streak.since}
            for name, streak in memory.streaks
        },
        "quorum": len(memory.streaks) // 2 + 1,
        "single_vantage": memory.is_single_vantage,
        "rule": {
            "failures": rule.failures,
            "confirm_seconds": rule.confirm_seconds,
            "successes": rule.successes,
            "recover_seconds": rule.recover_seconds,
        },
        "decided_at": at,
    }


def together(
    stored: Memory,
    sights: Mapping[str, tuple[Streak, Flaps]],
    rule: VerdictRule,
    at: float,
    *,
    believed: Collection[str],
) -> Memory:
    """The verdict of all believed locations over one check; it flaps when most of them see it flap."""
    heard = [(name, *sights[name]) for name in sorted(sights) if name in believed]
    flapping = sum(flaps.is_flapping for _name, _streak, flaps in heard)
    streaks = tuple((name, streak) for name, streak, _flaps in heard)
    flaps = Flaps(is_flapping=flapping >= len(heard) // 2 + 1)
    return judge(replace(stored, streaks=streaks, flaps=flaps), rule, at)


def pack(memory: Memory, location: str = HERE) -> dict:
    """What one location remembers as JSON, for the row of the check; verdict and times have columns there."""
    return pack_sights({name: (streak, memory.flaps) for name, streak in memory.streaks if name == location})


def pack_sights(sights: Mapping[str, tuple[Streak, Flaps]]) -> dict:
    """For each location its streak and its flap ring."""
    return {
        "streaks": {name: [streak.failures, streak.successes, streak.since] for name, (streak, _f) in sights.items()},
        "flaps": {
            name: [flaps.ring, flaps.sampled_at, flaps.changed, flaps.last, flaps.is_flapping]
            for name, (_s, flaps) in sights.items()
        },
    }


def unpack_sights(packed: Mapping) -> dict[str, tuple[Streak, Flaps]]:
    rings = packed.get("flaps", {})
    return {name: (Streak(*values), flaps_of(rings.get(name))) for name, values in packed.get("streaks", {}).items()}


def flaps_of(values: Sequence | None) -> Flaps:
    if not values:
        return Flaps()
    ring, sampled_at, changed, last, is_flapping = values
    return Flaps(ring, sampled_at, changed, Result(last), is_flapping)


def unpack(packed: Mapping, *, verdict: str, since: float, confirmed_at: float, location: str = HERE) -> Memory:
    """What `location` remembers, from the row; an unreachable check remembers that it is down."""
    before = Verdict.DOWN if verdict == "unreachable" else Verdict(verdict)
    streak, flaps = unpack_sights(packed).get(location, (None, Flaps()))
    return Memory(before, since, confirmed_at, ((location, streak),) if streak else (), flaps)
