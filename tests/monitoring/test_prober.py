"""The prober over real sockets: healthy, refused, hanging; on time, within limits, and honest about itself."""

import asyncio
import contextlib
import time

import pytest

from monitoring import models
from monitoring.checks.samples import Block, pack_hour, read_block, read_hour
from monitoring.checks.verdicts import Memory, Result, Verdict, VerdictRule
from monitoring.probing import canary
from monitoring.probing.probe import Probe, ProbeOutcome
from monitoring.probing.prober import CYCLES_REMEMBERED, Limits, OwnTime, ProbeLoop
from monitoring.probing.timers import Timers, phase
from monitoring.simulator.endpoints import City
from monitoring.simulator.map import LOOPBACK, SimulatedNode
from tests import servers

pytestmark = [pytest.mark.long(125), pytest.mark.once("postgresql", "asks no database: its books are in memory")]

FIRST_PORT = servers.free_range(1_410)
BRISK = VerdictRule(failures=3, confirm_seconds=0, successes=2, recover_seconds=0, interval=5)


def a_question(
    number: int, *, port: int = 0, interval: float = 10, timeout: float = 3, rule: VerdictRule | None = None, **more
):
    return Probe(
        id=number,
        node_id=number,
        kind=more.get("kind", "http"),
        target=more.get("target", f"http://{LOOPBACK}:{port or FIRST_PORT + number}/"),
        interval=interval,
        timeout=timeout,
        rule=rule or VerdictRule(interval=interval),
        rules=more.get("rules", {}),
    )


class Ledger:
    """Books of a test: remembers what it was handed, may refuse."""

    def __init__(self):
        self.handed, self.cycles, self.samples, self.refuses = [], [], [], 0

    def changes(self, changes):
        if self.refuses:
            self.refuses -= 1
            raise OSError("the database is away")
        self.handed += changes
        return False

    def cycle(self, block, latest, **facts):
        self.cycles.append(facts)
        self.samples += read_block(block.at, block.seal())

    def review(self):
        return False

    def verdicts(self) -> dict[int, Verdict]:
        return {change.question.id: change.after.verdict for change in self.handed}


async def run(questions, seconds: float, **options) -> tuple[Ledger, ProbeLoop]:
    ledger = options.pop("books", None) or Ledger()
    prober = ProbeLoop([(question, Memory()) for question in questions], ledger, allow_private=True, **options)
    leaving = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, leaving.set)
    await prober.run(leaving)
    return ledger, prober


@contextlib.asynccontextmanager
async def a_city(count: int, modes: dict[int, str] | None = None):
    city = City(SimulatedNode(str(number), f"Yer {number}", FIRST_PORT + number) for number in range(count))
    await city.open()
    for number, mode in (modes or {}).items():
        await city.endpoints[str(number)].turn(mode)
    try:
        yield city
    finally:
        city.close()


async def test_fifty_tarpits_among_1407_delay_no_healthy_probe():
    tarpits = range(0, 1400, 28)
    async with a_city(1407, dict.fromkeys(tarpits, "hang")):
        ledger, prober = await run([a_question(number) for number in range(1407)], 13)
    healthy = [sample for sample in ledger.samples if sample.check not in tarpits]
    assert len({sample.check for sample in healthy}) == 1357
    assert all(sample.raw is Result.OK and sample.ms < 5_000 for sample in healthy)
    assert max(facts["worst_delay"] for facts in ledger.cycles) < 5
    assert {s.check for s in ledger.samples if s.raw is Result.FAIL} <= set(tarpits)


async def test_each_way_of_failing_is_found_and_named():
    modes = {0: "ok", 1: "refuse", 2: "hang", 3: "500"}
    async with a_city(4, modes):
        questions = [a_question(number, interval=5, timeout=0.5, rule=BRISK) for number in range(4)]
        ledger, prober = await run(questions, 16)
    assert ledger.verdicts() == {0: Verdict.UP, 1: Verdict.DOWN, 2: Verdict.DOWN, 3: Verdict.DOWN}
    errors = {change.question.id: change.error for change in ledger.handed}
    assert errors == {0: "", 1: "connection refused", 2: "timeout", 3: "HTTP 500"}


async def test_the_first_failure_asks_the_parents_at_once_and_only_once():
    """The parent's own beat would come in half an hour; its check is asked while the child is only suspected."""
    child, parent = a_question(1, interval=1), a_question(2, interval=7200)
    asked = []

    async def ask(question, allow_private):
        asked.append(question.id)
        return ProbeOutcome(Result.FAIL if question.id == child.id else Result.OK)

    await run([child, parent], 2, ask=ask, parents={child.node_id: [parent.node_id]})
    assert asked[:2] == [1, 2] and asked.count(2) == 1


async def test_without_a_failure_no_parent_is_hurried():
    asked = []

    async def ask(question, allow_private):
        asked.append(question.id)
        return ProbeOutcome(Result.OK)

    await run([a_question(1, interval=1), a_question(2, interval=7200)], 1.5, ask=ask, parents={1: [2]})
    assert set(asked) == {1}


def test_a_hastened_question_is_taken_once_and_keeps_its_beat():
    question = a_question(1, interval=100)
    timers = Timers([question], started=0)
    timers.hasten(question, 10)
    assert [(one.id, late) for one, late in timers.due(12)] == [(1, 2)]
    timers.hasten(question, 12)  # it is out: nothing to bring forward
    timers.after(question, 12, 13, hurry=False)
    assert list(timers.due(61)) == []
    assert [one.id for one, _late in timers.due(62)] == [1]


