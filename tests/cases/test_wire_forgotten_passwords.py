"""Asking for a new password tells nobody who has an account, and keeps no owner out."""

import re

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.accounts import adapter
from foundation.outbox.models import OutboxMessage
from tests.cast import assemble

pytestmark = pytest.mark.django_db
UNKNOWN = "kimse@example.test"


@pytest.fixture
def cast():
    return assemble()


def ask(email: str, place: str = "203.0.113.9"):
    return Client().post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=place)


def work_of(email: str) -> list[str]:
    """Each statement without its values."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask(email).status_code == 302
    return [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in asked.captured_queries]


def test_the_database_does_the_same_for_an_unknown_address(cast):
    ask(cast.selim.email)
    known, unknown = work_of(cast.selim.email), work_of(UNKNOWN)
    assert known == unknown
    assert any("INSERT" in statement for statement in unknown)


def test_a_closed_account_is_an_unknown_one(cast):
    cast.selim.is_active = False
    cast.selim.save()
    assert work_of(cast.selim.email) == work_of(UNKNOWN)
    assert letters(cast.selim.email) == 0


@pytest.mark.parametrize("work", ["make_token", "render_to_string"])
def test_links_and_letters_are_made_as_often(cast, monkeypatch, work):
    done = []
    owner = PasswordResetTokenGenerator if work == "make_token" else adapter
    real = getattr(owner, work)
    monkeypatch.setattr(owner, work, lambda *given: done.append(work) or real(*given))
    counts = []
    for email in (cast.selim.email, UNKNOWN):
        done.clear()
        ask(email)
        counts.append(len(done))
    assert counts[0] == counts[1] > 0


def test_a_link_for_nobody_is_never_sent(cast):
    ask(UNKNOWN)
    (kept,) = OutboxMessage.objects.all()
    assert kept.state == OutboxMessage.State.SUPPRESSED
    assert UNKNOWN not in (kept.address, kept.subject)


def test_a_stranger_who_asks_often_keeps_no_owner_from_asking(cast):
    for _ in range(8):
        ask(cast.selim.email)
    assert ask(cast.selim.email, place="198.51.100.7").status_code == 302
    assert letters(cast.selim.email) == 5, "those sent before still open the account"


def letters(email: str) -> int:
    return OutboxMessage.objects.filter(address=email, state=OutboxMessage.State.QUEUED).count()
