"""Pages of the registry: who may look, what is found, what a person may say."""

import re
from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation import now
from foundation.directory.models import Membership, Person
from monitoring.models import Check, Maintenance, Node, Prober, State
from tests.monitoring.land import a_component, a_province, an_operator, fails


class RegistryPages(TestCase):
    def setUp(self):
        self.places = a_province("69", 5)
        a_component("EBYS")
        self.nermin = an_operator()
        self.clerk = Person.objects.create_user("memur@watch.test", name="Memur")
        Membership.objects.create(person=self.clerk, role=Membership.Role.STAFF, municipality=self.places[0])
        self.client.force_login(self.nermin)

    def test_nodes_are_listed_the_worst_first_and_filtered(self):
        fails(Node.objects.get(code="69004"))
        page = self.client.get("/monitoring/nodes/").context["page"]
        self.assertEqual((page[0].code, len(page)), ("69004", 6))
        found = self.client.get("/monitoring/nodes/", {"state": "outage"}).context["page"]
        self.assertEqual([node.code for node in found], ["69004"])
        found = self.client.get("/monitoring/nodes/", {"kind": "component"}).context["page"]
        self.assertEqual([node.code for node in found], ["EBYS"])
        self.assertEqual(self.client.get("/monitoring/nodes/", {"province": "x", "page": "zz"}).status_code, 200)

    def test_queries_do_not_grow_with_the_fleet(self):
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                self.client.get("/monitoring/nodes/")
            return len(seen)

        before = queries()
        a_province("55", 60)
        self.assertEqual(queries(), before)

    def test_a_clerk_sees_the_own_node_alone_and_changes_nothing(self):
        self.client.force_login(self.clerk)
        self.assertEqual(len(self.client.get("/monitoring/nodes/").context["page"]), 1)
        self.assertEqual(self.client.get("/monitoring/nodes/69000/").status_code, 200)
        self.assertEqual(self.client.get("/monitoring/nodes/69001/").status_code, 404)
        self.assertEqual(self.client.post("/monitoring/nodes/69000/override/", {}).status_code, 403)
        self.assertEqual(self.client.get("/monitoring/maintenance/").status_code, 403)

    def test_strangers_sign_in_first(self):
        self.client.logout()
        for door in ("/monitoring/nodes/", "/monitoring/nodes/69000/", "/monitoring/maintenance/"):
            self.assertEqual(self.client.get(door).status_code, 302)

    def test_an_operator_sets_a_state_with_reason_and_takes_it_back(self):
        door = "/monitoring/nodes/69001/override/"
        self.assertEqual(self.client.post(door, {"state": "degraded"}).status_code, 422)
        answer = self.client.post(door, {"state": "degraded", "reason": "Hat zayıf", "hours": "4"})
        node = Node.objects.get(code="69001")
        self.assertEqual((answer.status_code, node.state), (302, State.DEGRADED))
        self.assertAlmostEqual(node.override_until, now() + timedelta(hours=4), delta=timedelta(minutes=1))
        self.assertContains(self.client.get("/monitoring/nodes/69001/"), "Hat zayıf")
        self.client.post(door, {"release": "1"})
        self.assertEqual(Node.objects.get(code="69001").state, State.OK)

    def test_a_window_is_planned_and_called_off(self):
        start = timezone.localtime(now() + timedelta(days=1))
        form = {
            "title_tr": "Sunucu bakımı",
            "title_en": "Server work",
            "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (start + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
            "named": "69001 69002",
        }
        self.assertEqual(self.client.post("/monitoring/maintenance/", form | {"named": "99999"}).status_code, 422)
        self.assertEqual(self.client.post("/monitoring/maintenance/", form | {"rule": "FREQ=NEVER"}).status_code, 422)
        self.assertEqual(
            self.client.post("/monitoring/maintenance/", form | {"ends_at": form["starts_at"]}).status_code, 422
        )
        self.assertEqual(self.client.post("/monitoring/maintenance/", form | {"named": ""}).status_code, 422)
        self.assertEqual(self.client.post("/monitoring/maintenance/", form).status_code, 302)
        window = Maintenance.objects.get()
        self.assertEqual(window.nodes.count(), 2)
        self.client.post(f"/monitoring/maintenance/{window.pk}/cancellation/")
        window.refresh_from_db()
        self.assertIsNotNone(window.cancelled_at)

    def test_places_are_found_in_any_spelling_and_unclear_ones_are_sent_back(self):
        for number, (name, full) in enumerate(
            [
                ("Çiğli", "Çiğli Belediyesi (İzmir)"),
                ("Kale", "Kale Belediyesi (Denizli)"),
                ("Kale", "Kale Belediyesi (Malatya)"),
            ]
        ):
            place = self.places[number]
            place.name, place.full_name = name, full
            place.save()
        start = timezone.localtime(now() + timedelta(days=1))
        form = {
            "title_tr": "Hat",
            "title_en": "Line",
            "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (start + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
            "repeats": "FREQ=WEEKLY",
            "provinces": ["69"],
        }
        answer = self.client.post("/monitoring/maintenance/", form | {"named": "CIGLI, kale, Atlantis"})
        self.assertContains(answer, "Kale Belediyesi (Malatya) 69002", status_code=422)
        self.assertContains(answer, "Atlantis", status_code=422)
        self.assertRegex(answer.text, r'value="69"\s+checked')
        named = form | {"named": "CIGLI\n69002"}
        rounds = self.client.post("/monitoring/maintenance/", named)
        self.assertContains(rounds, "Saklamak için yeniden kaydediniz", status_code=422)
        seen = re.search(r'name="seen" value="([^"]+)"', rounds.text)[1]
        self.assertEqual(self.client.post("/monitoring/maintenance/", named | {"seen": seen}).status_code, 302)
        window = Maintenance.objects.get()
        self.assertEqual([place.name for place in window.municipalities.all()], ["Çiğli"])
        self.assertEqual(([node.code for node in window.nodes.all()], window.rule), (["69002"], "FREQ=WEEKLY"))

    def a_window(self, title: str, days: float, **more) -> Maintenance:
        start = now().replace(microsecond=0) + timedelta(days=days)
        return Maintenance.objects.create(
            title_tr=title, title_en=title, starts_at=start, ends_at=start + timedelta(hours=2), **more
        )

    def test_windows_stand_in_the_order_of_their_next_round(self):
        self.a_window("geçmiş", -3)
        self.a_window("bahara", 120)
        weekly = self.a_window("haftalık", -20, rule="FREQ=WEEKLY")
        self.a_window("şimdi", -0.01, is_everywhere=True)
        self.a_window("bitmiş kural", -20, rule="FREQ=DAILY;COUNT=3")
        answer = self.client.get("/monitoring/maintenance/")
        lines = [(line.window.title_tr, str(line.stage)) for line in answer.context["rows"]]
        self.assertEqual(
            lines,
            [
                ("şimdi", "in_progress"),
                ("haftalık", "scheduled"),
                ("bahara", "scheduled"),
                ("geçmiş", "completed"),
                ("bitmiş kural", "completed"),
            ],
        )
        self.assertEqual(answer.context["rows"][1].window.begins_at, weekly.starts_at + timedelta(days=21))
        self.assertContains(answer, f"/monitoring/maintenance/{weekly.pk}/cancellation/")
        self.assertContains(answer, "her hafta aynı gün")

    def test_queries_do_not_grow_with_the_windows(self):
        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                self.client.get("/monitoring/maintenance/")
            return len(seen)

        self.a_window("bir", 1).nodes.set(Node.objects.filter(code="69001"))
        before = queries()
        for number in range(8):
            window = self.a_window(f"{number}", number + 2, rule="FREQ=WEEKLY")
            window.nodes.set(Node.objects.all())
            window.municipalities.set(self.places)
        self.assertEqual(queries(), before)

    def test_the_secret_address_of_a_heartbeat_is_shown_to_the_watch_alone(self):
        beat = Check.objects.create(
            node=Node.objects.get(code="69000"), kind=Check.Kind.HEARTBEAT, interval=60, grace=90
        )
        shown = self.client.get("/monitoring/nodes/69000/")
        self.assertContains(shown, f"curl -fsS -m 10 -o /dev/null http://127.0.0.1:8000/heartbeat/{beat.heartbeat_key}")
        self.assertContains(shown, "90 sn")
        self.client.force_login(self.clerk)
        self.assertNotContains(self.client.get("/monitoring/nodes/69000/"), beat.heartbeat_key)

    def test_why_a_question_failed_is_said_in_the_readers_words(self):
        Check.objects.filter(node__code="69001").update(last_error="connection refused")
        Check.objects.filter(node__code="69002").update(last_error="HTTP 503")
        self.assertContains(self.client.get("/monitoring/nodes/69001/"), "bağlantı reddedildi")
        self.assertContains(self.client.get("/monitoring/nodes/69002/"), "HTTP 503")

    def test_the_watch_itself_is_shown_with_the_machine_that_stands_at_a_shard(self):
        self.assertContains(self.client.get("/monitoring/nodes/"), "manage.py probe")
        Prober.objects.create(name="here 2/3", location="here", cycle_ended_at=now(), owner="izleme-2:71/ab12cd")
        page = self.client.get("/monitoring/nodes/")
        self.assertContains(page, "bu konum 2/3")
        self.assertContains(page, "izleme-2")

    def test_a_narrowed_list_says_how_many_were_found(self):
        self.assertContains(self.client.get("/monitoring/nodes/", {"q": "69003"}), "1 izleme noktası bulundu")
        self.assertNotContains(self.client.get("/monitoring/nodes/", {"page": "1"}), "Tümünü göster")
