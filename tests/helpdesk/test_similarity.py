"""Which tickets are about the same thing."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from helpdesk.incidents.evaluation import score
from helpdesk.incidents.similarity import Desk, TicketText, replay
from tests.helpdesk.labelled import evening, held_out, tuning

pytestmark = pytest.mark.once("postgresql", "asks no database")

AT = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)


def report(number, subject, module="TAHSILAT", minutes=None, place=None, body=""):
    at = AT + timedelta(minutes=number if minutes is None else minutes)
    return TicketText(number, subject, body, module, f"{number if place is None else place:05d}", at)


class TheMatcher(SimpleTestCase):
    def linked(self, *reports):
        return replay(reports)

    def test_three_municipalities_within_minutes_are_an_outage(self):
        groups = self.linked(
            report(1, "Makbuz kesilmiyor"), report(2, "MAKBUZ KESILMIYO!!"), report(3, "veznede makbz çıkmıyor")
        )
        self.assertEqual(set(groups), {1, 2, 3})
        self.assertEqual(len(set(groups.values())), 1)

    def test_three_times_the_same_municipality_is_none(self):
        groups = self.linked(*(report(n, "Makbuz kesilmiyor", place=26010) for n in (1, 2, 3)))
        self.assertEqual(groups, {})

    def test_three_in_three_hours_are_none(self):
        groups = self.linked(*(report(n, "Makbuz kesilmiyor", minutes=50 * n) for n in (1, 2, 3)))
        self.assertEqual(groups, {})

    def test_an_e_signature_ticket_is_not_about_the_cash_desk(self):
        cash = [report(n, "Veznede makbuz kesilmiyor, tahsilat durdu") for n in range(1, 6)]
        groups = self.linked(*cash, report(6, "EBYS'de e-imza atılamıyor", module="EIMZA"))
        self.assertEqual(set(groups), {1, 2, 3, 4, 5})

    def test_a_wrongly_chosen_module_does_not_hide_it(self):
        cash = [report(n, "Veznede makbuz kesilmiyor, tahsilat durdu") for n in range(1, 6)]
        groups = self.linked(*cash, report(6, "tahsilat durdu, makbuz çıkmıyor", module="DIGER"))
        self.assertIn(6, groups)

    def test_a_request_in_the_same_module_stays_alone(self):
        cash = [report(n, "Veznede makbuz kesilmiyor, tahsilat durdu") for n in range(1, 6)]
        groups = self.linked(*cash, report(6, "Makbuz çıktısına logo eklenmesi mümkün mü?"))
        self.assertNotIn(6, groups)

    def test_a_group_falls_silent(self):
        desk = Desk()
        first = desk.take(report(1, "Makbuz kesilmiyor"))
        later = desk.take(report(2, "Makbuz kesilmiyor", minutes=120))
        self.assertIsNot(first, later)


@pytest.mark.parametrize("source", [tuning, held_out], ids=["tuned on", "held out"])
def test_nine_of_ten_are_linked_and_under_two_in_a_hundred_wrongly(source):
    linked = wrong = right = missed = 0
    for seed in range(3):
        labelled = evening(source, seed)
        groups = replay(as_report(ticket) for ticket in labelled)
        result = score(groups, {ticket["id"]: ticket["cluster"] for ticket in labelled})
        linked, wrong = linked + result.linked, wrong + result.wrong
        right, missed = right + result.right, missed + result.missed
    assert right / (right + missed) >= 0.9
    assert wrong / linked < 0.02


def as_report(ticket):
    at = datetime.fromisoformat(ticket["created_at"])
    words = (ticket["subject"], ticket["body"], ticket["module"], ticket["municipality_code"])
    return TicketText(ticket["id"], *words, at)


class TheScore(SimpleTestCase):
    def test_singles_and_foreign_members_are_wrong(self):
        clusters = {"a": "x", "b": "x", "c": "x", "d": "y", "e": None, "f": "x"}
        result = score({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, clusters)
        self.assertEqual((result.linked, result.right, result.wrong, result.missed), (5, 3, 2, 2))

    def test_an_outage_split_in_two_counts_once(self):
        clusters = {"a": "x", "b": "x", "c": "x"}
        result = score({"a": 1, "b": 1, "c": 2}, clusters)
        self.assertEqual((result.right, result.wrong), (2, 1))

    def test_nothing_linked_is_nothing_wrong(self):
        result = score({}, {"a": None})
        self.assertEqual((result.precision, result.recall), (1.0, 1.0))


def test_match_eval_prints_one_line(tmp_path):
    file = tmp_path / "labelled.json"
    labelled = evening(tuning, 1, per_outage=10, singles=20)
    file.write_text(json.dumps({"tickets": labelled}), encoding="utf-8")
    out = StringIO()
    call_command("match_eval", str(file), stdout=out)
    answer = json.loads(out.getvalue())
    assert out.getvalue().count("\n") == 1
    assert answer["linked"] == answer["right"] + answer["wrong"] == len(answer["groups"])


@pytest.mark.parametrize("text", ["", "[]", '{"tickets": [{"id": 1}]}', '{"tickets": [{"created_at": "gestern"}]}'])
def test_match_eval_names_what_it_cannot_read(tmp_path, text):
    file = tmp_path / "labelled.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("match_eval", str(file))
