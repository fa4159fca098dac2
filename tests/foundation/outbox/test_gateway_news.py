"""Receipts and letters of gateways that sign nothing: believed by the secret in the path and where they come from."""

import json
from collections import Counter

import pytest
from django.test import Client

from config import observability
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import InboundMessage, OutboxMessage, ProviderEvent
from foundation.outbox.reconciliation import receipts
from foundation.wire.redaction import Redactor
from foundation.wire.requests import path_without_secrets
from tests.foundation.outbox.test_batches import a_released_batch, everyone
from tests.standins import batch_gateways

pytestmark = [pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State
SECRET = "a-long-secret-that-nobody-guesses-0123456789"
NAMES = {"netgsm": "netgsm", "iletimerkezi": "iletimerkezi", "verimor": "verimor", "mapped": "operator"}


@pytest.fixture(params=NAMES)
def pushing(request, gateways, settings):
    """(stand-in, the name of ours, how it writes receipts) of each gateway that pushes."""
    name = NAMES[request.param]
    settings.SMS_GATEWAY = name
    settings.SMS_ACCOUNTS.setdefault(name, {})
    settings.SMS_ACCOUNTS[name] |= {"callback_secrets": (SECRET,)}
    return gateways[request.param], name, dialect(request.param)


def dialect(name: str) -> batch_gateways.Dialect:
    return next(kind for kind in batch_gateways.DIALECTS if kind.name == name)()


def taken(remote) -> list[batch_gateways.Taken]:
    return [batch_gateways.Taken(**row) for row in remote.ledger()["taken"]]


def push(name: str, body, *, secret: str = SECRET, door: str = "status", **more):
    return Client().post(f"/sms/{name}/{secret}/{door}", json.dumps(body), content_type="application/json", **more)


def test_a_list_in_any_order_and_twice_binds_each_to_its_message(pushing):
    remote, name, speaks = pushing
    batch = a_released_batch(120)
    dispatch.deliver("sms", seconds=5)
    messages = list(reversed(taken(remote)))
    for start in (0, 50, 100, 50, 0):
        assert push(name, speaks.report(messages[start : start + 50])).status_code == 200
    receipts.apply()
    assert set(batch.messages.values_list("state", flat=True)) == {State.DELIVERED}
    assert ProviderEvent.objects.count() == 120


def test_receipts_settle_a_batch_whose_answer_was_lost(pushing, settings):
    remote, name, speaks = pushing
    settings.OUTBOX_POST_TIMEOUT = 0.5
    remote.set(next=["drop_reply"], look_up="broken")
    batch = a_released_batch(80)
    dispatch.deliver("sms", seconds=1)
    assert set(batch.messages.values_list("state", flat=True)) == {State.IN_DOUBT}
    push(name, speaks.report(taken(remote)))
    receipts.apply()
    assert set(batch.messages.values_list("state", flat=True)) == {State.DELIVERED}
    assert remote.sent() == everyone(batch)


def test_one_receipt_is_as_good_as_a_list(pushing):
    remote, name, speaks = pushing
    batch = a_released_batch(1)
    dispatch.deliver("sms", seconds=2)
    told = speaks.report(taken(remote))
    assert push(name, told[0] if isinstance(told, list) else told).status_code == 200
    receipts.apply()
    assert batch.messages.get().state == State.DELIVERED


def test_whoever_does_not_show_the_secret_stays_out(pushing):
    _, name, _ = pushing
    for secret in ("a-wrong-secret-that-is-long-enough-012345", SECRET[:-1], SECRET.upper()):
        assert push(name, [], secret=secret).status_code == 403
    assert push("console", []).status_code == 403
    assert push("nobody", []).status_code == 403


def test_without_a_secret_of_ours_the_door_is_shut(gateways, settings):
    settings.SMS_ACCOUNTS["netgsm"] |= {"callback_secrets": ()}
    assert push("netgsm", []).status_code == 403


def test_where_addresses_are_given_others_stay_out(gateways, settings):
    settings.SMS_ACCOUNTS["verimor"] |= {"callback_secrets": (SECRET,), "callback_addresses": ("192.0.2.0/24",)}
    assert push("verimor", []).status_code == 403
    assert push("verimor", [], REMOTE_ADDR="192.0.2.7").status_code == 200


@pytest.mark.parametrize(
    "body", ["{", "[1, null, {}]", '{"a": {"b": 1}}', "<a><b/></a>", "<!DOCTYPE a><a/>", "x=1", ""]
)
def test_rubbish_is_no_error_of_ours(pushing, body):
    _, name, _ = pushing
    answer = Client().post(f"/sms/{name}/{SECRET}/status", body, content_type="text/plain")
    assert answer.status_code in (200, 400)
    assert not ProviderEvent.objects.exists()


def test_an_answer_is_kept_once_whichever_of_the_two_doors_it_comes_by(gateways, settings):
    settings.SMS_ACCOUNTS["verimor"] |= {"callback_secrets": (SECRET,)}
    told = [{"type": "inbound", "message_id": 1234, "source_addr": "905319876543", "content": "ayaktayım"}]
    assert push("verimor", told, door="inbound").status_code == 200
    assert push("verimor", told).status_code == 200
    letter = InboundMessage.objects.get()
    assert (letter.address, letter.text) == ("+905319876543", "ayaktayım")


def test_no_telephone_number_is_kept_with_a_receipt(gateways, settings):
    settings.SMS_GATEWAY = "netgsm"
    settings.SMS_ACCOUNTS["netgsm"] |= {"callback_secrets": (SECRET,)}
    a_released_batch(3)
    dispatch.deliver("sms", seconds=2)
    push("netgsm", dialect("netgsm").report(taken(gateways["netgsm"])))
    kept = str(list(ProviderEvent.objects.values())) + str(list(OutboxMessage.objects.values_list("sid", flat=True)))
    assert not any(number[-7:] in kept for number in Counter(OutboxMessage.objects.values_list("address", flat=True)))


def test_the_secret_is_written_down_nowhere(settings, monkeypatch):
    settings.SMS_ACCOUNTS = {"netgsm": {"password": "pass-of-netgsm", "callback_secrets": (SECRET,)}}
    path = f"/sms/netgsm/{SECRET}/status"
    assert path_without_secrets(path) == "/sms/netgsm/[secret]/status"
    assert path_without_secrets("/sms/operator/status") == "/sms/operator/status"
    assert path_without_secrets(f"/calls/exchange/{SECRET}/") == "/calls/exchange/[secret]/"
    redactor = Redactor(observability.secrets_of_the_house())
    assert redactor.text(f"Internal Server Error: {path}") == "Internal Server Error: /sms/netgsm/[secret]/status"
    assert Redactor().text("POST /sms/verimor/last-months-secret/inbound?x=1").count("last-months") == 0
    assert "pass-of-netgsm" not in redactor.text("login nobet pass-of-netgsm")


def test_secrets_of_a_mapping_are_known_to_the_redaction(settings, tmp_path, monkeypatch):
    path = tmp_path / "operator.yaml"
    path.write_text('{url: "https://x.example/?key=${OPERATOR_KEY}", headers: {A: "${OPERATOR_TOKEN}"}}')
    monkeypatch.setenv("OPERATOR_KEY", "key-in-an-address")
    monkeypatch.setenv("OPERATOR_TOKEN", "token-in-a-header")
    settings.SMS_OPERATOR = str(path)
    text = Redactor(observability.secrets_of_the_house()).text("key-in-an-address token-in-a-header")
    assert text == "[secret] [secret]"
