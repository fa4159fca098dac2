"""Days are counted once and equal a slow, honest recount of everything that happened."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median as exact_median

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.language.formatting import ISTANBUL
from helpdesk import tickets
from helpdesk.models import DayFigure, Filing, Message, Queue, Reopening, Satisfaction, Team, Ticket
from helpdesk.reports import counting, spreads
from tests.cast import Cast, a_component
from tests.helpdesk.builders import a_ticket, the_queue

NOON = datetime(2026, 11, 30, 12, tzinfo=ISTANBUL)
COUNTED = ("arrived", "open_at_end", "resolved", "withdrawn", "first_contact", "answered", "reopened", "rated")


class AHistory:
    """Invented tickets of three weeks, with everything that may have happened to them."""

    def __init__(self, stage, seed: int, size: int = 60) -> None:
        self.dice, self.stage = random.Random(seed), stage
        team = Team.objects.create(code="gece", name_tr="Gece", name_en="Night")
        self.queues = [the_queue(), Queue.objects.create(code="gece", name_tr="Gece", name_en="Night", team=team)]
        self.modules = [a_component("TAHSILAT"), a_component("EBYS"), a_component("RAPOR")]
        for number in range(size):
            self.a_life(number)

    def later(self, at: datetime, hours: float) -> datetime:
        return at + timedelta(hours=self.dice.expovariate(1 / hours))

    def a_life(self, number: int) -> None:
        dice = self.dice
        filed = NOON - timedelta(days=21) + timedelta(minutes=dice.randrange(21 * 24 * 60))
        replied, ended = self.later(filed, 6), self.later(filed, 40)
        ticket = Ticket(
            id=Filing.objects.create(token=f"h{number}").pk,
            number=f"DST-{number}",
            municipality=dice.choice([self.stage.odunpazari, self.stage.merzifon, self.stage.eskisehir]),
            component=dice.choice(self.modules),
            queue=dice.choice(self.queues),
            assignee=dice.choice([None, self.stage.ayse, self.stage.burak]),
            channel=dice.choice(Ticket.Channel.values),
            impact="one",
            urgency="question",
            severity="S3",
            created_at=filed,
            waiting_since=filed,
        )
        ticket.claimed_at = filed if ticket.assignee else None
        if dice.random() < 0.8 and replied < NOON:
            ticket.first_replied_at = replied
        if dice.random() < 0.8 and ended < NOON:
            ticket.status, ticket.waiting_since, ticket.ended_at = (
                dice.choice(("resolved", "withdrawn", "merged")),
                None,
                ended,
            )
        ticket.save()
        for _reply in range(dice.randrange(3)):
            Message.objects.create(ticket=ticket, kind="public", side=dice.choice(["us", "them"]), body="…")
        if dice.random() < 0.2 and ended < NOON:
            Reopening.objects.create(ticket=ticket, at=min(ended, NOON - timedelta(minutes=1)))
        if ticket.ended_at and dice.random() < 0.4:
            Satisfaction.objects.create(ticket=ticket, score=dice.randint(1, 5), given_at=self.given(ended))

    def given(self, ended: datetime) -> datetime:
        return min(self.later(ended, 5), NOON - timedelta(minutes=1))

    def correct_some(self) -> None:
        """Modules, queues and owners are put right, and what was solved comes back."""
        for ticket in self.dice.sample(list(Ticket.objects.all()), 12):
            Ticket.objects.filter(pk=ticket.pk).update(
                component=self.dice.choice(self.modules), queue=self.dice.choice(self.queues)
            )
        back = Ticket.objects.ended().filter(status="resolved", ended_at__gt=NOON - timedelta(days=13)).first()
        if back:
            at = NOON - timedelta(hours=1)
            Ticket.objects.filter(pk=back.pk).update(status="waiting_on_us", ended_at=None, waiting_since=at)
            Reopening.objects.create(ticket=back, at=at)


def keys_of(ticket: Ticket) -> list[tuple[str, str]]:
    return [
        ("all", ""),
        ("module", ticket.component_id),
        ("team", str(ticket.queue.team_id)),
        ("agent", str(ticket.assignee_id or "")),
        ("type", ticket.municipality.type),
        ("province", ticket.municipality.province_id),
        ("channel", ticket.channel),
    ]


def honest(first, last) -> dict:
    """Every day and key, ticket by ticket, without any query that counts."""
    rows: dict = defaultdict(lambda: dict.fromkeys((*COUNTED, "score_sum"), 0) | {"answers": [], "solutions": []})
    for ticket in Ticket.objects.select_related("queue", "municipality"):
        replies = sum(m.kind == "public" and m.side == "us" for m in ticket.messages.all())
        reopenings, rating = list(ticket.reopenings.all()), Satisfaction.objects.filter(ticket=ticket).first()
        for day in counting.days_between(first, last):

            def on(at, day=day):
                return at is not None and at.astimezone(ISTANBUL).date() == day

            for key in keys_of(ticket):
                row = rows[(day, *key)]
                row["arrived"] += on(ticket.created_at)
                end = counting.midnight(day + timedelta(days=1))
                row["open_at_end"] += ticket.created_at < end and (ticket.ended_at is None or ticket.ended_at >= end)
                row["reopened"] += sum(on(each.at) for each in reopenings)
                if on(ticket.first_replied_at):
                    row["answered"] += 1
                    row["answers"].append(ticket.first_replied_at - ticket.created_at)
                if on(ticket.ended_at) and ticket.status == "resolved":
                    row["resolved"] += 1
                    row["first_contact"] += replies == 1 and not reopenings
                    row["solutions"].append(ticket.ended_at - ticket.created_at)
                row["withdrawn"] += on(ticket.ended_at) and ticket.status != "resolved"
                if rating and on(rating.given_at):
                    row["rated"] += 1
                    row["score_sum"] += rating.score
    return rows


def assert_equal_to_the_honest_count(first, last) -> None:
    rows = honest(first, last)
    kept = {(one.day, one.by, one.key): one for one in DayFigure.objects.filter(day__range=(first, last))}
    empty = DayFigure(answer_spread=spreads.none(), solution_spread=spreads.none())
    for place in rows.keys() | kept.keys():
        row, one = rows[place], kept.get(place, empty)
        for name in (*COUNTED, "score_sum"):
            assert getattr(one, name) == row[name], (place, name, getattr(one, name), row[name])
        for lengths, spread in ((row["answers"], one.answer_spread), (row["solutions"], one.solution_spread)):
            expected = [0] * spreads.BANDS
            for length in lengths:
                expected[spreads.band_of(length)] += 1
            assert spread == expected, place


class CountedDays(Cast, TestCase):
    def test_equal_an_honest_recount_whatever_happened_and_was_put_right(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self.begin_anew()
                told = AHistory(self, seed)
                for days in (9, 4, 1, 0):
                    with time_machine.travel(NOON - timedelta(days=days), tick=False):
                        counting.keep()
                told.correct_some()
                with time_machine.travel(NOON + timedelta(hours=7), tick=False):
                    counting.keep()
                yesterday = NOON.date() - timedelta(days=1)
                assert_equal_to_the_honest_count(yesterday - counting.CHANGING, yesterday)
                with time_machine.travel(NOON, tick=False):
                    call_command("recount_reports", "--days", "60", verbosity=0)
                assert_equal_to_the_honest_count(yesterday - timedelta(days=20), yesterday)

    def begin_anew(self) -> None:
        DayFigure.objects.all().delete()
        for model in (Satisfaction, Reopening, Message, Ticket, Filing):
            model.objects.all().delete()
        Queue.objects.filter(code="gece").delete()
        Team.objects.filter(code="gece").delete()

    def test_counting_twice_changes_nothing_and_costs_the_same_for_more_tickets(self):
        AHistory(self, 1, size=5)
        yesterday = NOON.date() - timedelta(days=1)
        with CaptureQueriesContext(connection) as few:
            counting.recount(yesterday - timedelta(days=4), yesterday, NOON)
        before = list(DayFigure.objects.order_by("day", "by", "key").values("day", "by", "key", *COUNTED))
        counting.recount(yesterday - timedelta(days=4), yesterday, NOON)
        assert before == list(DayFigure.objects.order_by("day", "by", "key").values("day", "by", "key", *COUNTED))
        self.begin_anew()
        AHistory(self, 2, size=80)
        with CaptureQueriesContext(connection) as many:
            counting.recount(yesterday - timedelta(days=4), yesterday, NOON)
        assert len(few) == len(many)

    def test_a_day_that_is_not_over_is_not_kept(self):
        AHistory(self, 3, size=20)
        counting.recount(NOON.date() - timedelta(days=2), NOON.date(), NOON)
        assert not DayFigure.objects.filter(day=NOON.date()).exists()

    def test_the_sweep_rests_until_something_is_due(self):
        AHistory(self, 3, size=20)
        with time_machine.travel(NOON, tick=False):
            assert counting.keep() > 0
            assert counting.keep() == 0

    def test_reopening_by_the_verb_is_counted_and_takes_the_first_contact_back(self):
        ticket, today = a_ticket(by=self.selim), counting.local_day(now())
        tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
        counts = counting.count(today, now() + timedelta(minutes=1))["all", ""]
        assert (counts.resolved, counts.first_contact, counts.answered) == (1, 1, 1)
        tickets.reopen(ticket, by=self.selim, reason="Yine")
        counts = counting.count(today, now() + timedelta(minutes=1))["all", ""]
        assert (counts.resolved, counts.reopened) == (0, 1)


@pytest.mark.once("sqlite", "pure")
def test_a_median_read_from_bands_lies_in_the_band_of_the_true_one():
    dice = random.Random(5)
    for _round in range(200):
        lengths = [timedelta(minutes=dice.expovariate(1 / 600)) for _ in range(dice.randrange(1, 40))]
        spread = spreads.none()
        for length in lengths:
            spread[spreads.band_of(length)] += 1
        low, high = (sorted(lengths)[place] for place in ((len(lengths) - 1) // 2, len(lengths) // 2))
        read = spreads.median(spread)
        bands = range(spreads.band_of(low), spreads.band_of(high) + 2)
        assert spreads.band_of(read) in bands, (read, exact_median(lengths))


@pytest.mark.once("sqlite", "pure")
def test_spreads_add_up_and_nothing_has_no_median():
    assert spreads.median(spreads.none()) is None
    assert spreads.total([]) == spreads.none()
    assert sum(spreads.total([[1] * spreads.BANDS, [2] * spreads.BANDS])) == 3 * spreads.BANDS
