"""Programs read broadcasts and runs; none of them can send."""

from datetime import timedelta

from django.test import TestCase

from config.api import api
from foundation.wire.api import tokens
from runbooks.broadcasts.delivery import sending
from runbooks.runs import starting
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted
from tests.runbooks.plans import a_plan


class ReadingByProgram(Cast, TestCase):
    def get(self, path, person):
        issued = tokens.issue(person, name="x", scopes=["broadcasts:read", "runs:read"], lasting=timedelta(days=1))
        secret = next(part for part in issued if isinstance(part, str))
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})

    def test_the_equation_is_read_and_no_number_is_shown(self):
        contacts_in(self.odunpazari, 3)
        broadcast = submitted(self.nermin)
        self.assertEqual(self.get(f"/broadcasts/{broadcast.pk}/tally/", self.nermin).status_code, 404)
        approve(broadcast, self.kemal)
        sending.dispatch_due()
        tally = self.get(f"/broadcasts/{broadcast.pk}/tally/", self.nermin).json()
        self.assertEqual((tally["intended"], tally["adds_up"]), (3, True))
        listed = self.get("/broadcasts/", self.nermin)
        self.assertEqual(listed.json()["items"][0]["number"], broadcast.number)
        self.assertNotIn("+90532", listed.content.decode())

    def test_a_municipality_reads_nothing_of_it(self):
        contacts_in(self.odunpazari, 3)
        broadcast = submitted(self.nermin)
        run = starting.start(a_plan("manual"), by=self.nermin)
        for path in (f"/broadcasts/{broadcast.pk}/", f"/runs/{run.pk}/steps/"):
            self.assertEqual(self.get(path, self.nermin).status_code, 200)
            self.assertEqual(self.get(path, self.selim).status_code, 404)
        self.assertEqual(self.get("/broadcasts/", self.selim).json()["items"], [])

    def test_no_operation_submits_approves_or_sends(self):
        """Runs go on by the verbs of their page; a message is written as far as a draft, the rest is for people."""
        paths = api.get_openapi_schema()["paths"]
        writing = [
            path
            for path, operations in paths.items()
            if ("broadcast" in path or "/runs/" in path) and set(operations) - {"get", "parameters"}
        ]
        runs = {"", "{pk}/start/", "{pk}/rejection/", "{pk}/end/", "{pk}/steps/{visit}/"}
        drafts = {"/api/v1/broadcasts/", "/api/v1/broadcasts/{pk}/draft/"}
        self.assertEqual(set(writing), {f"/api/v1/runs/{path}" for path in runs} | drafts)
