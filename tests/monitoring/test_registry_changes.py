"""Sheets taken in whole or not at all, many nodes at once, and what nodes lean on."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from foundation.directory import sheets
from foundation.journal.models import Entry
from monitoring.checks import verdicts
from monitoring.models import Check, Dependency, Node
from monitoring.probing import recording
from monitoring.refusals import SheetHasFaults
from monitoring.registry import changes, csv_import
from tests.foundation.directory.test_spreadsheets import an_xlsx
from tests.monitoring.land import a_component, a_province, an_operator
from tests.monitoring.test_correlation import down

GOOD = """kod;belediye kodu;ad;tür;hedef;aralık;zaman aşımı;dayandıkları
69000-2;69000;Ek hizmet binası;tcp;10.0.0.1:443;20;4,5;ALTYAPI
69000-2;69000;Ek hizmet binası;heartbeat;;;;
69001;;Yeni ad;http;http://127.0.0.1:9/69001;;;HAT1@omurga HAT2@omurga
"""


def faults(text: str) -> list[int]:
    return [fault.line for fault in csv_import.read(text).faults]


class FromASheet(TestCase):
    def setUp(self):
        a_province("69", 3)
        for code in ("ALTYAPI", "HAT1", "HAT2"):
            a_component(code)
        self.nermin = an_operator()

    def take_in(self, text: str) -> changes.Plan:
        return changes.take_in(csv_import.read(text), by=self.nermin)

    def test_everything_in_it_is_there_afterwards_and_twice_changes_nothing(self):
        first = self.take_in(GOOD)
        self.assertEqual(
            changes.counts_of(first),
            {"new_nodes": 1, "changed_nodes": 1, "new_checks": 2, "changed_checks": 0, "leaning": 2},
        )
        node = Node.objects.get(code="69000-2")
        self.assertEqual((node.name, node.municipality.code), ("Ek hizmet binası", "69000"))
        tcp = node.checks.get(kind="tcp")
        self.assertEqual((tcp.interval, tcp.timeout, tcp.failures_to_confirm), (20, 4.5, 3))
        self.assertEqual(Node.objects.get(code="69001").name, "Yeni ad")
        groups = Dependency.objects.filter(node__code="69001").values_list("parent__code", "group")
        self.assertEqual(set(groups), {("HAT1", "omurga"), ("HAT2", "omurga")})
        self.assertFalse(self.take_in(GOOD).changes_something)
        self.assertEqual(Entry.objects.filter(kind="registry.imported").count(), 1)

    def test_what_is_written_out_can_be_taken_in_again_unchanged(self):
        self.take_in(GOOD)
        Node.objects.filter(code="69002").update(name="=HYPERLINK(1)")
        Check.objects.filter(node__code="69002").update(rules={"valid_status_codes": [200, 204]})
        text = "".join(csv_import.write())
        self.assertIn("'=HYPERLINK(1)", text)
        found = changes.plan(csv_import.read(text).lines)
        self.assertEqual(csv_import.read(text).faults, [])
        self.assertFalse(found.changes_something)

    def test_a_tier_gives_what_the_sheet_leaves_open(self):
        self.take_in("code,component,kind,target\nEBYS-2,ALTYAPI,http,https://ebys.example.gov.tr/\n")
        check = Check.objects.get(node__code="EBYS-2")
        self.assertEqual((check.interval, check.timeout, check.confirm_seconds), (15, 5.0, 10))

    def test_every_bad_line_is_named_and_nothing_is_taken_in(self):
        bad = GOOD + "\n".join(
            [
                "yeni;;;tcp;10.0.0.1:443;;;",
                "x2;99999;;tcp;10.0.0.1:443;;;",
                "x3;69000;;telnet;10.0.0.1:443;;;",
                "x4;69000;;http;10.0.0.1;;;",
                "x5;69000;;tcp;10.0.0.1;;;",
                "x6;69000;;tcp;10.0.0.1:80;3;;",
                "x7;69000;;tcp;10.0.0.1:80;10;10;",
                "x8;69000;;tcp;10.0.0.1:80;;;YOK",
                "69000-2;69000;;tcp;10.0.0.1:443;;;",
                "69000;69001;;;;;;",
                "x9;69000;;tcp;http://[;;;",
            ]
        )
        self.assertEqual(sorted(faults(bad)), list(range(5, 16)))
        before = (Node.objects.count(), Check.objects.count())
        with self.assertRaises(SheetHasFaults):
            self.take_in(bad)
        self.assertEqual((Node.objects.count(), Check.objects.count()), before)

    def test_circles_are_refused(self):
        self.assertEqual(faults("kod;dayandıkları\nHAT1;HAT2\nHAT2;ALTYAPI\nALTYAPI;HAT1\n"), [2, 3, 4])
        self.assertEqual(faults("kod;dayandıkları\nHAT1;HAT1\n"), [2])
        self.assertEqual(faults("kod;dayandıkları\nHAT1;HAT2\n"), [])

    def test_a_workbook_is_read_like_the_lines_it_holds(self):
        self.client.force_login(self.nermin)
        book = an_xlsx([line.split(";") for line in GOOD.splitlines()], strings_to_urls=False)
        answer = self.client.post("/monitoring/nodes/sheet/", {"sheet": SimpleUploadedFile("noktalar.xlsx", book)})
        self.assertContains(answer, 'name="confirm"')
        text = answer.context["text"]
        self.assertRedirects(
            self.client.post("/monitoring/nodes/sheet/", {"text": text, "confirm": "1"}), "/monitoring/nodes/"
        )
        self.assertTrue(Node.objects.filter(code="69000-2").exists())
        broken = SimpleUploadedFile("noktalar.xlsx", book[:900])
        self.assertContains(
            self.client.post("/monitoring/nodes/sheet/", {"sheet": broken}), "okunamıyor", status_code=422
        )

    def test_the_page_previews_names_lines_and_takes_in(self):
        self.client.force_login(self.nermin)
        door = "/monitoring/nodes/sheet/"
        self.assertEqual(self.client.post(door, {}).status_code, 422)
        answer = self.client.post(door, {"text": GOOD + "x;99999;;tcp;a:1;;;\n"})
        self.assertContains(answer, '<th scope="row" class="n">5</th>', status_code=422, html=True)
        self.assertContains(answer, "Ek hizmet binası", status_code=422)
        self.assertEqual(self.client.post(door, {"text": GOOD + "x;99999\n", "confirm": "1"}).status_code, 422)
        self.assertContains(self.client.post(door, {"text": GOOD}), 'name="confirm"')
        self.assertFalse(Node.objects.filter(code="69000-2").exists())
        self.assertRedirects(self.client.post(door, {"text": GOOD, "confirm": "1"}), "/monitoring/nodes/")
        self.assertTrue(Node.objects.filter(code="69000-2").exists())
        sheet = b"".join(self.client.get("/monitoring/nodes/sheet.csv").streaming_content).decode("utf-8-sig")
        self.assertIn("69000-2;Ek hizmet binası;69000", sheet)
        beat = Check.objects.get(kind="heartbeat")
        self.assertContains(self.client.get("/monitoring/nodes/69000-2/"), f"/heartbeat/{beat.heartbeat_key}")

    def test_reading_costs_the_same_however_long_the_sheet(self):
        def queries(lines: int) -> int:
            text = "kod;belediye kodu;tür;hedef\n" + "".join(f"n{n};69000;tcp;10.0.0.1:{n}\n" for n in range(1, lines))
            with CaptureQueriesContext(
                connection,
            ) as seen:
                changes.plan(csv_import.read(text).lines)
            return len(seen)

        self.assertEqual(queries(3), queries(300))


class AnySheet(PropertyTestCase):
    @settings(max_examples=120, deadline=None)
    @given(st.text(max_size=200), st.booleans())
    def test_nonsense_is_named_and_never_breaks(self, text, with_head):
        sheet = csv_import.read(f"kod;tür;hedef;aralık;kurallar;dayandıkları\n{text}" if with_head else text)
        assert all(fault.sentence for fault in sheet.faults)

    def test_both_of_excels_habits_are_read(self):
        assert sheets.decode("kod;ad\nŞ;İ".encode("utf-8-sig")) == sheets.decode("kod;ad\nŞ;İ".encode("cp1254"))


class ManyAtOnce(TestCase):
    def setUp(self):
        a_province("69", 4)
        a_component("EBYS", "C")
        self.nermin = an_operator()
        self.client.force_login(self.nermin)

    def test_an_interval_for_those_that_are_ticked(self):
        page = self.client.get("/monitoring/nodes/many/", {"code": ["69000", "69001"]})
        self.assertEqual(len(page.context["chosen"]), 2)
        form = {"code": ["69000", "69001"], "interval": "60", "timeout": "8"}
        self.assertRedirects(self.client.post("/monitoring/nodes/many/", form), "/monitoring/nodes/")
        paces = Check.objects.order_by("node__code").values_list("interval", "timeout")
        self.assertEqual(list(paces)[:3], [(60, 8.0), (60, 8.0), (30, 5.0)])

    def test_everything_that_a_filter_finds(self):
        page = self.client.get("/monitoring/nodes/many/", {"all": "1", "kind": "municipality"})
        self.assertEqual(len(page.context["chosen"]), 4)

    def test_an_interval_shorter_than_the_timeout_shortens_the_timeout(self):
        changes.change_many(Node.objects.filter(code="69000"), by=self.nermin, pace={"interval": 5})
        self.assertLess(Check.objects.get(node__code="69000").timeout, 5)

    def test_back_to_the_defaults_of_the_tier(self):
        changes.change_many(Node.objects.all(), by=self.nermin, by_tier=True)
        self.assertEqual(Check.objects.get(node__code="EBYS").interval, 60)
        self.assertEqual(Check.objects.get(node__code="69000").interval, 30)

    def test_nodes_no_longer_watched_leave_their_outage_to_others(self):
        changes.change_many(Node.objects.filter(code="69000"), by=self.nermin, is_watched=False)
        self.assertEqual(Node.objects.watched().count(), 4)

    def test_saying_nothing_changes_nothing(self):
        for form in ({"code": "69000"}, {"code": "69000", "interval": "5", "timeout": "9"}, {"interval": "60"}):
            self.assertEqual(self.client.post("/monitoring/nodes/many/", form).status_code, 422)


class Leaning(TestCase):
    def setUp(self):
        a_province("69", 2)
        for code in ("ALTYAPI", "HAT1", "HAT2"):
            a_component(code)
        self.node = Node.objects.get(code="69000")
        self.client.force_login(an_operator())

    def say(self, words: str):
        return self.client.post("/monitoring/nodes/69000/parents/", {"parents": words}, follow=True)

    def test_essential_parents_and_groups_are_written_down_and_judged(self):
        self.assertContains(self.say("ALTYAPI HAT1@omurga HAT2@omurga"), "ALTYAPI HAT1@omurga HAT2@omurga")
        down(Node.objects.get(code="HAT1"))
        down(self.node)
        self.assertEqual(self.node.checks.get().verdict, Check.Verdict.DOWN)
        other = Node.objects.get(code="69001")
        Dependency.objects.create(node=other, parent=Node.objects.get(code="HAT1"))
        down(other)
        self.assertEqual(other.checks.get().verdict, Check.Verdict.UNREACHABLE)
        parents = other.checks.get().transitions.get().evidence["parents"]
        self.assertEqual(parents, [{"node": "HAT1", "state": "outage", "group": ""}])

    def test_what_leans_on_nothing_any_more_is_down_for_itself(self):
        self.say("HAT1")
        down(Node.objects.get(code="HAT1"))
        down(self.node)
        self.assertEqual(self.node.checks.get().verdict, Check.Verdict.UNREACHABLE)
        page = self.say("")
        self.assertEqual(self.node.checks.get().verdict, Check.Verdict.DOWN)
        self.assertContains(page, "bağlı olduğu nokta yeniden çalışıyor")

    def test_unknown_codes_and_circles_are_refused_in_words(self):
        Dependency.objects.create(node=Node.objects.get(code="HAT1"), parent=self.node)
        for words in ("YOK", "HAT1", "69000"):
            self.assertEqual(self.say(words).status_code, 200)
            self.assertFalse(self.node.dependencies.exists())
        self.assertContains(self.say("YOK"), "YOK")


def test_the_memory_of_a_check_without_streaks_is_empty():
    assert verdicts.unpack({}, verdict="unknown", since=1.0, confirmed_at=0.0).streaks == ()
    assert recording.moment(None) is None
