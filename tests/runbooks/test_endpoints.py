"""An endpoint's secret goes in and never comes out; its address is judged when the socket opens."""

import os
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from unittest import mock

from django.test import TestCase

from foundation.journal.models import Entry
from foundation.wire.api import tokens
from runbooks.models import Endpoint
from runbooks.plans import endpoints
from tests.cast import Cast
from tests.runbooks.plans import a_plan

SECRET = "Bearer kirmizi-fener-41"


@contextmanager
def listening():
    """A server that keeps the header it was shown."""
    seen = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers.get("Authorization"))
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, *arguments):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


class AnEndpoint(Cast, TestCase):
    def made(self, url="https://kuyruk.example.org", **fields):
        values = {"header": "Authorization", "secret": SECRET, **fields}
        return endpoints.make("uc", url=url, by=self.yonca, **values)

    def test_keeps_its_secret_sealed_and_shows_it_nowhere(self):
        self.client.force_login(self.yonca)
        words = {"key": "uc", "url": "https://kuyruk.example.org", "header": "Authorization", "secret": SECRET}
        self.assertRedirects(self.client.post("/runbooks/endpoints/", words), "/runbooks/endpoints/uc/")
        kept = Endpoint.objects.get()
        self.assertNotIn("fener", kept.secret)
        self.assertEqual(endpoints.secret_of(kept), SECRET)
        for address in ("/runbooks/endpoints/", "/runbooks/endpoints/uc/"):
            self.assertNotIn("fener", self.client.get(address).content.decode())
        self.assertNotIn("fener", str([entry.facts for entry in Entry.objects.all()]))

    def test_is_made_changed_and_ended_by_the_platform_alone(self):
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.post("/runbooks/endpoints/", {}).status_code, 403)
        kept = self.made()
        for path in ("", "secret/", "test/", "end/"):
            self.assertEqual(self.client.post(f"/runbooks/endpoints/uc/{path}", {}).status_code, 403)
        kept.refresh_from_db()
        self.assertEqual(endpoints.secret_of(kept), SECRET)

    def test_says_what_is_wrong_with_what_was_typed(self):
        self.client.force_login(self.yonca)
        wrong = {
            "key": "Büyük Ad", "url": "https://a:b@x.example", "header": "X:Y", "secret": "fener\u00e7"
        }  # fmt: skip
        answer = self.client.post("/runbooks/endpoints/", wrong)
        self.assertEqual((answer.status_code, len(answer.context["form"].errors)), (422, 4))
        self.assertNotIn("fener", answer.content.decode())
        without = {"key": "uc", "url": "https://x.example", "secret": SECRET}
        self.assertEqual(list(self.client.post("/runbooks/endpoints/", without).context["form"].errors), ["header"])
        self.assertFalse(Endpoint.objects.exists())

    def test_forgets_its_secret_with_another_address(self):
        kept = self.made()
        endpoints.change(kept, url=kept.url, header="X-Key", may_be_private=False, by=self.yonca)
        self.assertEqual(endpoints.headers_of(kept), {"X-Key": SECRET})
        endpoints.change(kept, url="https://baska.example.org", header="X-Key", may_be_private=False, by=self.yonca)
        self.assertEqual(endpoints.headers_of(kept), {})

    def test_gets_another_secret(self):
        kept = self.made()
        endpoints.rotate(kept, secret="yeni", by=self.yonca)
        self.assertEqual(endpoints.secret_of(kept), "yeni")
        with self.assertRaises(endpoints.SecretHasNoHeader):
            endpoints.change(kept, url=kept.url, header="", may_be_private=False, by=self.yonca)

    def test_reads_the_environment_where_the_operator_put_it(self):
        kept = Endpoint(header="X", secret_name="NOBET_ENDPOINT_UC")
        with mock.patch.dict(os.environ, {"NOBET_ENDPOINT_UC": "ortamdan", "SECRET_KEY_OF_US": "asla"}):
            self.assertEqual(endpoints.secret_of(kept), "ortamdan")
            self.assertEqual(endpoints.secret_of(Endpoint(secret_name="SECRET_KEY_OF_US")), "")

    def test_a_test_carries_the_secret_and_follows_no_redirect(self):
        with listening() as (url, seen):
            kept = self.made(url, may_be_private=True)
            self.assertTrue(endpoints.test(kept, by=self.yonca))
        self.assertEqual((seen, kept.test_said, kept.test_passed), ([SECRET], "HTTP 302", True))

    def test_a_test_reaches_no_address_inside_the_house_unless_it_was_said(self):
        with listening() as (url, seen):
            kept = self.made(url)
            self.client.force_login(self.yonca)
            with self.captureOnCommitCallbacks(execute=True):
                self.client.post("/runbooks/endpoints/uc/test/")
        kept.refresh_from_db()
        self.assertEqual((seen, kept.test_passed), ([], False))
        self.assertIn("is not an address we connect to", kept.test_said)

    def test_does_not_end_while_a_plan_calls_it(self):
        a_plan("http", code="DR-91")
        kept = Endpoint.objects.get(key="uc")
        with self.assertRaisesMessage(endpoints.EndpointIsNeeded, "DR-91"):
            endpoints.end(kept, by=self.yonca)
        a_plan("manual", code="DR-91", version=2)
        endpoints.end(kept, by=self.yonca)
        with self.assertRaises(endpoints.EndpointHasEnded):
            endpoints.end(kept, by=self.yonca)

    def test_the_name_of_one_that_ended_may_be_used_again(self):
        endpoints.end(self.made(), by=self.yonca)
        again = self.made(secret="")
        self.assertEqual((again.ended_at, endpoints.secret_of(again)), (None, ""))
        with self.assertRaises(endpoints.EndpointIsTaken):
            self.made()


