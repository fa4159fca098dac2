"""Callbacks: signed, in any order, any number of times, forged."""

import itertools
import urllib.parse
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from twilio.request_validator import RequestValidator

from foundation import now
from foundation.outbox import events, outbox
from foundation.outbox.delivery import tokens
from foundation.outbox.models import Attempt, InboundMessage, OutboxMessage, ProviderEvent, Suppression
from foundation.outbox.outbox import Addressee
from foundation.outbox.reconciliation import receipts

pytestmark = pytest.mark.django_db
State = OutboxMessage.State
STATUS = "/sms/twilio/status"
INBOUND = "/sms/twilio/inbound"


@pytest.fixture(autouse=True)
def two_tokens(settings):
    settings.TWILIO_AUTH_TOKENS = ["new-token", "old-token"]
    settings.PUBLIC_BASE_URL = "https://nobet.example"


def a_message(**fields) -> OutboxMessage:
    batch = outbox.open_batch("b", lane="life_safety")
    outbox.add(batch, "sms", [Addressee("+905320000001", "Tahsilat durdu.")])
    outbox.release(batch)
    given = {"state": State.SUBMITTED, "sid": "SM1", "gateway": "twilio", "rank": 2, "attempt": 1} | fields
    OutboxMessage.objects.update(**given)
    message = OutboxMessage.objects.get()
    Attempt.objects.create(message=message, number=1, gateway="twilio")
    return message


def call(path: str, form: dict, *, token="new-token", base="https://nobet.example", signature=None, **headers):
    """POST as Twilio does: form-encoded, signed over the public address."""
    signed = RequestValidator(token).compute_signature(base + path, form) if signature is None else signature
    return Client().post(
        path,
        urllib.parse.urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed} | headers,
    )


def report(message: OutboxMessage, status: str, code: str = "", sid: str = "SM1") -> None:
    form = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": code, "To": message.address, "New": "şğı"}
    path = f"{STATUS}?ref={urllib.parse.quote(tokens.make(message.pk, message.attempt))}"
    assert call(path, form).status_code == 204


def test_a_receipt_is_kept_then_applied():
    message = a_message()
    report(message, "delivered")
    assert ProviderEvent.objects.get().applied_at is None
    receipts.apply()
    message.refresh_from_db()
    assert (message.state, message.rank) == (State.DELIVERED, 6)


@pytest.mark.parametrize("order", list(itertools.permutations(["sending", "sent", "delivered"])))
def test_any_order_and_any_repetition_end_alike(order):
    message = a_message()
    for status in [*order, *order]:
        report(message, status)
        receipts.apply()
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert ProviderEvent.objects.count() == 3


def test_delivered_wins_over_an_earlier_or_later_failure():
    message = a_message()
    report(message, "undelivered", "30005")
    receipts.apply()
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, "30005 unknown handset")
    report(message, "delivered")
    report(message, "failed", "30005")
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.DELIVERED


@pytest.mark.parametrize("state", [State.POSTING, State.IN_DOUBT, State.UNCERTAIN, State.QUEUED, State.UNCONFIRMED])
def test_a_receipt_settles_a_doubt_and_binds_the_gateways_name(state):
    message = a_message(state=state, sid="", rank=0)
    report(message, "sent")
    receipts.apply()
    message.refresh_from_db()
    assert (message.state, message.sid) == (State.SUBMITTED, "SM1")


def test_an_unreachable_handset_is_tried_again_later_and_then_given_up():
    message = a_message()
    for attempt in (1, 2, 3):
        OutboxMessage.objects.update(state=State.SUBMITTED, sid=f"SM{attempt}", rank=2, attempt=attempt)
        message.refresh_from_db()
        report(message, "undelivered", "30003", sid=f"SM{attempt}")
        receipts.apply()
        message.refresh_from_db()
        assert message.state == (State.QUEUED if attempt < 3 else State.FAILED)


def test_a_late_word_of_an_attempt_that_failed_does_not_hold_up_the_next():
    message = a_message()
    report(message, "undelivered", "30003")
    receipts.apply()
    report(message, "sent")
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.QUEUED
    assert message.due_at > now() + timedelta(minutes=2)


def test_a_provider_that_does_not_know_leaves_the_message_uncertain():
    message = a_message()
    report(message, "undelivered", "30410")
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.UNCERTAIN


