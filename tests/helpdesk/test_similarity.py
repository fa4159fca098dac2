"""Which tickets are about the same thing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from helpdesk.incidents import classifier, training
from helpdesk.incidents.evaluation import score
from helpdesk.incidents.similarity import Desk, TicketText, replay
from tests.helpdesk.labelled import evening, held_out, tuning, tuning_more

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


@pytest.mark.parametrize("source", [tuning, tuning_more, held_out], ids=["one", "two", "three"])
def test_of_evenings_written_for_no_model_95_in_100_are_linked_and_one_wrongly(source):
    linked = wrong = right = missed = 0
    for seed in range(2):
        labelled = evening(source, seed)
        groups = replay(as_report(ticket) for ticket in labelled)
        result = score(groups, {ticket["id"]: ticket["cluster"] for ticket in labelled})
        linked, wrong = linked + result.linked, wrong + result.wrong
        right, missed = right + result.right, missed + result.missed
    assert right / (right + missed) >= 0.95
    assert wrong / linked <= 0.01


def test_an_outage_it_never_learned_from_is_heard():
    """One of the five folds; `bin/bench match` cross-validates with all."""
    learned, kept = next(training.folds(training.shipped_tickets(), 1))
    assert not {ticket.matter for ticket in learned if ticket.matter} & {ticket.matter for ticket in kept}
    missed, wrong = training.mistakes(training.train(learned), kept)
    assert missed / sum(bool(ticket.matter) for ticket in kept) < 0.1
    assert wrong / sum(not ticket.matter for ticket in kept) < 0.1


def test_the_weights_of_the_release_are_those_that_its_tickets_teach(tmp_path):
    call_command("train_matcher", "--to", str(tmp_path / "weights.json"), stdout=StringIO())
    again = classifier.Model.of_text((tmp_path / "weights.json").read_text())
    assert len(training.shipped_tickets()) >= 600
    assert max(abs(one - other) for one, other in zip(again.weights, classifier.shipped().weights, strict=True)) < 0.05


def test_a_labelled_file_with_a_slip_is_named_with_its_line(tmp_path):
    file = tmp_path / "ours.txt"
    file.write_text("= sunucu ALTYAPI\nALTYAPI|Sunucu|durdu\nALTYAPI|yalnız iki\n", encoding="utf-8")
    with pytest.raises(CommandError, match="ours.txt:3"):
        call_command("train_matcher", str(file), "--to", str(tmp_path / "weights.json"))
    assert not (tmp_path / "weights.json").exists()


def test_what_the_watch_sees_there_speaks_with_the_words():
    unsure = TicketText(1, "veznelerimiz", "durdu mu?", "TAHSILAT", "26010", AT)
    seen = replace(unsure, is_failing_there=True)
    assert seen.outage_likelihood > unsure.outage_likelihood


def test_a_link_says_who_else_wrote_and_in_which_words():
    desk = Desk()
    groups = [desk.take(report(n, "Makbuz kesilmiyor", body="vezne kapalı")) for n in range(1, 5)]
    evidence = groups[-1].root.evidence(groups[-1].root.members[0])
    assert evidence.municipalities == 3
    assert {"makbuz", "kesilmiyor"} <= set(evidence.words)


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
