"""The verdict against an independent model, its published times, and flapping by the formula."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.checks import verdicts
from monitoring.checks.verdicts import (
    Flaps,
    Memory,
    Parent,
    Result,
    Verdict,
    VerdictRule,
    decide,
    is_unreachable,
    share_of_changes,
)

pytestmark = pytest.mark.once("postgresql", "asks no database")

RULE = VerdictRule(failures=3, confirm_seconds=20, successes=2, recover_seconds=60, interval=30)
raws = st.sampled_from([Result.OK, Result.FAIL, Result.NA])
steps = st.lists(st.tuples(raws, st.sampled_from([5.0, 10.0, 30.0, 60.0])), max_size=120)


def play(answers, rule=RULE, memory=None):
    memory, at = memory or Memory(), 1_000_000.0
    for raw, wait in answers:
        at += wait
        memory = decide(memory, rule, raw, at)
        yield memory, at


def by_the_book(answers, rule=RULE):
    """Another way to the same verdict: look back over the whole list at each step."""
    seen, at, verdict = [], 1_000_000.0, "unknown"
    for raw, wait in answers:
        at += wait
        if raw is not Result.NA:
            seen.append((raw, at))
            tail = [seen[-1]]
            for earlier in reversed(seen[:-1]):
                if earlier[0] != raw:
                    break
                tail.append(earlier)
            long = at - tail[-1][1]
            if raw is Result.FAIL and len(tail) >= rule.failures and long >= rule.confirm_seconds:
                verdict = "down"
            recovered = len(tail) >= rule.successes and long >= rule.recover_seconds
            if raw is Result.OK and (verdict == "unknown" or recovered):
                verdict = "up"
        yield verdict


@settings(max_examples=300, deadline=None)
@given(steps)
def test_agrees_with_a_model_that_remembers_everything(answers):
    assert [str(memory.verdict) for memory, _at in play(answers)] == list(by_the_book(answers))


@settings(max_examples=200, deadline=None)
@given(steps)
def test_no_data_changes_nothing_at_all(answers):
    with_gaps = [memory.verdict for memory, _at in play(answers)]
    memory = Memory()
    at = 1_000_000.0
    for (raw, wait), expected in zip(answers, with_gaps, strict=True):
        at += wait
        if raw is not Result.NA:
            memory = decide(memory, RULE, raw, at)
        assert memory.verdict == expected


@settings(max_examples=200, deadline=None)
@given(steps)
def test_survives_being_stored(answers):
    for memory, _at in play(answers):
        packed = verdicts.pack(memory)
        again = verdicts.unpack(
            packed, verdict=str(memory.verdict), since=memory.since, confirmed_at=memory.confirmed_at
        )
        assert again == memory


def test_two_failures_are_a_suspicion_and_the_third_is_dated_back_to_the_first():
    answers = [(Result.OK, 30), (Result.OK, 30), (Result.FAIL, 30), (Result.FAIL, 10), (Result.FAIL, 10)]
    history = list(play(answers))
    assert history[3][0].verdict is Verdict.UP
    assert verdicts.suspicion(history[3][0], RULE, history[3][1]) == history[2][1]
    down, at = history[4]
    assert (down.verdict, down.since, down.confirmed_at) == (Verdict.DOWN, history[2][1], at)


def test_one_failure_resets_recovery():
    down = [(Result.FAIL, 10)] * 4
    assert (
        list(play([*down, (Result.OK, 30), (Result.OK, 30), (Result.FAIL, 10), (Result.OK, 30), (Result.OK, 30)]))[-1][
            0
        ].verdict
        is Verdict.DOWN
    )
    assert list(play([*down, (Result.OK, 30), (Result.OK, 30), (Result.OK, 30)]))[-1][0].verdict is Verdict.UP


def test_an_unchanged_answer_costs_no_new_memory():
    calm, at = list(play([(Result.OK, 30)] * 10))[-1]
    assert decide(calm, RULE, Result.OK, at + 30) is calm
    silent, at = list(play([(Result.FAIL, 30)] * 10))[-1]
    assert decide(silent, RULE, Result.FAIL, at + 30) is silent


def test_a_calm_week_is_written_down_no_more_than_once():
    calm, at = list(play([(Result.OK, 30)] * 10))[-1]
    stored, writes = calm, 0
    for number in range(2_000):
        after = decide(calm, RULE, Result.OK, at + 30 * number)
        writes += verdicts.is_worth_keeping(stored, after)
        calm = after
    assert (writes, calm.flaps.sampled_at > stored.flaps.sampled_at) == (0, True)
    assert verdicts.is_worth_keeping(stored, decide(calm, RULE, Result.FAIL, at + 70_000))


@pytest.mark.parametrize(("failing", "verdict"), [(1, Verdict.UP), (2, Verdict.DOWN), (3, Verdict.DOWN)])
def test_most_locations_must_see_it(failing, verdict):
    memory, at = Memory(), 0.0
    for location in ("ankara", "izmir", "van"):
        memory = decide(memory, RULE, Result.OK, 1.0, location=location)
    for _round in range(4):
        at += 30
        for number, location in enumerate(("ankara", "izmir", "van")):
            memory = decide(memory, RULE, Result.FAIL if number < failing else Result.OK, at, location=location)
    assert memory.verdict is verdict
    assert not memory.is_single_vantage


@pytest.mark.parametrize(
    ("rule", "timeout", "seconds"),
    [
        (VerdictRule(interval=30), 10, 60),
        (VerdictRule(interval=15, confirm_seconds=10), 5, 30),
        (VerdictRule(interval=10, confirm_seconds=10), 3, 23),
    ],
)
def test_detection_is_never_later_than_published(rule, timeout, seconds):
    assert rule.detection(timeout) == seconds
    for offset in range(int(rule.interval)):
        asked, memory = 100.0, decide(Memory(), rule, Result.OK, 1.0)
        fault = asked - rule.interval + offset + 0.001
        while memory.verdict is not Verdict.DOWN:
            memory = decide(memory, rule, Result.FAIL, asked)
            answered, asked = asked + timeout, asked + max(rule.retry, timeout)
        assert answered - fault <= max(seconds, rule.interval + timeout * 3)


def test_five_recent_changes_are_not_flapping_and_six_are():
    assert share_of_changes(0b11111) == pytest.approx(28.5)
    assert share_of_changes(0b111111) == pytest.approx(33.9)
    assert share_of_changes((1 << 20) - 1) == pytest.approx(99.0)


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [(5, False, False), (6, False, True), (6, True, True), (5, True, True), (4, True, False)],
)
def test_flapping_starts_above_thirty_per_cent_and_stops_at_twenty_five(changes, before, after):
    earlier = Flaps(ring=(1 << changes - 1) - 1, sampled_at=1.0, changed=True, last=Result.OK, is_flapping=before)
    assert earlier.after(Result.OK, 1.0 + Flaps.PERIOD).is_flapping is after


def test_flapping_starts_and_ends_once():
    memory, at, seen = Memory(), 0.0, []
    answers = [Result.OK] * 10 + [Result.OK, Result.FAIL] * 20 + [Result.OK] * 100
    for raw in answers:
        at += 45
        memory = decide(memory, RULE, raw, at)
        seen.append(memory.flaps.is_flapping)
    turns = [now for before, now in zip(seen, seen[1:], strict=False) if before != now]
    assert turns == [True, False]


def test_a_change_and_its_opposite_between_two_samples_count():
    flaps = Flaps()
    for second in range(0, 1800, 15):
        flaps = flaps.after(Result.FAIL if second % 90 == 15 else Result.OK, 1_000.0 + second)
    assert flaps.is_flapping


def test_an_essential_parent_or_a_whole_group_makes_unreachable():
    assert is_unreachable([Parent(True)])
    assert not is_unreachable([Parent(False), Parent(True, "line"), Parent(False, "line")])
    assert is_unreachable([Parent(True, "line"), Parent(True, "line")])
    assert not is_unreachable([])


def test_a_week_of_noise_gives_the_alarms_that_arithmetic_promises():
    """Three in a row among N probes lost at random with p: N · p³ · (1 - p) alarms.

    At 1,400 nodes, 30 s and 0.5 % that is half an alarm a day. Here 140 node-weeks at
    ten times the loss, where there is enough to count: 335 expected.
    """
    dice, alarms, lost_share, weeks, probes = random.Random(7), 0, 0.05, 140, 20_160
    rule = VerdictRule(confirm_seconds=0, recover_seconds=0)
    calm = decide(Memory(), rule, Result.OK, 1.0)
    for _week in range(weeks):
        memory = calm
        for number in range(probes):
            lost = dice.random() < lost_share
            if lost or memory.streak(verdicts.HERE).failures:
                memory = decide(memory, rule, Result.FAIL if lost else Result.OK, 30.0 * (number + 1))
            if memory.verdict is Verdict.DOWN:
                alarms, memory = alarms + 1, calm
    expected = weeks * probes * lost_share**3 * (1 - lost_share)
    assert abs(alarms - expected) < 0.2 * expected
