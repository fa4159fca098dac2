"""Doors for programs answer, with and without the last slash; they send nobody elsewhere."""

from django.test import TestCase

from monitoring.models import Check
from tests.monitoring.land import a_province

DOORS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/probe",
    "/monitoring/http_sd",
    "/monitoring/alertmanager",
    "/heartbeat/nobody",
    "/sms/twilio/status",
    "/sms/twilio/inbound",
    "/sms/operator/status",
    "/sms/operator/inbound",
    "/acknowledgement/call/twilio",
    "/acknowledgement/call/twilio/code",
    "/api/v1/tickets",
)


class WithAndWithoutTheLastSlash(TestCase):
    def test_no_door_for_programs_redirects_whatever_the_method(self):
        for door in DOORS:
            for address in (door, f"{door}/"):
                for method in ("get", "post", "head"):
                    answer = getattr(self.client, method)(address)
                    self.assertNotIn(answer.status_code // 100, (3, 5), f"{method} {address}")

    def test_both_spellings_of_a_door_are_the_same_door(self):
        for door in DOORS[:-1]:
            for method in ("get", "post"):
                spelt = {getattr(self.client, method)(address).status_code for address in (door, f"{door}/")}
                self.assertEqual(len(spelt), 1, f"{method} {door}")

    def test_a_sign_of_life_is_noted_in_either_spelling(self):
        (place,) = a_province("69", 1)
        node = place.nodes.get()
        for target, slash in (("a", ""), ("b", "/")):
            check = Check.objects.create(node=node, kind=Check.Kind.HEARTBEAT, target=target)
            for method in ("get", "post", "head"):
                Check.objects.filter(pk=check.pk).update(last_probed_at=None)
                answer = getattr(self.client, method)(f"/heartbeat/{check.heartbeat_key}{slash}")
                self.assertEqual(answer.status_code, 200)
                check.refresh_from_db()
                self.assertIsNotNone(check.last_probed_at)
