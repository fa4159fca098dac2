"""Outages: who is touched, who is told, who is back, and who wins a race."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.journal.models import Entry
from foundation.live.models import Event
from monitoring import events, outages
from monitoring.models import Affected, ImpactReport, Node, Outage, Scope
from monitoring.nodes import health
from monitoring.outages import impact_reports
from monitoring.refusals import AlreadyAcknowledged, NothingChosen, NothingIsAffected, NothingStays, OutageIsOver
from tests.monitoring.land import a_component, a_province, an_operator, fails, works


@contextmanager
def hearing(signal):
    heard = []

    def listen(sender, **facts):
        heard.append(facts)

    signal.connect(listen)
    yield heard
    signal.disconnect(listen)


class ACentralOutage(TestCase):
    def setUp(self):
        self.north, self.south = a_province("55", 4), a_province("07", 3)
        self.tahsilat, self.ebys = a_component("TAHSILAT"), a_component("EBYS", "B")
        self.node = Node.objects.get(code="TAHSILAT")
        fails(self.node)
        self.node.refresh_from_db()
        self.outage = outages.declare(components=[self.tahsilat], nodes=[self.node], source=Outage.Source.PROBE)

    def test_covers_every_municipality_with_that_component_only(self):
        self.assertEqual(outages.covering(self.north[0], self.tahsilat), self.outage)
        self.assertEqual(outages.covering(self.south[2]), self.outage)
        self.assertIsNone(outages.covering(self.north[0], self.ebys))

    def test_covering_is_one_indexed_read(self):
        self.years_have_passed()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            outages.covering(self.north[0], self.tahsilat)
        self.assertEqual(len(queries), 1)
        # Seven lines are open: PostgreSQL may take either index of what is affected.
        self.assertRegex(self.plan_of(queries[0]["sql"]), "affected_(covering|component)")

    def years_have_passed(self) -> None:
        """A table of one page would leave PostgreSQL the choice among all indexes."""
        at = now()
        Affected.objects.bulk_create(
            Affected(outage=self.outage, municipality=place, since=at, until=at)
            for place in self.north
            for _time in range(750)
        )
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE monitoring_affected")

    def plan_of(self, sql: str) -> str:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("EXPLAIN QUERY PLAN " + sql)
            else:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("EXPLAIN " + sql)
            return " ".join(str(row) for row in cursor.fetchall())

    def test_is_s1_and_counts_everyone(self):
        self.assertEqual((self.outage.scope, self.outage.severity, self.outage.affected_count), ("central", "S1", 7))

    def test_gives_the_public_its_first_word_at_once(self):
        self.assertEqual(self.outage.latest_update.stage, Outage.Stage.INVESTIGATING)
        rooms = set(Event.objects.values_list("audience", flat=True))
        self.assertLessEqual({"board", "status:national", "status:55000", "status:07002"}, rooms)

    def test_ends_for_those_whose_node_answers_and_stays_for_the_rest(self):
        cut_off = Node.objects.get(municipality=self.south[0])
        fails(cut_off)
        works(self.node)
        with hearing(events.municipalities_recovered) as heard:
            outages.settle(self.outage)
        self.outage.refresh_from_db()
        self.assertEqual(len(heard[0]["municipality_ids"]), 6)
        self.assertEqual((self.outage.stage, self.outage.still_affected), ("monitoring", 1))
        self.assertEqual(outages.covering(self.south[0], self.tahsilat), self.outage)
        self.assertIsNone(outages.covering(self.south[1], self.tahsilat))

        works(cut_off)
        with hearing(events.outage_ended) as ended:
            self.assertEqual(outages.settle(self.outage), [self.south[0].pk])
        self.outage.refresh_from_db()
        self.assertEqual(len(ended), 1)
        self.assertFalse(self.outage.is_open)

    def test_does_not_end_while_the_component_is_broken(self):
        self.assertEqual(outages.settle(self.outage), [])
        self.assertFalse(health.component_works(self.tahsilat))
        self.assertTrue(health.component_works(self.ebys))

    def test_leaves_those_already_cut_off_to_their_own_outage(self):
        outages.end(self.outage)
        lonely = Node.objects.get(municipality=self.north[1])
        fails(lonely)
        own = outages.declare(nodes=[lonely], source=Outage.Source.PROBE)
        again = outages.declare(components=[self.tahsilat])
        self.assertEqual(again.affected_count, 6)
        self.assertEqual(outages.covering(self.north[1], self.tahsilat), own)


class ALocalOutage(TestCase):
    def setUp(self):
        self.places = a_province("44", 5)
        self.nodes = list(Node.objects.all())
        fails(*self.nodes)
        self.outage = outages.declare(nodes=self.nodes[:1], source=Outage.Source.PROBE)

    def test_a_node_is_in_at_most_one_open_outage(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            outages.declare(nodes=self.nodes[:1])

    def test_grows_when_others_join(self):
        with hearing(events.outage_joined) as heard:
            outages.join(self.outage, self.nodes[1:3])
        self.assertEqual(len(heard[0]["nodes"]), 2)
        self.assertEqual(self.outage.affected_count, 3)

    def test_is_absorbed_by_a_wider_one_which_keeps_its_first_sign(self):
        wider = outages.declare(nodes=self.nodes[1:], province=self.places[0].province, source=Outage.Source.PROBE)
        outages.absorb(wider, [self.outage])
        self.outage.refresh_from_db()
        self.assertEqual(self.outage.merged_into, wider)
        self.assertEqual(wider.started_at, self.outage.started_at)
        self.assertEqual(wider.affected_count, 5)
        self.assertEqual(list(outages.open_now()), [wider])

    def test_no_data_is_not_recovery(self):
        Node.objects.update(state="nodata")
        self.assertEqual(outages.settle(self.outage), [])
        self.assertTrue(Affected.objects.current().filter(outage=self.outage).exists())

    def test_only_the_first_of_two_acknowledges(self):
        nermin, kemal = an_operator(), an_operator("Kemal")
        outages.acknowledge(self.outage, nermin)
        with self.assertRaises(AlreadyAcknowledged):
            outages.acknowledge(self.outage, kemal)
        self.outage.refresh_from_db()
        self.assertEqual(self.outage.acknowledged_by, nermin)

    def test_ends_once_and_then_stays_silent(self):
        outages.end(self.outage, by=an_operator())
        with self.assertRaises(OutageIsOver):
            outages.end(self.outage)
        with self.assertRaises(OutageIsOver):
            outages.publish(self.outage, stage=Outage.Stage.IDENTIFIED, text_tr="Geç kaldım")
        with self.assertRaises(OutageIsOver):
            impact_reports.report(self.outage, self.places[0], None)


class AnOutageDeclaredByHand(TestCase):
    def setUp(self):
        self.north, self.south = a_province("55", 2), a_province("07", 2)
        self.ebys = a_component("EBYS")

    def test_stays_until_a_person_ends_it(self):
        outage = outages.declare(components=[self.ebys], province=self.north[0].province, title_tr="EBYS yavaş")
        self.assertEqual((outage.scope, outage.affected_count, outage.title_en), (Scope.REGIONAL, 2, "EBYS yavaş"))
        self.assertEqual(outages.settle(outage), [])
        self.assertIsNone(outages.covering(self.south[0], self.ebys))

    def test_needs_something_that_is_broken(self):
        with self.assertRaises(NothingIsAffected):
            outages.declare(title_tr="?")

    def test_core_infrastructure_touches_every_component(self):
        outages.declare(components=[a_component("ALTYAPI")])
        self.assertIsNotNone(outages.covering(self.south[0], self.ebys))

    def test_a_drill_explains_nothing(self):
        outages.declare(components=[self.ebys], is_drill=True)
        self.assertIsNone(outages.covering(self.north[0], self.ebys))

    def test_a_municipality_reports_once(self):
        outage = outages.declare(components=[self.ebys])
        taps = [impact_reports.report(outage, self.north[0], None)[1] for _tap in range(3)]
        impact_reports.report(outage, self.north[1], None)
        outage.refresh_from_db()
        self.assertEqual(taps, [True, False, False])
        self.assertEqual((outage.report_count, ImpactReport.objects.count()), (2, 2))


class SplittingAnOutage(TestCase):
    """Two lines were cut within a minute: one outage at first, two faults in truth."""

    def setUp(self):
        self.north, self.south = a_province("55", 4), a_province("07", 6)
        a_province("06", 60)
        self.nodes = list(Node.objects.exclude(municipality__province="06"))
        fails(*self.nodes)
        self.outage = outages.declare(nodes=self.nodes, scope=Scope.REGIONAL, source=Outage.Source.PROBE)
        self.nermin = an_operator()

    def lines_of(self, plate: str, number: int | None = None) -> list[int]:
        lines = self.outage.affected.filter(municipality__province=plate).order_by("pk")
        return list(lines.values_list("pk", flat=True)[:number])

    def split(self, lines: list[int], **words) -> Outage:
        return outages.split(self.outage, lines, by=self.nermin, reason="İki ayrı hat", **words)

    def test_a_whole_province_becomes_regional_and_both_count_anew(self):
        with hearing(events.outage_split) as heard, hearing(events.outage_opened) as opened:
            part = self.split(self.lines_of("55"))
        self.outage.refresh_from_db()
        self.assertEqual((part.scope, part.province_id, part.affected_count), (Scope.REGIONAL, "55", 4))
        self.assertEqual((part.split_from, part.source), (self.outage, Outage.Source.PROBE))
        self.assertEqual(self.outage.affected_count, 6)
        self.assertEqual(heard[0]["municipality_ids"], sorted(place.pk for place in self.north))
        self.assertEqual(opened[0]["outage"], part)
        self.assertEqual(outages.covering(self.north[0]), part)
        self.assertEqual(part.latest_update.stage, Outage.Stage.INVESTIGATING)
        entry = Entry.objects.get(kind="outage.split", subject_id=str(self.outage.pk))
        self.assertEqual((entry.person_id, entry.facts), (self.nermin.pk, {"into": part.pk, "count": 4}))

    def test_one_municipality_is_local_and_dated_back_to_its_own_sign(self):
        line = self.outage.affected.get(municipality=self.south[2])
        Affected.objects.filter(pk=line.pk).update(since=now() - timedelta(hours=2))
        part = self.split([line.pk], title_tr="Kepez hattı")
        self.assertEqual((part.scope, part.title_tr, part.title_en), (Scope.LOCAL, "Kepez hattı", "Kepez hattı"))
        self.assertAlmostEqual((now() - part.started_at).total_seconds(), 7200, delta=60)

    def test_reports_go_along(self):
        impact_reports.report(self.outage, self.north[0], None)
        impact_reports.report(self.outage, self.south[0], None)
        part = self.split(self.lines_of("55"))
        self.outage.refresh_from_db()
        self.assertEqual((part.report_count, self.outage.report_count), (1, 1))

    def test_each_ends_by_itself(self):
        part = self.split(self.lines_of("55"))
        works(*Node.objects.filter(municipality__in=self.north))
        outages.review(now())
        part.refresh_from_db()
        self.outage.refresh_from_db()
        self.assertFalse(part.is_open)
        self.assertTrue(self.outage.is_open)

    def test_a_wider_outage_does_not_take_it_back(self):
        part = self.split(self.lines_of("55", 1))
        fails(*Node.objects.all())
        outages.review(now())
        part.refresh_from_db()
        self.assertTrue(part.is_open)
        self.assertEqual(Outage.objects.open().get(scope=Scope.CENTRAL).affected_count, 69)

    def test_a_component_and_its_users_can_be_parted(self):
        ebys = a_component("EBYS")
        tahsilat = a_component("TAHSILAT")
        both = outages.declare(components=[ebys, tahsilat], source=Outage.Source.PERSON)
        part = outages.split(
            both, both.affected.filter(component=ebys).values_list("pk", flat=True), by=self.nermin, reason="ayrı"
        )
        self.assertEqual([c.pk for c in part.components.all()], ["EBYS"])
        self.assertEqual([c.pk for c in both.components.all()], ["TAHSILAT"])
        self.assertEqual(part.scope, Scope.CENTRAL)

    def test_refusals(self):
        with self.assertRaises(NothingChosen):
            self.split([])
        with self.assertRaises(NothingStays):
            self.split(self.lines_of("55") + self.lines_of("07"))
        self.assertEqual(Outage.objects.count(), 1)
        outages.end(self.outage)
        with self.assertRaises(OutageIsOver):
            self.split(self.lines_of("55"))

    def test_the_page_offers_provinces_and_keeps_what_was_ticked(self):
        self.client.force_login(self.nermin)
        door = f"/monitoring/outages/{self.outage.pk}/split/"
        self.assertContains(self.client.get(door), "Belde 3 Belediyesi (İl 07)")
        line = self.lines_of("07", 1)[0]
        answer = self.client.post(door, {"lines": [line], "reason": ""})
        self.assertContains(answer, f'value="{line}" checked', status_code=422)
        self.assertEqual(self.client.post(door, {"reason": "x", "lines": ["zz"]}).status_code, 422)
        self.assertEqual(self.client.post(door, {"reason": "x", "provinces": ["55", "07"]}).status_code, 422)
        answer = self.client.post(door, {"provinces": ["55"], "lines": [line], "reason": "İki hat"})
        part = Outage.objects.exclude(pk=self.outage.pk).get()
        self.assertRedirects(answer, f"/status/outages/{part.pk}/")
        self.assertEqual(part.affected_count, 5)
