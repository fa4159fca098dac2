"""Random lives of clocks, told to the engine and to the naive model: no second apart."""

import os
import random
from collections import Counter

import pytest

from django_sla import clocks, policies
from django_sla.models import Calendar, Clock, Policy, PolicyVersion, Target
from django_sla.sweep import sweep
from tests.django_sla.a_shop import a_subject, at, clock_of
from tests.django_sla.naive import MINUTE, WINDOW_START, NaiveClock, minutes_of

pytestmark = pytest.mark.long(50)

# A tenth of what `bin/prove histories` tries; nothing of the house is asked, these tests travel with the wheel.
HISTORIES = int(os.environ.get("SLA_HISTORIES", "1000"))
FIRST = 10_000 * int(os.environ.get("NOBET_SEED", "0"))  # every seed has lives of its own
PARTS = 10
CALENDARS = ("tr-mesai", "tr-uzun", "tr-uzun-vergi", "7-24")
LEVELS = [{"percent": percent, "action": "notify", "to": str(percent)} for percent in NaiveClock.LEVELS]
LATEST_MOVE = 60 * 24 * 28


def terms(code: str, calendar: str, minutes: int) -> PolicyVersion:
    policy, _new = Policy.objects.get_or_create(code=code, defaults={"name_tr": code, "name_en": code})
    draft = PolicyVersion(
        policy=policy,
        effective_from=at("2020-01-01 00:00"),
        rests={"requester": {"cap": None}, "supplier": {"cap": None}},
        levels=LEVELS,
    )
    target = Target(metric="resolution", seconds=minutes * 60, calendar=Calendar.objects.get(code=calendar))
    return policies.publish(draft, [target], at=at("2020-01-01 00:00"))


@pytest.fixture
def choices(db):
    """Terms over every calendar and several lengths, with the naive minutes beside them."""
    opens = {code: minutes_of(code) for code in CALENDARS}
    return [
        (terms(f"{code}-{minutes}", code, minutes), opens[code], minutes)
        for code in CALENDARS
        for minutes in (4, 60, 240, 480, 1200)
    ]


def a_history(dice: random.Random, number: int, choices: list) -> None:
    version, opens, budget = dice.choice(choices)
    minute = dice.randrange(60 * 24 * 14)
    subject, naive = a_subject(number), NaiveClock(opens, minute, budget)
    clocks.attach(subject, version, at=WINDOW_START + minute * MINUTE)
    for _step in range(dice.randint(4, 14)):
        minute += dice.choice((0, 1, 2, 15, 16, 45, 90, 240, 600, 1440, 4320))
        if minute > LATEST_MOVE:
            break
        move(dice, subject, naive, choices, minute)
        agree(subject, naive)
    now = WINDOW_START + (minute + 1) * MINUTE
    sweep(now)
    naive.sweep(minute + 1)
    agree(subject, naive)


def move(dice: random.Random, subject, naive: NaiveClock, choices: list, minute: int) -> None:
    now = WINDOW_START + minute * MINUTE
    kind = dice.choice(("requester", "supplier"))
    match dice.choice(("pause", "resume", "resume", "fulfil", "reopen", "reopen", "change", "sweep", "sweep", "sweep")):
        case "pause":
            clocks.pause(subject, at=now, kind=kind)
            naive.pause(minute, kind)
        case "resume":
            clocks.resume(subject, at=now, kind=kind)
            naive.resume(minute, kind)
        case "fulfil":
            clocks.fulfil(subject, "resolution", at=now)
            naive.fulfil(minute)
        case "reopen":
            clocks.reopen(subject, at=now)
            naive.reopen(minute)
        case "change":
            version, opens, budget = dice.choice(choices)
            mode = dice.choice(("keep", "restart", "retroactive"))
            clocks.change_policy(subject, version, at=now, mode=mode)
            naive.change(minute, opens, budget, mode)
        case "sweep":
            sweep(now)
            naive.sweep(minute)


def agree(subject, naive: NaiveClock) -> None:
    clock = clock_of(subject, "resolution")
    counted = Counter(clock.events.values_list("kind", flat=True))
    told = [int(event.reason_kind.split(":")[1]) for event in clock.events.filter(kind="escalate")]
    if clock.state == Clock.State.RUNNING:
        assert clock.due_at == WINDOW_START + naive.due * MINUTE
    assert clock.breached_at == (None if naive.breached is None else WINDOW_START + naive.breached * MINUTE)
    assert counted["breach"] == (naive.breached is not None)
    assert told == naive.told


def a_part(number: int):
    """Every second one with each database, where two are tried."""
    return pytest.param(number, marks=pytest.mark.once(("sqlite", "postgresql")[number % 2], "as many with the other"))


@pytest.mark.timeout(0 if HISTORIES > 1_000 else 300)
@pytest.mark.parametrize("part", [a_part(number) for number in range(PARTS)])
def test_random_histories_agree_with_the_naive_model(choices, part):
    for number in range(FIRST + 1 + part, FIRST + HISTORIES + 1, PARTS):
        try:
            a_history(random.Random(number), number, choices)
        except AssertionError as error:
            raise AssertionError(f"history {number}: {error}") from error
        Clock.objects.filter(subject_id=number).update(look_at=None)
