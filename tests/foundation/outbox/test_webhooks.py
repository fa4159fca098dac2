"""Signed POSTs to other people's programs, over real sockets on this machine."""

import json

import pytest
from django.core import mail

from foundation.outbox import outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.gateways import webhook
from foundation.outbox.lanes import Lane
from foundation.outbox.models import OutboxMessage, Suppression
from foundation.outbox.outbox import Addressee

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


def a_delivery(receiver, path: str = "") -> OutboxMessage:
    address = f"http://127.0.0.1:{receiver.server_address[1]}/{path}"
    batch = outbox.open_batch(f"hook:{path}", lane=Lane.OPERATIONAL)
    outbox.add(batch, "hook", [Addressee(address=address, text=json.dumps({"kesinti": "ğ"}))])
    outbox.release(batch)
    dispatch.deliver_hooks()
    return batch.messages.get()


def test_the_receiver_can_check_who_wrote(receiver):
    message = a_delivery(receiver)
    assert message.state == State.DELIVERED
    ((headers, body),) = receiver.heard
    at, signed = (part.partition("=")[2] for part in headers["Nobet-Signature"].split(","))
    assert signed == webhook.signature(webhook.key_of(message.address), at, body)
    assert signed != webhook.signature(webhook.key_of("https://another.example/"), at, body)
    assert headers["Nobet-Delivery"] == str(message.pk)


@pytest.mark.parametrize(
    ("answer", "state"),
    [("204", State.DELIVERED), ("302", State.FAILED), ("400", State.FAILED), ("429", State.QUEUED), ("503", "queued")],
)
def test_each_answer_has_its_meaning_and_redirects_are_not_followed(receiver, answer, state):
    assert a_delivery(receiver, answer).state == state
    assert len(receiver.heard) == 1


def test_who_is_gone_is_not_written_to_again(receiver):
    message = a_delivery(receiver, "410")
    assert Suppression.objects.filter(channel="hook", address=message.address).exists()


def test_an_address_inside_our_own_network_is_never_reached(receiver, settings):
    settings.PROBE_ALLOW_PRIVATE = False
    message = a_delivery(receiver)
    assert (message.state, receiver.heard) == (State.FAILED, [])
    assert "forbidden" in message.reason


def test_a_letter_by_subscription_names_the_one_click_that_ends_it():
    batch = outbox.open_batch("letter", lane=Lane.OPERATIONAL)
    leave = "https://nobet.example/status/subscriptions/k/ending/"
    outbox.add(batch, "email", [Addressee("a@b.example", "metin", subject="konu", unsubscribe=leave)])
    outbox.release(batch)
    dispatch.deliver_email()
    (letter,) = mail.outbox
    assert letter.extra_headers["List-Unsubscribe"] == f"<{leave}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
