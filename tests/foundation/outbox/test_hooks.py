"""Events to other people's programs: from the record to a signed POST, and the same by cursor."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.db import transaction

from foundation import now
from foundation.journal import journal
from foundation.outbox.hooks import feed, sending, signing, webhooks
from foundation.outbox.models import EventHook, FeedEvent, HookDelivery, OutboxMessage
from helpdesk import tickets
from tests.cast import assemble
from tests.foundation.wire.people import a_token
from tests.helpdesk.builders import a_ticket

pytestmark = pytest.mark.django_db
State = HookDelivery.State


class Listener(BaseHTTPRequestHandler):
    """Keeps what it was sent; answers with the status in the path ("/410")."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        said = "alındı\x00 ".encode() + b"x" * 5000
        self.send_response(int(self.path.strip("/") or 200))
        self.send_header("Content-Length", str(len(said)))
        self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        """Be quiet."""


@pytest.fixture
def listener(settings):
    settings.PROBE_ALLOW_PRIVATE = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.heard = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def stage():
    return assemble()


def a_hook(stage, listener, path="", *, of="odunpazari", by="zehra", **facts) -> tuple[EventHook, str]:
    url = f"http://127.0.0.1:{listener.server_address[1]}/{path}"
    place = getattr(stage, of) if of else None
    name = facts.pop("name", "ebys")
    return webhooks.make(place, name=name, url=url, by=getattr(stage, by), **facts)


def test_what_happened_is_told_once_signed_as_standard_webhooks_say(stage, listener):
    hook, secret = a_hook(stage, listener)
    ticket = a_ticket(municipality=stage.odunpazari, by=stage.selim, subject="Gizli konu")
    a_ticket(municipality=stage.merzifon, by=stage.hatice)
    tickets.note(ticket, by=stage.ayse, body="aramızda")
    feed.follow()
    assert feed.follow() == 0
    assert sending.deliver_due() == 1
    assert sending.deliver_due() == 0
    ((headers, body),) = listener.heard
    said = json.loads(body)
    assert (said["type"], said["data"]["ticket"]) == ("ticket.submitted", ticket.number)
    assert "Gizli" not in body.decode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    sent = hook.deliveries.get()
    assert (sent.state, sent.status, len(sent.said)) == (State.KEPT, 200, 500)
    assert secret not in hook.secret


