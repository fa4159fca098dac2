"""Matching: how many outage tickets are linked and how many links are wrong, by outages the model has not seen."""

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from unittest.mock import Mock, patch

from helpdesk.incidents import classifier, training
from helpdesk.incidents.evaluation import Score, score
from helpdesk.incidents.similarity import TicketText, replay
from tests.bench import Row
from tests.helpdesk.labelled import evening, held_out
from tests.helpdesk.labelled import shipped as labelled_tickets

EVENINGS = 2


def run(*, rounds: int, full: bool) -> list[Row]:
    """Each round cuts the labelled tickets anew into five parts; `full`: as many tickets an outage as in the surge."""
    recall = Row("outage tickets linked rightly, cross-validated by outage", "share", 0.95, at_least=True)
    wrong = Row("links that are wrong, cross-validated, of one in a hundred", "share", 1.0)
    strange = Row("linked rightly, of a set written for no model", "share", 0.95, at_least=True)
    speed = Row("milliseconds a ticket, of the 250 between two at the peak", "ms", 0.1)
    for seed in range(1, 1 + rounds):
        cross = cross_validated(seed, per_outage=240 if full else 24)
        recall.rounds.append((share_linked(cross), 1.0))
        wrong.rounds.append((sum(each.wrong for each in cross) / sum(each.linked for each in cross), 0.01))
        tickets = evening(held_out, 100 + seed, per_outage=2_000 if full else 200)
        began = perf_counter()
        strange.rounds.append((judged(tickets).recall, 1.0))
        speed.rounds.append(((perf_counter() - began) * 1000 / len(tickets), 250.0))
    return [recall, wrong, strange, speed]


def share_linked(scores: Sequence[Score]) -> float:
    return sum(each.right for each in scores) / sum(each.right + each.missed for each in scores)


def cross_validated(seed: int, *, per_outage: int) -> list[Score]:
    """What is judged was never learned from: neither its outage nor its single matters."""
    scores = []
    for learned, kept in training.folds(training.shipped_tickets(), seed):
        with patch.object(classifier, "shipped", Mock(return_value=training.train(learned))):
            for night in range(EVENINGS):
                scores.append(judged(labelled_tickets.evening(kept, night, per_outage=per_outage)))
    return scores


def judged(tickets: list[dict]) -> Score:
    groups = replay([report_of(ticket) for ticket in tickets])
    return score(groups, {ticket["id"]: ticket["cluster"] for ticket in tickets})


def report_of(ticket: dict) -> TicketText:
    words = (ticket["subject"], ticket["body"], ticket["module"], ticket["municipality_code"])
    return TicketText(ticket["id"], *words, datetime.fromisoformat(ticket["created_at"]))
