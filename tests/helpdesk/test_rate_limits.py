"""A program that runs wild is told when to come back; people are not in its way."""

import json
from datetime import timedelta

from django.test import TestCase, override_settings

from foundation.wire.api import tokens
from helpdesk.models import Ticket
from tests.cast import Cast
from tests.helpdesk.builders import the_queue

ANSWERS = {"subject": "Makbuz çıkmıyor", "module": "TAHSILAT", "impact": "unit", "urgency": "stopped"}


@override_settings(FILINGS_OF_A_PERSON=2, FILINGS_OF_A_MUNICIPALITY=3)
class FilingLimits(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()

    def file(self, person, **more):
        self.client.force_login(person)
        return self.client.post("/tickets/new/", ANSWERS | {"token": f"t-{Ticket.objects.count()}"} | more)

    def test_the_form_says_when_to_send_again_and_keeps_every_word(self):
        self.file(self.selim)
        self.file(self.selim)
        refused = self.file(self.selim, body="Uzun açıklama")
        self.assertEqual(refused.status_code, 429)
        self.assertTrue(0 < int(refused["Retry-After"]) <= 601)
        self.assertContains(refused, "Kısa sürede çok sayıda talep açıldı", status_code=429)
        self.assertContains(refused, "Uzun açıklama", status_code=429)
        self.assertEqual(Ticket.objects.count(), 2)

    def test_a_municipality_has_a_limit_and_others_go_on(self):
        for person in (self.selim, self.selim, self.zehra):
            self.file(person)
        self.assertEqual(self.file(self.zehra).status_code, 429)
        self.assertEqual(self.file(self.hatice).status_code, 302)

    def test_the_desk_logs_as_many_calls_as_come(self):
        for code in ("26010", "05004", "26000"):
            self.assertEqual(self.file(self.ayse, municipality=code).status_code, 302)

    def test_a_program_gets_problem_json(self):
        _token, secret = tokens.issue(self.selim, name="t", scopes=["tickets:write"], lasting=timedelta(days=1))
        body = {"component": "TAHSILAT", "subject": "Makbuz", "impact": "unit", "urgency": "stopped"}
        for number in range(3):
            answer = self.client.post(
                "/api/v1/tickets/",
                json.dumps(body),
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(number)},
            )
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json()["type"], "urn:nobet:problem:too-many-tickets")
        self.assertIn("Retry-After", answer)