def test_a_parent_is_hastened_no_sooner_than_its_own_retry():
    question = a_question(1, interval=100)
    timers = Timers([question], started=0)
    list(timers.due(62))
    timers.after(question, 62, 62, hurry=False)
    timers.hasten(question, 63)
    assert list(timers.due(62 + question.rule.retry - 1)) == []
    assert len(list(timers.due(62 + question.rule.retry))) == 1


async def test_a_question_is_out_once_and_a_host_is_not_crowded():
    out, most = 0, 0

    async def slow(question, allow_private):
        nonlocal out, most
        out += 1
        most = max(most, out)
        await asyncio.sleep(0.3)
        out -= 1
        return ProbeOutcome(Result.OK, 0.3)

    questions = [a_question(number, target="http://example.test/", interval=5) for number in range(60)]
    ledger, prober = await run(questions, 4, ask=slow, limits=Limits(per_host=5))
    assert most == 5
    assert prober.count >= 40


async def test_failures_while_our_own_line_is_dead_are_no_data():
    async def dead():
        return False

    ledger, _prober = await run([a_question(1, port=9, rule=BRISK, interval=5)], 8, canary=dead)
    assert {sample.raw for sample in ledger.samples if sample.at > 0} <= {Result.NA, Result.FAIL}
    assert Verdict.DOWN not in ledger.verdicts().values()


@pytest.mark.parametrize(("error", "raw"), [("timeout", Result.NA), ("connection refused", Result.FAIL)])
async def test_a_time_out_that_our_own_loop_slept_away_is_no_data(error, raw):
    """Each wake-up is late by less than a stall; together they are most of the question's time."""

    async def ask(question, allow_private):
        for _step in range(4):
            time.sleep(0.4)
            await asyncio.sleep(0.01)
        return ProbeOutcome(Result.FAIL, question.timeout, error)

    ledger, _prober = await run([a_question(1, interval=1, timeout=2)], 4, ask=ask)
    assert {sample.raw for sample in ledger.samples} == {raw}
    assert ledger.cycles[-1]["lag"] > models.Prober.MOST_LAG, "and it is said that we were late"
    assert bool(ledger.cycles[-1]["discarded"]) is (raw is Result.NA)


async def test_a_loop_with_time_says_so():
    async def refused(question, allow_private):
        return ProbeOutcome(Result.FAIL, 0.01, "connection refused")

    ledger, _prober = await run([a_question(1, interval=1)], 3, ask=refused)
    assert ledger.cycles[-1]["discarded"] == 0


def test_lag_is_of_the_last_minute_and_then_forgotten():
    prober = ProbeLoop([], Ledger())
    prober.own_time[0].slept, prober.own_time[0].began = 5.0, time.monotonic() - 10
    assert 0.45 < prober.lag() < 0.55
    for _cycle in range(CYCLES_REMEMBERED):
        prober.own_time.append(OwnTime(time.monotonic() - 10))
    assert prober.lag() == 0


async def test_the_canary_needs_two_of_three():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), LOOPBACK, FIRST_PORT + 1408)
    async with server:
        up, down = f"{LOOPBACK}:{FIRST_PORT + 1408}", f"{LOOPBACK}:9"
        assert await canary.own_line_works([up, up, down], allow_private=True)
        assert not await canary.own_line_works([up, down, down], allow_private=True)
        assert await canary.own_line_works([], allow_private=True)


async def test_what_the_books_refuse_is_handed_over_again():
    ledger = Ledger()
    ledger.refuses = 2

    async def fine(question, allow_private):
        return ProbeOutcome(Result.OK, 0.01)

    await run([a_question(number, interval=5) for number in range(1, 6)], 7, ask=fine, books=ledger)
    assert set(ledger.verdicts()) == {1, 2, 3, 4, 5}
    assert {change.before.verdict for change in ledger.handed} >= {Verdict.UNKNOWN}


def test_the_beat_never_drifts():
    question = a_question(7, interval=10)
    timers, asked = Timers([question], started=100.0), []
    for tick in range(3_000):
        now = 100.0 + tick * 0.37
        for due, late in list(timers.due(now)):
            asked.append(now - late)
            timers.after(due, now, now + 0.9, hurry=False)
    first = 100.0 + phase(question)
    assert len(asked) == pytest.approx(3_000 * 0.37 / 10, abs=2)
    assert all(abs((at - first) % 10) < 1e-6 or abs((at - first) % 10 - 10) < 1e-6 for at in asked)


def test_phases_spread_the_fleet_evenly():
    slots = [0] * 10
    for number in range(1, 1408):
        slots[int(phase(a_question(number, interval=10)))] += 1
    assert max(slots) - min(slots) <= 12


def test_samples_come_back_as_they_were():
    at = time.time()
    block = Block(at)
    for number in range(100):
        block.add(number, at + number / 10, Result.FAIL if number % 7 == 0 else Result.OK, number / 100)
    back = list(read_block(at, block.seal()))
    assert [(s.check, s.raw, s.ms) for s in back[:2]] == [(0, Result.FAIL, 0), (1, Result.OK, 10)]
    assert [s.at - at for s in back] == pytest.approx([number / 10 for number in range(100)], abs=0.01)
    hour = at - at % 3600
    again = read_hour(3, hour, pack_hour(hour, back))
    assert [(s.raw, s.ms) for s in again] == [(s.raw, s.ms) for s in back]
