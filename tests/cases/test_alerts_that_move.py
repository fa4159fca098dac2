"""An alert's start may move back while it fires: it ends all the same, and its outage begins earlier."""

import json

from django.test import TestCase, override_settings

from monitoring.models import Check, Node, Outage
from tests.monitoring.land import a_province
from tests.monitoring.test_doors import an_alert


@override_settings(EMBEDDED=True, ALERTMANAGER_TOKEN="")
class AStartThatMovesBack(TestCase):
    def setUp(self):
        a_province("69", 1)

    def post(self, *alerts):
        body = json.dumps({"version": "4", "alerts": alerts})
        self.assertEqual(
            self.client.post("/monitoring/alertmanager", body, content_type="application/json").status_code, 200
        )

    def a(self, status, start, *, end=None):
        alert = an_alert(status, start, node="69000")
        return alert | ({"endsAt": an_alert(start=end)["startsAt"]} if end is not None else {})

    def test_the_outage_ends_with_the_resolution_of_the_earlier_start(self):
        self.post(self.a("firing", 10))
        self.post(self.a("firing", 9))
        self.post(self.a("resolved", 9, end=20))
        self.assertFalse(Outage.objects.open().exists())

    def test_it_ends_also_when_the_earlier_start_is_first_told_by_the_resolution(self):
        self.post(self.a("firing", 10))
        self.post(self.a("resolved", 9, end=20))
        self.assertFalse(Outage.objects.open().exists())

    def test_its_beginning_moves_everywhere(self):
        self.post(self.a("firing", 10))
        self.post(self.a("firing", 9))
        earlier = an_alert(start=9)["startsAt"]
        self.assertEqual(Outage.objects.open().get().started_at.isoformat(), earlier)
        self.assertEqual(Node.objects.get().since.isoformat(), earlier)
        self.assertEqual(Check.objects.get(kind="alert").since.isoformat(), earlier)

    def test_a_late_repeat_of_the_first_start_opens_nothing_after_the_end(self):
        self.post(self.a("firing", 10))
        self.post(self.a("firing", 9))
        self.post(self.a("resolved", 9, end=20))
        self.post(self.a("firing", 10))
        self.post(self.a("firing", 9))
        self.assertFalse(Outage.objects.open().exists())

    def test_what_comes_late_from_an_earlier_firing_moves_and_ends_nothing(self):
        self.post(self.a("firing", 0))
        self.post(self.a("resolved", 0, end=5))
        self.post(self.a("firing", 10))
        self.post(self.a("firing", 0))
        self.post(self.a("resolved", 0, end=5))
        self.assertEqual(Outage.objects.open().get().started_at.isoformat(), an_alert(start=10)["startsAt"])