class TheApi(Cast, TestCase):
    def call(self, method, path, body=None, person=None):
        scopes = ["endpoints:read", "endpoints:write", "message-templates:read", "message-templates:write",
                  "runbooks:read", "runbooks:write"]  # fmt: skip
        token, secret = tokens.issue(person or self.yonca, name="t", scopes=scopes, lasting=timedelta(days=1))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"{method}{path}{token.pk}"}
        return getattr(self.client, method)(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    def test_makes_changes_rotates_and_ends_an_endpoint_and_never_shows_its_secret(self):
        body = {"key": "uc", "url": "https://kuyruk.example.org", "header": "X-Key", "secret": SECRET}
        made = self.call("post", "/endpoints/", body)
        self.assertEqual((made.status_code, made.json()["has_secret"]), (201, True))
        self.assertNotIn("fener", made.content.decode())
        changed = self.call("post", "/endpoints/uc/", {"url": "https://kuyruk.example.org/v2", "header": "X-Key"})
        self.assertEqual((changed.status_code, changed.json()["has_secret"]), (200, False))
        self.assertEqual(self.call("post", "/endpoints/uc/secret/", {"secret": "yeni"}).status_code, 200)
        self.assertEqual(endpoints.secret_of(Endpoint.objects.get()), "yeni")
        self.assertEqual(self.call("get", "/endpoints/", person=self.nermin).json()["items"][0]["key"], "uc")
        self.assertEqual(self.call("post", "/endpoints/", body, self.nermin).status_code, 403)
        self.assertEqual(self.call("post", "/endpoints/uc/end/").status_code, 200)
        self.assertEqual(self.call("get", "/endpoints/uc/").status_code, 404)
        self.assertEqual(self.call("post", "/endpoints/", body | {"url": "ftp://x"}).status_code, 422)

    def test_makes_changes_and_ends_a_message_template(self):
        words = {"subject": "Kar", "text": "Kar yağıyor.", "correction": "Yağmıyor."}
        self.assertEqual(self.call("post", "/message-templates/", {"key": "kar", **words}).status_code, 201)
        changed = self.call("post", "/message-templates/kar/", {**words, "subject": "Çok kar", "version": 1})
        self.assertEqual((changed.status_code, changed.json()["version"]), (200, 2))
        stale = self.call("post", "/message-templates/kar/", {**words, "version": 1})
        self.assertEqual(stale.status_code, 409)
        self.assertEqual(self.call("post", "/message-templates/kar/end/").status_code, 200)
        self.assertEqual(self.call("get", "/message-templates/kar/").status_code, 404)

    def test_reads_and_publishes_plans(self):
        plans = self.call("get", "/runbooks/").json()["items"]
        self.assertEqual(plans, [])
        source = a_plan("manual").source.replace("version: 1", "version: 2")
        answer = self.call("post", "/runbooks/", {"source": source})
        self.assertEqual((answer.status_code, answer.json()["version"], answer.json()["blanks"]), (201, 2, []))
        wrong = self.call("post", "/runbooks/", {"source": "a: 1"})
        self.assertEqual(wrong.status_code, 422)
        self.assertEqual(self.call("get", "/runbooks/DR-90/").json()["source"], source)