def test_the_scheme_s_own_example():
    """The one of the specification's reference libraries."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signature = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_rolled_back_was_never_told(stage, listener):
    a_hook(stage, listener)
    with transaction.atomic():
        a_ticket(municipality=stage.odunpazari, by=stage.selim)
        transaction.set_rollback(True)
    feed.follow()
    assert not HookDelivery.objects.exists()


def test_who_hears_what(stage, listener):
    """A municipality its own and the public, never what colleagues note; the house everything."""
    own, _ = a_hook(stage, listener)
    other, _ = a_hook(stage, listener, of="merzifon", by="yonca")
    house, _ = a_hook(stage, listener, of=None, by="yonca")
    narrow, _ = a_hook(stage, listener, name="dar", kinds=["ticket.resolved"])
    ticket = a_ticket(municipality=stage.odunpazari, by=stage.selim)
    tickets.note(ticket, by=stage.ayse, body="aramızda")
    tickets.resolve(ticket, by=stage.ayse, note="oldu")
    feed.follow()
    kinds = {hook.pk: set(hook.deliveries.values_list("kind", flat=True)) for hook in (own, other, house, narrow)}
    assert kinds[own.pk] == {"ticket.submitted", "ticket.resolved"}
    assert kinds[other.pk] == set()
    assert kinds[house.pk] == {"ticket.submitted", "ticket.noted", "ticket.resolved"}
    assert kinds[narrow.pk] == {"ticket.resolved"}


@pytest.mark.parametrize(("answer", "state"), [("302", State.WAITING), ("400", State.WAITING), ("503", State.WAITING)])
def test_whatever_is_no_2xx_is_tried_again(stage, listener, answer, state):
    hook, _ = a_hook(stage, listener, answer)
    webhooks.test(hook, by=stage.zehra)
    sending.deliver_due()
    sent = hook.deliveries.get()
    assert (sent.state, sent.status, sent.last_error) == (state, int(answer), f"HTTP {answer}")
    assert timedelta(seconds=2) < sent.due_at - now() < timedelta(seconds=6)
    assert len(listener.heard) == 1
    hook.refresh_from_db()
    assert hook.failing_since and not hook.disabled_at


def test_after_three_days_of_failure_it_is_switched_off_its_owner_told_and_all_can_be_sent_again(stage, listener):
    hook, _ = a_hook(stage, listener, "503")
    lost = webhooks.test(hook, by=stage.zehra)
    with time_machine.travel(now(), tick=False) as clock:
        for _try in range(12):
            sending.deliver_due()
            clock.shift(timedelta(days=1))
    hook.refresh_from_db()
    assert hook.disabled_because == "HTTP 503"
    letters = OutboxMessage.objects.filter(address=stage.zehra.email, text__contains=f"/webhooks/{hook.pk}/")
    assert letters.count() == 1
    webhooks.test(hook, by=stage.zehra)
    assert sending.deliver_due() == 0
    EventHook.objects.filter(pk=hook.pk).update(url=hook.url.replace("503", "200"))
    webhooks.enable(hook, by=stage.zehra)
    lost.refresh_from_db()
    again = webhooks.replay(lost, by=stage.zehra)
    sending.deliver_due()
    again.refresh_from_db()
    assert (again.state, again.key) == (State.KEPT, lost.key)


def test_who_is_gone_is_switched_off_at_once(stage, listener):
    hook, _ = a_hook(stage, listener, "410")
    webhooks.test(hook, by=stage.zehra)
    sending.deliver_due()
    hook.refresh_from_db()
    assert hook.disabled_at
    assert hook.deliveries.get().state == State.BROKEN


def test_an_inner_address_is_refused_when_its_socket_opens(stage, listener, settings):
    hook, _ = a_hook(stage, listener)
    settings.PROBE_ALLOW_PRIVATE = False
    webhooks.test(hook, by=stage.zehra)
    sending.deliver_due()
    assert not listener.heard
    assert "we connect to" in hook.deliveries.get().last_error


def test_while_a_secret_is_changed_both_sign(stage, listener):
    hook, before = a_hook(stage, listener)
    after = webhooks.rotate(hook, by=stage.zehra)
    assert sending.secrets_of(hook) == [after, before]
    with time_machine.travel(now() + timedelta(hours=25)):
        assert sending.secrets_of(hook) == [after]


def test_the_feed_by_cursor_misses_nothing_and_shows_one_s_own(stage, client):
    _token, mine = a_token(stage.selim, "events:read")
    _token, all_of_it = a_token(stage.ayse, "events:read")
    start = client.get("/api/v1/events/", headers=mine).json()["last"]
    for municipality, by in ((stage.odunpazari, stage.selim), (stage.merzifon, stage.hatice)):
        a_ticket(municipality=municipality, by=by)
    feed.follow()
    seen, after = [], start
    while True:
        page = client.get(f"/api/v1/events/?after={after}&limit=1", headers=all_of_it).json()
        if not page["items"]:
            break
        seen += [(item["type"], item["data"]["municipality"]) for item in page["items"]]
        after = page["last"]
    assert seen == [("ticket.submitted", "26010"), ("ticket.submitted", "05004")]
    own = client.get(f"/api/v1/events/?after={start}", headers=mine).json()
    assert [item["data"]["municipality"] for item in own["items"]] == ["26010"]
    assert own["last"] == after


def test_a_cursor_that_cannot_be_kept_says_so(stage, client):
    _token, headers = a_token(stage.ayse, "events:read")
    a_ticket(municipality=stage.odunpazari, by=stage.selim)
    journal.record("page.opened", stage.ayse)
    journal.record("page.opened", stage.ayse)
    feed.follow()
    assert client.get("/api/v1/events/?after=999999", headers=headers).status_code == 410
    assert client.get(f"/api/v1/events/?after={2**63}", headers=headers).status_code == 422
    first = FeedEvent.objects.order_by("number").first().number
    assert feed.forget(now() + timedelta(days=1)) >= 1
    assert not FeedEvent.objects.exists()
    assert client.get("/api/v1/events/?after=0", headers=headers).status_code == 200
    if first > 1:
        assert client.get("/api/v1/events/?after=1", headers=headers).status_code == 410


def test_the_secret_is_shown_once_and_never_by_the_api(stage, client):
    client.force_login(stage.zehra)
    facts = {"name": "ebys", "municipality": "26010", "url": "https://ebys.example/nobet"}
    made = client.post("/webhooks/", facts)
    assert made.status_code == 201
    secret = made.content.decode().split('value="whsec_')[1].split('"')[0]
    hook = EventHook.objects.get()
    assert secret not in client.get(f"/webhooks/{hook.pk}/").content.decode()
    _token, headers = a_token(stage.zehra, "webhooks:write")
    assert secret not in client.get(f"/api/v1/webhooks/{hook.pk}/", headers=headers).content.decode()
    again = client.post("/webhooks/", facts)
    assert again.status_code == 422
    refused = client.post("/webhooks/", facts | {"name": "baska", "url": "http://ebys.example/"})
    assert "https://" in refused.content.decode()
    assert EventHook.objects.count() == 1
