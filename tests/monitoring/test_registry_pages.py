"""Pages of the registry: who may look, what is found, what a person may say."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation import now
from foundation.directory.models import Membership, Person
from monitoring.models import Maintenance, Node, State
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
        self.assertContains(answer, 'value="69" checked', status_code=422)
        self.assertEqual(
            self.client.post("/monitoring/maintenance/", form | {"named": "CIGLI\n69002"}).status_code, 302
        )
        window = Maintenance.objects.get()
        self.assertEqual([place.name for place in window.municipalities.all()], ["Çiğli"])
        self.assertEqual(([node.code for node in window.nodes.all()], window.rule), (["69002"], "FREQ=WEEKLY"))
