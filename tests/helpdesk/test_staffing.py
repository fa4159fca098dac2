"""Erlang's formulas against published tables, a case solved by hand and a simulation; the command around them."""

import heapq
import io
import json
import random
from datetime import timedelta
from math import exp, factorial

import pytest
from django.core.management import CommandError, call_command

from foundation import now
from helpdesk.service_levels.staffing import Demand, blocked, delayed, needed, staffed
from tests.helpdesk.builders import a_ticket


@pytest.mark.parametrize(
    ("erlangs", "people", "share"),
    [(5, 10, 0.0184), (10, 10, 0.2146), (10, 15, 0.0365), (20, 30, 0.0085), (100, 117, 0.0098)],
)
def test_erlang_b_is_that_of_the_tables(erlangs, people, share):
    assert blocked(erlangs, people) == pytest.approx(share, abs=6e-5)


@pytest.mark.parametrize(("erlangs", "people", "share"), [(1, 2, 1 / 3), (2, 3, 4 / 9), (10, 12, 0.4494), (5, 5, 1)])
def test_erlang_c_is_that_of_the_tables(erlangs, people, share):
    assert delayed(erlangs, people) == pytest.approx(share, abs=6e-5)


def test_people_who_leave_as_fast_as_they_are_served_are_a_poisson_crowd():
    """With patience = length the crowd is M/M/∞, whose numbers are Poisson's."""
    demand = Demand(per_hour=60, minutes=6, patience=6)
    below = sum(exp(-6) * 6**k / factorial(k) for k in range(8))
    assert staffed(demand, 8, target=1).waiting == pytest.approx(1 - below, abs=1e-8)


def test_endless_patience_is_erlang_c():
    waiting = staffed(Demand(120, 5), 12, target=0.5)
    patient = staffed(Demand(120, 5, patience=1e6), 12, target=0.5)
    assert patient.within == pytest.approx(waiting.within, abs=1e-4)
    assert patient.mean_wait == pytest.approx(waiting.mean_wait, rel=1e-3)


@pytest.mark.parametrize("patience", [None, 4])
def test_a_simulated_desk_agrees(patience):
    demand = Demand(per_hour=108, minutes=5, patience=patience)
    within, leaving, mean_wait = simulated(demand, 12, target=0.5, callers=120_000)
    found = staffed(demand, 12, target=0.5)
    assert found.within == pytest.approx(within, abs=0.03)
    assert found.leaving == pytest.approx(leaving, abs=0.01)
    assert found.mean_wait == pytest.approx(mean_wait, rel=0.12)


def simulated(demand: Demand, people: int, *, target: float, callers: int) -> tuple[float, float, float]:
    """Shares answered in time and leaving, and the mean wait, of callers; first come, first served."""
    dice, at = random.Random(1), 0.0
    free = [0.0] * people  # when each person is free again
    in_time = left = waited = 0.0
    for _caller in range(callers):
        at += dice.expovariate(demand.per_hour / 60)
        wait = max(0.0, free[0] - at)
        patience = dice.expovariate(1 / demand.patience) if demand.patience else float("inf")
        waited += min(wait, patience)
        if wait > patience:
            left += 1
            continue
        in_time += wait <= target
        heapq.heapreplace(free, at + wait + dice.expovariate(1 / demand.minutes))
    return in_time / callers, left / callers, waited / callers


@pytest.mark.parametrize("patience", [None, 3])
def test_one_person_fewer_would_not_do(patience):
    demand = Demand(300, 7, patience)
    found = needed(demand, share=0.9, target=2)
    assert found.within >= 0.9 > staffed(demand, found.people - 1, target=2).within


def test_a_queue_that_only_grows_has_no_mean():
    found = staffed(Demand(60, 10), 10, target=5)
    assert (found.waiting, found.within, found.mean_wait, found.busy) == (1, 0, None, 1)


@pytest.mark.parametrize("wrong", [(0, 5, None), (5, -1, None), (5, 5, -2)])
def test_what_is_not_positive_is_refused(wrong):
    with pytest.raises(ValueError, match="greater than zero"):
        Demand(*wrong)


def planned(*words: str) -> str:
    out = io.StringIO()
    call_command("plan_capacity", *words, stdout=out)
    return out.getvalue()


def test_the_command_draws_a_table_and_marks_what_suffices():
    text = planned("--per-hour", "120", "--minutes", "5", "--within", "0.5", "--share", "0.8")
    assert "saatte 120, her biri 5 dk" in text
    marked = [line for line in text.splitlines() if line.endswith("◀")]
    assert len(marked) == 1 and marked[0].split()[0] == "14"


def test_json_says_what_so_many_make_of_it():
    answer = json.loads(planned("--per-hour", "60", "--minutes", "10", "--people", "8", "--json"))
    assert answer["people"] == 8 and answer["erlangs"] == 10 and answer["mean_wait"] is None


@pytest.mark.django_db
def test_without_a_rate_the_busiest_hour_is_planned_for():
    with pytest.raises(CommandError, match="28 gün"):
        planned()
    early = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
    for minute in (1, 5, 50, 70):
        a_ticket(at=early + timedelta(minutes=minute))
    assert json.loads(planned("--json"))["demand"]["per_hour"] == 3


@pytest.mark.parametrize(
    "words", [["--share", "1"], ["--within", "-1"], ["--people", "0"], ["--per-hour", "0"], ["--per-hour", "9e9"]]
)
def test_what_cannot_be_planned_is_said_in_a_sentence(words):
    with pytest.raises(CommandError):
        planned("--per-hour", "10", *words)
