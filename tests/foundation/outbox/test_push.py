"""Web push over a real socket to a stand-in service: encrypted for the browser, signed with our key."""

import base64
import json
import re

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from py_vapid import Vapid02

from foundation.outbox import push
from foundation.outbox.delivery import dispatch
from foundation.outbox.gateways import push as gateway
from foundation.outbox.housekeeping import forget_secrets
from foundation.outbox.models import OutboxMessage, PushSubscription, Suppression
from tests.cast import a_person

pytestmark = pytest.mark.django_db
State = OutboxMessage.State
NOTICE = {"title": "Size verildi", "body": "DST-2026-000001 · S3", "url": "http://127.0.0.1/", "tag": "x"}


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """What a browser keeps to itself: its key, and the secret it shares with whoever may write."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"

    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": gateway.encoded(point), "auth": gateway.encoded(self.auth)}

    def read(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


@pytest.fixture
def key(settings):
    settings.WEB_PUSH_KEY = gateway.new_key()
    return settings.WEB_PUSH_KEY


def pushed(receiver, browser, answer="201") -> tuple[OutboxMessage, PushSubscription]:
    endpoint = f"http://127.0.0.1:{receiver.server_address[1]}/{answer}"
    subscription = push.subscribe(a_person(name="Ayşe Yılmaz"), endpoint=endpoint, **browser.keys())
    assert push.send("notice:1", subscription.person, NOTICE) == 1
    assert push.send("notice:1", subscription.person, NOTICE) == 1  # the same matter again: the same one message
    dispatch.deliver_pushes()
    return OutboxMessage.objects.get(), subscription


def test_the_browser_reads_what_only_it_can_read_and_the_service_can_check_who_sent_it(receiver, key):
    browser = Browser()
    message, _subscription = pushed(receiver, browser)
    ((headers, body),) = receiver.heard
    assert message.state == State.UNCONFIRMED
    assert browser.read(body) == NOTICE
    token, public = re.fullmatch(r"vapid t=([\w.-]+),\s?k=([\w-]+)", headers["Authorization"]).groups()
    assert public == gateway.public_key()
    claims = json.loads(raw(token.split(".")[1]))
    assert claims["aud"] == f"http://127.0.0.1:{receiver.server_address[1]}"
    assert Vapid02.verify(f"vapid t={token},k={public}")
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "high")


def test_keys_and_words_lie_sealed_and_are_erased_once_it_has_left(receiver, key):
    message, subscription = pushed(receiver, Browser())
    assert "verildi" not in message.text
    assert "127.0.0.1" not in subscription.sealed
    forget_secrets()
    message.refresh_from_db()
    assert message.text == ""


@pytest.mark.parametrize(
    ("answer", "state"), [("410", "failed"), ("404", "failed"), ("400", "failed"), ("503", "queued")]
)
def test_a_browser_that_left_is_forgotten_and_a_tired_service_is_asked_again(receiver, key, answer, state):
    message, subscription = pushed(receiver, Browser(), answer)
    assert message.state == state, message.reason
    is_gone = answer in ("410", "404")
    assert Suppression.objects.filter(channel="push", address=subscription.address).exists() is is_gone
    assert (push.standing(subscription.person) == []) is is_gone


def test_keys_that_are_none_are_an_end_and_no_crash(receiver, key):
    endpoint = f"http://127.0.0.1:{receiver.server_address[1]}/201"
    subscription = push.subscribe(a_person(), endpoint=endpoint, p256dh="A" * 30, auth="A" * 22)
    push.send("notice:1", subscription.person, NOTICE)
    dispatch.deliver_pushes()
    assert OutboxMessage.objects.get().state == State.FAILED


def test_without_a_key_nothing_is_offered_and_nothing_sent(settings):
    settings.WEB_PUSH_KEY = ""
    assert (gateway.public_key(), push.send("notice:1", a_person(), NOTICE)) == ("", 0)
    with pytest.raises(push.NoPushHere):
        push.subscribe(a_person(), endpoint="https://push.example/1", p256dh="A" * 30, auth="A" * 22)


def test_a_browser_that_somebody_else_used_is_theirs_no_longer(key):
    said = {"endpoint": "https://push.example/1", "p256dh": "A" * 30, "auth": "A" * 22}
    push.subscribe(a_person(), **said)
    mine = push.subscribe(a_person(name="Burak Demir"), **said)
    assert PushSubscription.objects.get().person == mine.person
    with pytest.raises(push.NotAPushService):
        push.subscribe(mine.person, **(said | {"endpoint": "http://push.example/1"}))


def test_the_command_makes_a_key_that_works(settings, capsys):
    call_command("push_key")
    name, _sign, value = capsys.readouterr().out.strip().partition("=")
    settings.WEB_PUSH_KEY = value
    assert (name, gateway.is_a_key(value), len(raw(gateway.public_key()))) == ("WEB_PUSH_KEY", True, 65)
    assert not gateway.is_a_key("kisa")
