"""What ships arrives by itself, waits for this house's names, and never overwrites what people changed."""

from contextlib import contextmanager
from unittest import mock

import pytest
from django.test import TestCase

from foundation.journal.models import Entry
from runbooks.broadcasts.compose import message_templates, templates
from runbooks.models import Endpoint, MessageTemplate, Run, Runbook, ShippedPiece
from runbooks.plans import approval, blanks, catalogue, merging, parsing, shipped, source_text
from runbooks.runs import starting
from tests.cast import Cast
from tests.runbooks.plans import a_plan

NAMES = {
    ("owner",): "Altyapı: gece ekibi",
    ("approver",): "Genel müdür",
    ("reviewed_on",): "2026-11-01",
    ("contacts", 0, "reach"): "0312 # 100",
    ("contacts", 1, "reach"): "0312 200 00 00",
}


def named(code="DR-02"):
    """The shipped text with names in it, as a house would have published it."""
    piece = ShippedPiece.objects.get(code=code)
    runbook = catalogue.publish(source_text.with_values(piece.text, NAMES))
    ShippedPiece.objects.filter(code=code).update(taken=piece.text)
    return runbook


def a_release_says(code, was, becomes):
    piece = ShippedPiece.objects.get(code=code)
    assert was in piece.text
    piece.text = piece.text.replace(was, becomes, 1)
    piece.save()


class AnEmptyHouse(Cast, TestCase):
    def test_shows_ten_plans_whose_names_are_blank(self):
        self.client.force_login(self.nermin)
        page = self.client.get("/runbooks/").content.decode()
        for number in range(1, 11):
            self.assertIn(f"DR-{number:02d}", page)
        self.assertIn("10 plan", page)
        plan = self.client.get("/runbooks/DR-03/")
        self.assertContains(plan, "Banka teknik destek hattı")
        self.assertContains(plan, 'class="rb-blank"', count=5)
        self.assertNotContains(plan, "/runbooks/DR-03/runs/")

    def test_has_every_text_that_ships_and_the_composer_begins_with_it(self):
        self.assertEqual(
            set(MessageTemplate.objects.values_list("key", flat=True)), {one.key for one in templates.READY}
        )
        self.client.force_login(self.nermin)
        self.assertContains(self.client.get("/broadcasts/new/?template=outage-start"), "Kesinti başladı")

    def test_migrating_again_writes_nothing(self):
        with self.assertNumQueries(3):  # savepoint, read, release
            self.assertEqual(shipped.arrive(), 0)
        self.assertEqual(message_templates.arrive(), 0)

    def test_a_draft_cannot_be_started_and_the_sentence_names_what_is_blank(self):
        self.client.force_login(self.nermin)
        answer = self.client.post("/runbooks/DR-02/runs/", {"drill": "1"})
        self.assertContains(answer, "Veri tabanı nöbetçisi", status_code=422)
        self.assertFalse(Run.objects.exists())


