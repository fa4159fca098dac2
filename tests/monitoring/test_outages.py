"""Outages: who is touched, who is told, who is back, and who wins a race."""

from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation.live.models import Event
from monitoring import events, health, impact, outages
from monitoring.models import Affected, ImpactReport, Node, Outage, Scope
from monitoring.refusals import AlreadyAcknowledged, NothingIsAffected, OutageIsOver
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
        with CaptureQueriesContext(
            connection,
        ) as queries:
            outages.covering(self.north[0], self.tahsilat)
        self.assertEqual(len(queries), 1)
        self.assertIn("affected_covering", self.plan_of(queries[0]["sql"]))

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
            impact.report(self.outage, self.places[0], None)


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
        taps = [impact.report(outage, self.north[0], None)[1] for _tap in range(3)]
        impact.report(outage, self.north[1], None)
        outage.refresh_from_db()
        self.assertEqual(taps, [True, False, False])
        self.assertEqual((outage.report_count, ImpactReport.objects.count()), (2, 2))
