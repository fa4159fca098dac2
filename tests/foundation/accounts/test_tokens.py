"""Tokens on pages: made with a scope and an end, shown once, rotated with an overlap, ended."""

from datetime import timedelta

import time_machine
from django.test import TestCase

from foundation import now
from foundation.wire.api import tokens
from foundation.wire.models import Token
from tests.cast import Cast
from tests.wall.walking import signed_in


class Rotating(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.old, self.old_secret = tokens.issue(
            self.ayse, name="EBYS", scopes=["tickets:read"], lasting=timedelta(days=90)
        )

    def test_the_old_secret_works_for_the_overlap_and_no_longer(self):
        fresh, secret = tokens.rotate(self.old, lasting=timedelta(days=30), overlap=timedelta(hours=2), by=self.yonca)
        assert (fresh.name, fresh.scopes, fresh.person) == ("EBYS", ["tickets:read"], self.ayse)
        assert tokens.recognise(self.old_secret) and tokens.recognise(secret)
        with time_machine.travel(now() + timedelta(hours=2, seconds=1), tick=False):
            assert tokens.recognise(self.old_secret) is None
            assert tokens.recognise(secret)

    def test_it_never_lengthens_the_old_one(self):
        before = self.old.expires_at
        tokens.rotate(self.old, lasting=timedelta(days=30), overlap=timedelta(days=300))
        self.old.refresh_from_db()
        assert self.old.expires_at == before

    def test_it_happens_once(self):
        tokens.rotate(self.old, lasting=timedelta(days=30), overlap=timedelta(hours=2))
        with self.assertRaises(tokens.TokenOver):
            tokens.rotate(self.old, lasting=timedelta(days=30), overlap=timedelta(hours=2))

    def test_an_ended_one_is_not_rotated(self):
        tokens.revoke(self.old)
        with self.assertRaises(tokens.TokenOver):
            tokens.rotate(self.old, lasting=timedelta(days=30), overlap=timedelta(hours=2))


class Pages(Cast, TestCase):
    def test_the_secret_is_shown_once_and_opens_what_was_ticked(self):
        client = signed_in(self.yonca)
        form = {"email": self.ayse.email, "name": "EBYS", "scopes": ["components:read"], "days": 30}
        answer = client.post("/register/tokens/new/", form)
        secret = answer.context["secret"]
        assert secret in answer.text and "no-store" in answer["Cache-Control"]
        listed = client.get("/register/tokens/")
        assert "EBYS" in listed.text and secret not in listed.text
        headers = {"Authorization": f"Bearer {secret}"}
        assert self.client.get("/api/v1/components/", headers=headers).status_code == 200
        assert self.client.get("/api/v1/tickets/", headers=headers).status_code == 403

    def test_a_scope_that_there_is_not_is_refused(self):
        form = {"email": self.ayse.email, "name": "EBYS", "scopes": ["everything:write"], "days": 30}
        assert "secret" not in signed_in(self.yonca).post("/register/tokens/new/", form).context
        assert not Token.objects.exists()

    def test_the_page_rotates_and_ends(self):
        token, secret = tokens.issue(self.ayse, name="EBYS", scopes=["components:read"], lasting=timedelta(days=9))
        client = signed_in(self.yonca)
        page = client.post(f"/register/tokens/{token.pk}/rotation/", {"days": 30, "overlap": 5})
        assert page.context["before"] == token
        client.post(f"/register/tokens/{token.pk}/revocation/")
        assert tokens.recognise(secret) is None
        assert tokens.recognise(page.context["secret"])

    def test_no_program_makes_a_token(self):
        _token, secret = tokens.issue(self.yonca, name="t", scopes=["tokens:write"], lasting=timedelta(days=9))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
        answer = self.client.post("/api/v1/tokens/", {}, content_type="application/json", headers=headers)
        assert answer.status_code == 405
