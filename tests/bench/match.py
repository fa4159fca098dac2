"""Matching: how many outage tickets are linked, and how many links are wrong, on the held-out set."""

from datetime import datetime
from time import perf_counter

from helpdesk.incidents.evaluation import score
from helpdesk.incidents.similarity import TicketText, replay
from tests.bench import Row
from tests.helpdesk.labelled import evening, held_out


def run(*, rounds: int, full: bool) -> list[Row]:
    """Each round is another evening of six outages and 200 singles; `full`: as large as the surge."""
    recall = Row("outage tickets linked rightly, of all", "share", 0.90, at_least=True)
    wrong = Row("links that are wrong, of two in a hundred", "share", 1.0)
    speed = Row("milliseconds a ticket, of the 250 between two at the peak", "ms", 0.1)
    for seed in range(100, 100 + rounds):
        labelled = evening(held_out, seed, per_outage=2_000 if full else 200)
        reports = [report_of(ticket) for ticket in labelled]
        began = perf_counter()
        groups = replay(reports)
        spent = (perf_counter() - began) * 1000 / len(reports)
        result = score(groups, {ticket["id"]: ticket["cluster"] for ticket in labelled})
        recall.rounds.append((result.recall, 1.0))
        wrong.rounds.append((1 - result.precision, 0.02))
        speed.rounds.append((spent, 250.0))
    return [recall, wrong, speed]


def report_of(ticket: dict) -> TicketText:
    words = (ticket["subject"], ticket["body"], ticket["module"], ticket["municipality_code"])
    return TicketText(ticket["id"], *words, datetime.fromisoformat(ticket["created_at"]))
