"""Once is once without signing in, too: each form of the public pages, sent twice."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from foundation import now
from foundation.outbox.models import OutboxMessage
from monitoring.models import Subscriber
from monitoring.subscribers import signup
from tests.cases.test_once import changed, everything
from tests.wall import Public, declared
from tests.wall.walking import signed_in

EMAIL = {"channel": "email", "address": "biri@example.test", "least_severity": "S4", "language": "tr"}
SMS = EMAIL | {"channel": "sms", "address": "0532 123 45 67"}
HOOK = EMAIL | {"channel": "hook", "address": "https://hook.example.test/nobet"}


def a_wish(**fields) -> Subscriber:
    words = {"channel": "email", "address": "soran@example.test", "components": (), "language": "tr"}
    return signup.ask(**(words | fields))


def told(stage) -> Subscriber:
    wish = a_wish()
    signup.confirm(wish)
    return wish


def asked_by_sms(stage) -> str:
    answer = Client().post(reverse("monitoring:subscribe"), SMS)
    sent = OutboxMessage.objects.filter(channel="sms").latest("pk")
    stage.code = re.search(r"\b(\d{6})\b", sent.words)[1]
    return answer["Location"]


# name: (address, form, who is signed in)
FORMS = {
    "subscribe by e-mail": (lambda s: reverse("monitoring:subscribe"), lambda s: EMAIL),
    "subscribe by SMS": (lambda s: reverse("monitoring:subscribe"), lambda s: SMS),
    "subscribe by webhook": (lambda s: reverse("monitoring:subscribe"), lambda s: HOOK),
    "subscribe to a municipality": (
        lambda s: reverse("monitoring:subscribe_municipality", args=["26010"]),
        lambda s: EMAIL,
    ),
    "the code of an SMS": (asked_by_sms, lambda s: {"code": s.code}),
    "yes, this is mine": (
        lambda s: reverse("monitoring:subscription_confirmation", args=[a_wish().token]),
        lambda s: {},
    ),
    "other wishes": (
        lambda s: reverse("monitoring:subscription", args=[told(s).token]),
        lambda s: {"least_severity": "S2", "language": "en"},
    ),
    "no more": (lambda s: reverse("monitoring:subscription_ending", args=[told(s).token]), lambda s: {}),
    "a code that ends it": (
        lambda s: (setattr(s, "leaving", told(s).leaving_code), reverse("monitoring:unsubscribe"))[1],
        lambda s: {"code": s.leaving},
    ),
    "this number is right": (
        lambda s: reverse("accounts:contact_answer", args=[s.answer_secret]),
        lambda s: {"answer": "yes"},
    ),
    "this is not me": (
        lambda s: reverse("accounts:contact_answer", args=[s.answer_secret]),
        lambda s: {"answer": "no"},
    ),
    "an invitation": (
        lambda s: reverse("accounts:acceptance", args=[s.invitation_secret]),
        lambda s: {"name": "Davetli", "password": "uzun bir cümle 42"},
    ),
}
# Public addresses that take a form and are not here, with the reason.
NOT_HERE = {
    "account_login": "each try is counted",
    "account_reset_password": "each asking is a letter, five an hour at most",
    "account_reset_password_from_key": "the key is used up by the first",
    "account_logout": "out is out",
    "account_set_password": "for people with an account of elsewhere",
    "account_inactive": "takes no form",
    "accounts:language": "changes a cookie",
    "mfa_authenticate": "each try is counted",
    "mfa_login_webauthn": "each try is counted",
    "mfa_reauthenticate": "each try is counted",
    "mfa_reauthenticate_webauthn": "each try is counted",
    "runbooks:page_answer": "a page is taken once, and whoever has it takes it again",
    "runbooks:wall_entry": "the browser gets a token of its own; nothing is kept here",
}
# Programs speak there, each in its own protocol with its own idea of a repeat.
MACHINES = (
    "api:",
    "helpdesk:exchange",
    "monitoring:alertmanager",
    "monitoring:heartbeat",
    "openid_",
    "outbox:",
    "runbooks:line",
)


@pytest.mark.parametrize("form", FORMS)
def test_every_public_form_sent_twice_has_one_effect(stage, form):
    address, words = FORMS[form]
    with transaction.atomic():
        path, client = address(stage), Client()
        before = everything()
        first = client.post(path, words(stage))
        between = everything()
        client.post(path, words(stage))
        assert changed(before, between), (form, first.status_code)
        assert not changed(between, everything()), form
        transaction.set_rollback(True)


def test_us_too_of_a_municipality_pressed_twice_is_one_report(stage):
    client, path = signed_in(stage.hatice), reverse("monitoring:us_too", args=[stage.spoken_of.pk])
    with transaction.atomic():
        client.post(path)
        between = everything()
        client.post(path)
        assert not changed(between, everything())
        transaction.set_rollback(True)


def test_a_wish_of_later_is_another_wish(stage):
    with transaction.atomic():
        first = a_wish()
        assert a_wish() == first and a_wish(least_severity="S1") != first
        with time_machine.travel(now() + timedelta(minutes=2)):
            assert signup.just_asked("email", "soran@example.test", None, [], "S4") is None
        transaction.set_rollback(True)


def test_every_public_address_that_takes_a_form_is_walked_or_says_why_not(stage):
    walked = {"monitoring:subscribe", "monitoring:subscribe_municipality", "monitoring:subscription_code"}
    walked |= {"monitoring:subscription", "monitoring:subscription_confirmation", "monitoring:subscription_ending"}
    walked |= {"monitoring:unsubscribe", "monitoring:us_too", "accounts:acceptance", "accounts:contact_answer"}
    open_to_all = [
        door for door in declared("doors") if isinstance(door, Public) and not door.name.startswith(MACHINES)
    ]
    takes = set()
    for door in open_to_all:
        with transaction.atomic():
            answer = Client().post(reverse(door.name, kwargs=dict(door.at(stage))), {})
            transaction.set_rollback(True)
        if answer.status_code not in (405, 501):  # a stream wants another server
            takes.add(door.name)
    assert takes - walked - set(NOT_HERE) == set()
    print(f"{len(open_to_all)} public addresses, {len(takes)} take a form, {len(FORMS) + 1} forms sent twice")