class WritingTheNames(Cast, TestCase):
    def post(self, **fields):
        values = {
            "owner": "Altyapı: gece ekibi", "approver": "Genel müdür", "reviewed_on": "2026-11-01",
            "contact-0": "0312 # 100", "contact-1": "0312 200 00 00", **fields,
        }  # fmt: skip
        self.client.force_login(self.yonca)
        return self.client.post("/runbooks/DR-02/names/", values)

    def test_publishes_the_plan_and_leaves_everything_else_as_it_was(self):
        self.assertEqual(self.post().status_code, 302)
        runbook = Runbook.objects.get(code="DR-02")
        piece = ShippedPiece.objects.get(code="DR-02")
        self.assertEqual((runbook.version, runbook.published_by, piece.taken), (1, self.yonca, piece.text))
        self.assertEqual(runbook.definition["owner"], "Altyapı: gece ekibi")
        self.assertEqual(runbook.definition["contacts"][0]["reach"], "0312 # 100")
        changed = [line for line in merging.differences(piece.text, runbook.source) if line.sign in "+-"]
        self.assertEqual(len(changed), 10)
        self.assertIn(piece.text.splitlines()[0], runbook.source)

    def test_a_name_left_out_is_said_at_its_field(self):
        self.assertEqual(self.post(owner="").status_code, 422)
        self.assertFalse(Runbook.objects.exists())

    def test_the_plan_waits_for_its_endpoint_and_a_drill_does_not(self):
        self.post()
        runbook = Runbook.objects.get(code="DR-02")
        with self.assertRaisesMessage(blanks.PlanHasBlanks, "veri-tabani"):
            starting.start(runbook, by=self.nermin)
        self.assertTrue(starting.start(runbook, by=self.nermin, is_drill=True).is_drill)
        Endpoint.objects.create(key="veri-tabani", url="https://db.example.org")
        self.assertFalse(starting.start(runbook, by=self.nermin).is_drill)

    def test_a_second_person_approves_it_once(self):
        self.post()
        runbook = Runbook.objects.get(code="DR-02")
        with self.assertRaises(blanks.PlanHasBlanks):
            approval.approve(runbook, by=self.kemal)
        Endpoint.objects.create(key="veri-tabani", url="https://db.example.org")
        with self.assertRaises(approval.PlanNeedsSecondPerson):
            approval.approve(runbook, by=self.yonca)
        with self.assertRaises(approval.MayNotApprovePlans):
            approval.approve(runbook, by=self.nermin)
        self.client.force_login(self.kemal)
        self.assertRedirects(self.client.post("/runbooks/DR-02/approval/", {"version": "1"}), "/runbooks/DR-02/")
        runbook.refresh_from_db()
        self.assertEqual(runbook.approved_by, self.kemal)
        with self.assertRaises(approval.PlanIsApproved):
            approval.approve(runbook, by=self.kemal)
        self.assertTrue(Entry.objects.filter(kind="runbook.approved").exists())

    def test_an_outage_proposes_a_plan_with_blanks_instead_of_starting_it(self):
        runbook = a_plan("manual")
        runbook.definition["owner"] = None
        with mock.patch.object(starting, "propose") as proposed, mock.patch.object(starting, "start") as started:
            outage = mock.Mock(scope="central", components=mock.Mock(all=lambda: [self.tahsilat]))
            self.assertTrue(starting._offer(runbook, outage))
        self.assertEqual((proposed.call_count, started.call_count), (1, 0))


class ALaterRelease(Cast, TestCase):
    def test_is_offered_beside_what_the_house_changed_and_taken_with_one_button(self):
        ours = named()
        self.assertIsNone(shipped.offer(ours))
        a_release_says("DR-02", "rto: 4h", "rto: 2h")
        self.client.force_login(self.yonca)
        page = self.client.get("/runbooks/DR-02/")
        self.assertContains(page, "rto: 2h")
        self.assertRedirects(self.client.post("/runbooks/DR-02/release/"), "/runbooks/DR-02/")
        newer = Runbook.objects.current().get(code="DR-02")
        self.assertEqual((newer.version, newer.definition["targets"]["rto"]), (2, "2h"))
        self.assertEqual(newer.definition["owner"], "Altyapı: gece ekibi")
        self.assertIsNone(shipped.offer(newer))
        with self.assertRaises(shipped.NothingNewShipped):
            shipped.take(newer, by=self.yonca)

    def test_never_overwrites_a_place_that_people_changed(self):
        ours = named()
        changed = ours.source.replace("rto: 4h", "rto: 3h").replace("version: 1", "version: 2")
        ours = catalogue.publish(changed, by=self.yonca)
        a_release_says("DR-02", "rto: 4h", "rto: 2h")
        offered = shipped.offer(ours)
        self.assertEqual((offered.kept, offered.lines), (1, []))
        self.assertEqual(shipped.take(ours, by=self.yonca), ours)

    def test_goes_away_when_ours_is_right(self):
        ours = named()
        a_release_says("DR-02", "rto: 4h", "rto: 2h")
        shipped.keep_ours(ours, by=self.yonca)
        self.assertIsNone(shipped.offer(ours))

    def test_is_only_shown_where_the_plan_was_never_taken_from_us(self):
        ours = named()
        ShippedPiece.objects.filter(code="DR-02").update(taken="")
        self.assertFalse(shipped.offer(ours).can_be_taken)
        with self.assertRaises(shipped.ReleaseHasNoBeginning):
            shipped.take(ours, by=self.yonca)

    def test_changes_a_draft_by_itself(self):
        ShippedPiece.objects.filter(code="DR-02").update(text="code: DR-02\n")
        self.assertEqual(shipped.arrive(), 1)
        self.assertEqual(parsing.read(shipped.draft("DR-02").source)["code"], "DR-02")


