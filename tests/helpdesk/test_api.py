"""The desk's part of `/api/v1/`: as the token's person, and nobody else's tickets."""

import json
from datetime import timedelta

from django.test import TestCase

from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.models import Ticket
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

FILED = {"component": "TAHSILAT", "subject": "Makbuz çıkmıyor", "impact": "unit", "urgency": "stopped"}


class TicketsOverTheApi(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.secrets = {}
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)

    def call(self, method, path, person, body=None, key="k-1"):
        if person.pk not in self.secrets:
            scopes = ["tickets:read", "tickets:write"]
            _token, self.secrets[person.pk] = tokens.issue(person, name="t", scopes=scopes, lasting=timedelta(days=2))
        headers = {"Authorization": f"Bearer {self.secrets[person.pk]}", "Idempotency-Key": key}
        send = getattr(self.client, method)
        data = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return send(f"/api/v1{path}", headers=headers, **data)

    def test_staff_list_their_own_municipality_alone(self):
        a_ticket(municipality=self.merzifon, component=self.tahsilat)
        items = self.call("get", "/tickets/", self.selim).json()["items"]
        self.assertEqual([item["number"] for item in items], [self.ticket.number])
        self.assertEqual(items[0]["municipality"], "26010")

    def test_another_municipality_finds_nothing(self):
        self.assertEqual(self.call("get", f"/tickets/{self.ticket.number}/", self.hatice).status_code, 404)
        body = {"body": "Merhaba"}
        answer = self.call("post", f"/tickets/{self.ticket.number}/messages/", self.hatice, body)
        self.assertEqual(answer.status_code, 404)

    def test_a_ticket_is_filed_once_a_key(self):
        first = self.call("post", "/tickets/", self.selim, FILED)
        self.assertEqual(first.status_code, 201, first.content)
        self.assertEqual(first.json()["severity"], "S2")
        self.assertEqual(self.call("post", "/tickets/", self.selim, FILED).json(), first.json())
        self.assertEqual(Ticket.objects.filter(channel="api").count(), 1)

    def test_staff_cannot_file_for_others(self):
        answer = self.call("post", "/tickets/", self.selim, FILED | {"municipality": "05004"})
        self.assertEqual(answer.status_code, 403)

    def test_notes_are_for_the_desk(self):
        tickets.note(self.ticket, by=self.ayse, body="Gizli")
        path = f"/tickets/{self.ticket.number}/messages/"
        self.assertEqual(len(self.call("get", path, self.selim).json()["items"]), 1)
        self.assertEqual(len(self.call("get", path, self.ayse).json()["items"]), 2)

    def test_only_the_desk_resolves(self):
        path = f"/tickets/{self.ticket.number}/resolution/"
        self.assertEqual(self.call("post", path, self.selim, {"body": "Tamam"}).status_code, 403)
        self.assertEqual(self.call("post", path, self.ayse, {"body": "Tamam"}, key="k-2").json()["status"], "resolved")

    def test_an_operator_reads_but_does_not_speak(self):
        path = f"/tickets/{self.ticket.number}/messages/"
        self.assertEqual(self.call("get", path, self.nermin).status_code, 200)
        self.assertEqual(self.call("post", path, self.nermin, {"body": "Merhaba"}).status_code, 403)

    def test_the_desk_puts_right_what_was_filed_wrongly(self):
        path = f"/tickets/{self.ticket.number}"
        for name, right in (
            ("module", {"component": "EBYS"}),
            ("queue", {"queue": "genel"}),
            ("severity", {"severity": "S1"}),
            ("municipality", {"municipality": "26010"}),
            ("requester", {"requester": self.zehra.email}),
        ):
            answer = self.call("post", f"{path}/{name}/", self.ayse, right, key=name)
            self.assertEqual(answer.status_code, 200, answer.content)
            self.assertEqual(self.call("post", f"{path}/{name}/", self.selim, right, key=name).status_code // 100, 4)
        self.ticket.refresh_from_db()
        corrected = (self.ticket.component, self.ticket.severity, self.ticket.requester)
        self.assertEqual(corrected, (self.ebys, "S1", self.zehra))
        wrong = self.call("post", f"{path}/requester/", self.ayse, {"requester": self.hatice.email}, key="w")
        self.assertEqual(wrong.status_code, 404)

    def test_a_ticket_by_a_token_of_the_desk_is_of_the_clerk_who_asks_and_not_of_the_agent(self):
        wish = FILED | {"municipality": "05004"}
        numbers = [
            self.call("post", "/tickets/", self.ayse, wish | {"requester": asks}, key=asks or "nobody").json()["number"]
            for asks in (self.hatice.email, "")
        ]
        requesters = [Ticket.objects.get(number=number).requester for number in numbers]
        self.assertEqual(requesters, [self.hatice, None])
        answer = self.call("post", "/tickets/", self.ayse, wish | {"requester": self.selim.email}, key="other")
        self.assertEqual(answer.status_code, 404)
