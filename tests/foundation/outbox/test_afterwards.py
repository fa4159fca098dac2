"""After a message has left: lost receipts, copies of one text, the canary, an operator's callbacks."""

import json
from datetime import timedelta

import pytest
import time_machine
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from foundation import now
from foundation.outbox import canary, metrics, outbox
from foundation.outbox.delivery import dispatch, routes, tokens
from foundation.outbox.gateways import registry
from foundation.outbox.gateways.postings import Posting, Refused
from foundation.outbox.models import Batch, InboundMessage, OutboxMessage
from foundation.outbox.outbox import Addressee
from foundation.outbox.reconciliation import receipts, status_polling

pytestmark = [pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State
NUMBER = "+905320000001"
SECRET = {"HTTP_X_OPERATOR_SECRET": "gizli"}


def sent(text="Tahsilat durdu.", key="b"):
    batch = outbox.open_batch(key, lane="life_safety", urgent=True)
    outbox.add(batch, "sms", [Addressee(NUMBER, text)])
    outbox.release(batch)
    dispatch.deliver_sms()
    return batch


def test_a_receipt_that_was_lost_is_asked_for(standin):
    batch = sent()
    assert batch.messages.get().state == State.SUBMITTED
    with time_machine.travel(now() + timedelta(minutes=1)):
        assert status_polling.ask_about_silent() == 0
    with time_machine.travel(now() + timedelta(minutes=3)):
        wait_for_delivery(standin)
        assert status_polling.ask_about_silent() == 1
        assert status_polling.ask_about_silent() == 0
        receipts.apply()
    assert batch.messages.get().state == State.DELIVERED


def wait_for_delivery(standin):
    for _ in range(600):
        if standin.ledger()["accepted"][0]["status"] == "delivered":
            return
    raise AssertionError("the stand-in never delivered")


def test_a_gateway_that_cannot_say_is_asked_again_later(standin, settings):
    batch = sent()
    settings.TWILIO_API_BASE = "http://127.0.0.1:9"
    with time_machine.travel(now() + timedelta(minutes=3)):
        assert status_polling.ask_about_silent() == 0
    assert batch.messages.get().state == State.SUBMITTED


def test_the_same_text_to_the_same_number_waits_two_minutes(standin):
    sent(key="first")
    other, again = sent("Başka bir metin.", key="other"), sent(key="again")
    assert other.messages.get().state == State.SUBMITTED
    assert again.messages.get().state == State.QUEUED
    assert again.messages.get().due_at - now() > timedelta(minutes=1)
    with time_machine.travel(now() + timedelta(minutes=3)):
        dispatch.deliver_sms()
    assert again.messages.get().state == State.SUBMITTED


def test_the_canary_flies_once_a_slot_and_its_time_is_a_metric(settings):
    settings.SMS_GATEWAY, settings.SMS_CANARY_NUMBERS, settings.SMS_CANARY_EVERY = "console", [NUMBER], 3600
    with time_machine.travel(now().replace(minute=0, second=5)):
        assert [canary.fly(), canary.fly()] == [True, False]
        dispatch.deliver_sms()
        assert Batch.objects.filter(key__startswith=canary.KEY).count() == 1
        seconds, _arrived = canary.latencies()["console"]
        registry = CollectorRegistry()
        registry.register(metrics.collector)
        assert b'nobet_sms_canary_seconds{gateway="console"}' in generate_latest(registry)
    assert 0 <= seconds < 60


def test_without_handsets_no_canary_flies(settings):
    settings.SMS_CANARY_NUMBERS = []
    assert canary.fly() is False


@pytest.fixture
def operator(settings, tmp_path, monkeypatch):
    mapping = {
        "url": "http://127.0.0.1:9/",
        "fields": {"to": "{to}", "report": "{callback}"},
        "sid": "id",
        "statuses": {"OK": "delivered", "NO": "undelivered"},
        "codes": {"7": "30005"},
        "two_way": True,
        "turkish_single_shift": True,
        "caller": {"header": "X-Operator-Secret", "secret": "${OPERATOR_SECRET}"},
        "callback": {"sid": "m.id", "status": "m.state", "code": "m.error"},
        "inbound": {"from": "msisdn", "sid": "id", "text": "body"},
    }
    path = tmp_path / "operator.yaml"
    path.write_text(yaml.safe_dump(mapping), encoding="utf-8")
    monkeypatch.setenv("OPERATOR_SECRET", "gizli")
    settings.SMS_GATEWAY, settings.SMS_OPERATOR = "operator", str(path)


def submitted() -> OutboxMessage:
    batch = outbox.open_batch("b", lane="life_safety", urgent=True)
    outbox.add(batch, "sms", [Addressee(NUMBER, "Tahsilat durdu, çağrı açın.")])
    batch.messages.update(state=State.SUBMITTED, attempt=1, gateway="operator", sid="41", rank=1)
    return batch.messages.get()


def report(client, body, token="", **headers):
    address = f"/sms/operator/status?ref={token}"
    return client.post(address, json.dumps(body), content_type="application/json", **headers).status_code


def test_a_domestic_operators_receipt_moves_its_message(client, operator):
    message = submitted()
    told = {"m": {"id": 41, "state": "NO", "error": 7}}
    assert report(client, told, tokens.make(message.pk, 1), **SECRET) == 204
    receipts.apply()
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, "30005 unknown handset")
    assert report(client, {"m": {"id": 41, "state": "OK"}}, **SECRET) == 204
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_without_the_agreed_secret_nobody_reports(client, operator, monkeypatch):
    told = {"m": {"id": 41, "state": "OK"}}
    assert report(client, told) == 403
    assert report(client, told, HTTP_X_OPERATOR_SECRET="başka") == 403
    monkeypatch.setenv("OPERATOR_SECRET", "")
    assert report(client, told, HTTP_X_OPERATOR_SECRET="") == 403


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '"x"', "[1]", '{"m": {"id": "a\\u0000b", "state": "OK"}}'])
def test_garbage_is_no_error_of_ours(client, operator, body):
    answer = client.post("/sms/operator/status", body, content_type="application/json", **SECRET)
    assert answer.status_code in (204, 400)


