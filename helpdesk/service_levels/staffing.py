"""How many people a desk needs: Erlang's formulas by recurrence, without a wall clock or a database.

Requests come at random, at `per_hour`; each keeps one person busy for `minutes` on
average. Erlang B (1917) says how often everybody is busy, Erlang C how long people
wait for the next free one, Erlang A (Palm 1957) what becomes of it when they hang up
after `patience` minutes on average.
"""

from dataclasses import dataclass
from math import exp, lgamma, log

NEGLIGIBLE = 1e-10


@dataclass(frozen=True)
class Demand:
    """What comes in. Raises ValueError for a rate, a length or a patience that is not positive."""

    per_hour: float
    minutes: float
    patience: float | None = None

    def __post_init__(self) -> None:
        if min(self.per_hour, self.minutes, self.patience or 1) <= 0:
            raise ValueError("rate, length and patience have to be greater than zero")

    @property
    def erlangs(self) -> float:
        """The people who would be busy on average if nobody ever waited."""
        return self.per_hour * self.minutes / 60


@dataclass(frozen=True)
class Staffing:
    """What `people` make of a demand: shares from 0 to 1, waits in minutes; None where the queue only grows."""

    people: int
    waiting: float
    within: float
    mean_wait: float | None
    leaving: float
    busy: float


def blocked(erlangs: float, people: int) -> float:
    """Erlang B: the share that finds everybody busy and does not wait."""
    share = 1.0
    for number in range(1, people + 1):
        share = erlangs * share / (number + erlangs * share)
    return share


def delayed(erlangs: float, people: int) -> float:
    """Erlang C: the share that has to wait; 1 when the people cannot keep up."""
    if erlangs >= people:
        return 1.0
    share = blocked(erlangs, people)
    return share / (1 - erlangs / people * (1 - share))


def staffed(demand: Demand, people: int, *, target: float) -> Staffing:
    """What so many people make of it; `target` is the wait in minutes that one would like to keep to."""
    if demand.patience is None:
        return patient(demand, people, target)
    return impatient(demand, people, target)


def patient(demand: Demand, people: int, target: float) -> Staffing:
    """Nobody hangs up: tickets, letters."""
    load = demand.erlangs
    if load >= people:
        return Staffing(people, 1.0, 0.0, None, 0.0, 1.0)
    waiting, spare = delayed(load, people), (people - load) / demand.minutes
    return Staffing(people, waiting, 1 - waiting * exp(-spare * target), waiting / spare, 0.0, load / people)


def impatient(demand: Demand, people: int, target: float) -> Staffing:
    """Some hang up: telephones. `within` is the share that is answered in time, of all who called."""
    rate, served, given_up = demand.per_hour / 60, 1 / demand.minutes, 1 / (demand.patience or 1)
    chances = occupancy(demand, people)
    queued = chances[people:]
    waiting = sum(queued)
    queue = sum(ahead * chance for ahead, chance in enumerate(queued))
    leaving = queue * given_up / rate
    in_time = answered_within(queued, people * served, given_up, target)
    busy = rate * (1 - leaving) / (people * served)
    return Staffing(people, waiting, 1 - waiting + in_time, queue / rate, leaving, busy)


def occupancy(demand: Demand, people: int) -> list[float]:
    """The chance of finding 0, 1, 2 … requests there, waiting ones included, until it is negligible."""
    rate, served, given_up = demand.per_hour / 60, 1 / demand.minutes, 1 / (demand.patience or 1)
    weights, number = [1.0], 0
    while number <= demand.erlangs + people or weights[-1] > NEGLIGIBLE * sum(weights):
        number += 1
        leaving = min(number, people) * served + max(0, number - people) * given_up
        weights.append(weights[-1] * rate / leaving)
        if weights[-1] > 1e200:
            weights = [weight / 1e200 for weight in weights]
    total = sum(weights)
    return [weight / total for weight in weights]


def answered_within(queued: list[float], freed: float, given_up: float, target: float) -> float:
    """The share answered within `target` minutes of those who find `queued[n]`: everybody busy and n waiting.

    With k people to go before one's turn the next goes at rate freed + (k - 1) × given_up,
    oneself at rate given_up. The chain is uniformised: its events come at the fastest
    rate there is, and some of them change nothing.
    """
    turns = range(1, len(queued) + 1)
    fastest = freed + len(queued) * given_up
    forward = [0.0, *((freed + (turn - 1) * given_up) / fastest for turn in turns)]
    patient = [0.0, *(1 - forward[turn] - given_up / fastest for turn in turns)]
    answered = [1.0] + [0.0] * len(queued)
    in_time, seen = 0.0, 0.0
    for chance in poisson(fastest * target):
        in_time += chance * sum(share * answered[turn] for turn, share in enumerate(queued, 1))
        seen += chance
        answered = [1.0] + [forward[t] * answered[t - 1] + patient[t] * answered[t] for t in turns]
    return in_time / seen


def poisson(mean: float) -> list[float]:
    """The chances of 0, 1, 2 … events, until more are negligible; by logarithms, so that no mean is too large."""
    chances, number = [], 0
    while number <= mean or chances[-1] > NEGLIGIBLE:
        chances.append(exp(number * log(mean) - mean - lgamma(number + 1)) if mean else 1.0 if number == 0 else 0.0)
        number += 1
    return chances


def needed(demand: Demand, *, share: float, target: float, most: int = 5000) -> Staffing:
    """The fewest people with whom `share` is answered within `target` minutes.

    Raises ValueError when not even `most` people suffice.
    """
    low, high = 1, 1
    while staffed(demand, high, target=target).within < share:
        if high >= most:
            raise ValueError(f"not even {most} people suffice")
        low, high = high + 1, min(most, high * 2)
    while low < high:
        middle = (low + high) // 2
        if staffed(demand, middle, target=target).within >= share:
            high = middle
        else:
            low = middle + 1
    return staffed(demand, low, target=target)