def test_a_status_that_does_not_exist_yet_changes_nothing():
    message = a_message()
    report(message, "teleported")
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.SUBMITTED
    assert ProviderEvent.objects.get().applied_at


def test_a_receipt_without_our_reference_is_matched_by_its_sid_even_before_the_answer():
    message = a_message(sid="", rank=0, state=State.POSTING)
    assert call(STATUS, {"MessageSid": "SM9", "MessageStatus": "delivered"}).status_code == 204
    receipts.apply()
    assert ProviderEvent.objects.get().applied_at is None
    OutboxMessage.objects.update(sid="SM9", state=State.SUBMITTED, rank=2)
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_a_stranger_is_set_aside_after_two_minutes():
    call(STATUS, {"MessageSid": "SM9", "MessageStatus": "delivered"})
    with time_machine.travel(now() + timedelta(minutes=3)):
        receipts.apply()
    assert ProviderEvent.objects.get().applied_at


def test_a_made_up_reference_moves_nobody():
    message = a_message()
    path = f"{STATUS}?ref={message.pk}.1~forged"
    assert call(path, {"MessageSid": "SM7", "MessageStatus": "delivered"}).status_code == 204
    receipts.apply()
    message.refresh_from_db()
    assert message.state == State.SUBMITTED


FORM = {"MessageSid": "SM1", "MessageStatus": "delivered"}


@pytest.mark.parametrize(
    "forged",
    [
        {"token": "somebody-else"},
        {"token": ""},
        {"signature": ""},
        {"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        {"base": "http://nobet.example"},
        {"base": "https://evil.example"},
    ],
)
@pytest.mark.parametrize("path", [STATUS, INBOUND])
def test_an_unsigned_or_wrongly_signed_call_is_refused(path, forged):
    assert call(path, FORM, **forged).status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_call_without_the_header_is_refused_and_not_an_error():
    assert Client().post(STATUS, FORM).status_code == 403


def test_one_changed_parameter_voids_the_signature():
    signature = RequestValidator("new-token").compute_signature("https://nobet.example" + STATUS, FORM)
    assert call(STATUS, FORM | {"MessageStatus": "failed"}, signature=signature).status_code == 403
    assert call(STATUS + "?x=1", FORM, signature=signature).status_code == 403


def test_the_host_header_changes_nothing():
    assert call(STATUS, FORM, host="testserver").status_code == 204


def test_both_tokens_count_during_rotation():
    assert call(STATUS, FORM, token="old-token").status_code == 204


def test_without_a_token_nobody_gets_in(settings):
    settings.TWILIO_AUTH_TOKENS = []
    assert call(STATUS, FORM).status_code == 403


def test_the_documented_signature_is_reproduced():
    given = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234"}
    given |= {"From": "+14158675309", "To": "+18005551212"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert RequestValidator("12345").compute_signature(url, given) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize("word", ["RET", "ret.", " Dur ", "DUR", "İPTAL", "iptal", "STOP"])
def test_a_word_to_stop_is_obeyed_and_seen_in_the_register(word):
    form = {"MessageSid": "SM5", "From": "+905320000001", "Body": word}
    answer = call(INBOUND, form)
    assert answer.status_code == 200
    assert b"<Response></Response>" in answer.content
    assert Suppression.objects.get().reason == "opted_out"
    batch = outbox.open_batch("later", lane="life_safety")
    outbox.add(batch, "sms", [Addressee("+905320000001", "Tahsilat durdu.")])
    assert batch.messages.get().state == State.SUPPRESSED


def test_the_same_message_twice_is_heard_once_and_a_sentence_is_no_keyword():
    heard = []

    def listen(inbound, **_):
        heard.append(inbound.text)

    events.message_received.connect(listen)
    form = {"MessageSid": "SM5", "From": "+905320000001", "Body": "Ne zaman duracak?"}
    call(INBOUND, form)
    call(INBOUND, form)
    events.message_received.disconnect(listen)
    assert heard == ["Ne zaman duracak?"]
    assert InboundMessage.objects.count() == 1
    assert not Suppression.objects.exists()


def test_who_starts_again_is_written_to_again_but_a_wrong_number_stays_wrong():
    Suppression.objects.create(channel="sms", address="+905320000001", reason="opted_out")
    Suppression.objects.create(channel="sms", address="+905320000002", reason="invalid")
    for number in "12":
        call(INBOUND, {"MessageSid": f"SM{number}", "From": f"+90532000000{number}", "Body": "BAŞLA"})
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["invalid"]