@contextmanager
def words_of_a_release(**changed):
    first = templates.READY[0]
    newer = templates.Template(**{**first.__dict__, **changed})
    with mock.patch.object(templates, "READY", (newer, *templates.READY[1:])):
        yield


class AMessageTemplate(Cast, TestCase):
    KEY = templates.READY[0].key

    def current(self):
        return MessageTemplate.objects.current().get(key=self.KEY)

    def fields(self, **changed):
        ours = self.current()
        names = ("subject", "text", "correction", "language")
        return {name: getattr(ours, name) for name in names} | {"version": ours.version, **changed}

    def test_follows_a_release_until_somebody_changes_it(self):
        with words_of_a_release(subject="Kesinti var"):
            self.assertEqual(message_templates.arrive(), 1)
        self.assertEqual((self.current().version, self.current().subject), (2, "Kesinti var"))
        self.client.force_login(self.leyla)
        self.client.post(f"/broadcasts/templates/{self.KEY}/", self.fields(subject="Bizim sözümüz"))
        with words_of_a_release(subject="Başka söz"):
            self.assertEqual(message_templates.arrive(), 0)
        self.assertEqual(self.current().subject, "Bizim sözümüz")
        self.assertContains(self.client.get(f"/broadcasts/templates/{self.KEY}/"), "Başka söz")
        self.client.post(f"/broadcasts/templates/{self.KEY}/release/")
        self.assertEqual((self.current().subject, message_templates.offers()), ("Başka söz", {}))

    def test_whoever_read_an_older_version_learns_that_it_moved_on(self):
        self.client.force_login(self.yonca)
        stale = self.fields(subject="İkinci")
        self.client.post(f"/broadcasts/templates/{self.KEY}/", self.fields(subject="Birinci"))
        self.assertEqual(self.client.post(f"/broadcasts/templates/{self.KEY}/", stale).status_code, 422)
        self.assertEqual(self.current().subject, "Birinci")

    def test_a_text_that_could_not_be_sent_is_refused_with_its_reason(self):
        self.client.force_login(self.yonca)
        answer = self.client.post(f"/broadcasts/templates/{self.KEY}/", self.fields(text="Bakınız https://x.example"))
        self.assertContains(answer, "https://x.example", status_code=422)
        self.assertEqual(self.current().version, 1)

    def test_is_made_and_ended_by_those_who_keep_them(self):
        self.client.force_login(self.nermin)
        words = {"key": "kar", "subject": "Kar", "text": "Kar yağıyor.", "correction": "Yağmıyor.", "language": "tr"}
        self.assertEqual(self.client.post("/broadcasts/templates/", words).status_code, 403)
        self.client.force_login(self.kemal)
        self.assertEqual(self.client.post("/broadcasts/templates/", words).status_code, 302)
        self.assertEqual(self.client.post("/broadcasts/templates/", words).status_code, 422)
        self.client.post("/broadcasts/templates/kar/end/")
        self.assertEqual(self.client.get("/broadcasts/templates/kar/").status_code, 404)
        self.assertEqual(self.client.post("/broadcasts/templates/", words).status_code, 302)
        self.assertEqual(MessageTemplate.objects.current().get(key="kar").version, 2)


@pytest.mark.once("sqlite", "asks no database")
def test_both_sides_change_different_places():
    base = "a\nb\nc\nd\ne\n"
    merged = merging.merge(base, "A\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\n")
    assert (merged.text, merged.kept) == ("A\nb\nc\nD\ne\nf\n", 0)


@pytest.mark.once("sqlite", "asks no database")
def test_where_both_changed_the_same_ours_stays_and_is_counted():
    merged = merging.merge("a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n")
    assert (merged.text, merged.kept) == ("a\nours\nc\n", 1)
    assert merging.merge("a\nb\n", "a\nx\n", "a\nx\n").kept == 0


@pytest.mark.once("sqlite", "asks no database")
def test_a_value_is_written_so_that_yaml_reads_it_back():
    for value in (
        "düz söz",
        "iki: nokta",
        "# diyez",
        "null",
        "12",
        "'tek",
        '"çift',
        "- çizgi",
        "[",
        "a\\b",
        "evet # not",
    ):
        source = source_text.with_values(
            "a: 1\nowner: ~\nb:\n  - c: eski  # not\n", {("owner",): value, ("b", 0, "c"): value}
        )
        read = parsing.yaml.safe_load(source)
        assert (read["owner"], read["b"][0]["c"], read["a"]) == (value, value, 1), source
        assert "# not" in source