def test_an_answer_on_a_two_way_route_is_kept_once(client, operator):
    told = {"id": "9", "msisdn": "05320000001", "body": "TEYIT 4711"}
    for _ in range(2):
        answer = client.post("/sms/operator/inbound", told, **SECRET)
        assert answer.status_code == 204
    assert InboundMessage.objects.get().address == NUMBER
    assert client.post("/sms/operator/inbound", told).status_code == 403


def test_verified_turkish_letters_cost_one_segment_and_are_counted_so(operator):
    assert routes.speak_turkish()
    batch = outbox.open_batch("tr", lane="life_safety")
    outbox.add(batch, "sms", [Addressee(NUMBER, "ş" * 71)])
    assert batch.messages.get().segments == 1


def test_every_gateway_says_where_numbers_go(operator, settings):
    settings.SMS_GATEWAY = "operator,twilio"
    here, abroad = routes.gateways_for("BELEDIYE")
    assert (here.name, here.leaves_the_country, here.two_way, here.is_open) == ("operator", False, True, True)
    assert (abroad.name, abroad.leaves_the_country) == ("twilio", True)
    assert not routes.speak_turkish()
    routes.route_for(routes.registry.make("operator"), "BELEDIYE")
    routes.trip("operator", "BELEDIYE", "20003 authentication failed")
    assert [gateway.is_open for gateway in routes.gateways_for("BELEDIYE")] == [False, True]


def test_a_house_without_sms_refuses_each_message_and_says_why(settings):
    settings.SMS_GATEWAY = "none"
    gateway = registry.make(registry.chain("sms")[0])
    posting = Posting(1, 1, 1, "+905990000001", "su kesik", "", "BELEDIYE", "r")
    assert gateway.put([posting]) == [Refused("no-sms", "this house has no SMS")]
    assert gateway.find(posting, now()) == []
