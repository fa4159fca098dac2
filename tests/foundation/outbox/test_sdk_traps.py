"""The traps of the Twilio SDK (9.13), each closed: reference, "SDK: stand-in, async, pitfalls"."""

import asyncio
import time
from datetime import timedelta

import pytest
from aiohttp import web
from django.core.exceptions import ImproperlyConfigured
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from foundation.outbox.gateways.postings import Accepted, Busy, LookUpFailed, Posting, Refused, Silent
from foundation.outbox.gateways.twilio import Twilio

pytestmark = pytest.mark.once("postgresql", "asks no database")

ACCEPTED = {"sid": "SM1", "status": "queued", "body": "b", "to": "+905320000001", "num_segments": "1"}


def a_posting(**fields) -> Posting:
    given = {"message_id": 7, "attempt": 1, "batch_id": 1, "address": "+905320000001", "text": "b"}
    return Posting(**given | {"subject": "", "sender": "", "reference": "7.1~x", "valid_for": None} | fields)


class Endpoint:
    """An address that answers what it is told, and remembers every request."""

    def __init__(self, *, status=201, body=None, headers=None, wait=0.0):
        self.answer = {"status": status, "body": body if body is not None else ACCEPTED, "headers": headers or {}}
        self.wait = wait
        self.requests: list[tuple[str, dict]] = []

    async def __aenter__(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()

    async def handle(self, request):
        self.requests.append((request.path, dict(await request.post())))
        await asyncio.sleep(self.wait)
        return web.json_response(self.answer["body"], status=self.answer["status"], headers=self.answer["headers"])


@pytest.fixture
def configured(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKENS = ["token"]
    settings.TWILIO_FROM = "NOBET"
    settings.TWILIO_MESSAGING_SERVICE_SID = ""
    settings.PUBLIC_BASE_URL = "https://nobet.example"
    settings.OUTBOX_POST_TIMEOUT = 0.3
    return settings


async def posted(endpoint: Endpoint, settings, **fields):
    settings.TWILIO_API_BASE = endpoint.url
    gateway = Twilio()
    await gateway.open()
    try:
        return (await gateway.post([a_posting(**fields)]))[0]
    finally:
        await gateway.close()


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_5xx_is_posted_once_and_left_in_doubt(configured, status):
    async with Endpoint(status=status) as endpoint:
        outcome = await posted(endpoint, configured)
    assert isinstance(outcome, Silent)
    assert len(endpoint.requests) == 1


async def test_the_sdks_own_client_would_have_posted_three_times():
    async with Endpoint(status=503) as endpoint:
        http = AsyncTwilioHttpClient(max_retries=3)
        client = Client("AC" + "0" * 32, "token", http_client=http)
        client.api.base_url = endpoint.url
        with pytest.raises(Exception, match="503"):
            await client.messages.create_async(to="+905320000001", from_="NOBET", body="b")
        await http.close()
    assert len(endpoint.requests) == 3


async def test_the_time_out_is_kept(configured):
    async with Endpoint(wait=20) as endpoint:
        started = time.monotonic()
        outcome = await posted(endpoint, configured)
        took = time.monotonic() - started
    assert isinstance(outcome, Silent)
    assert took < 15
    assert len(endpoint.requests) == 1


async def test_retry_after_is_heard(configured):
    async with Endpoint(status=429, body={"code": 20429, "message": "slow"}, headers={"Retry-After": "7"}) as endpoint:
        outcome = await posted(endpoint, configured)
    assert outcome == Busy("429", timedelta(seconds=7))


async def test_nobody_there_is_proof_that_nothing_was_accepted(configured):
    async with Endpoint() as endpoint:
        pass
    assert isinstance(await posted(endpoint, configured), Busy)


@pytest.mark.parametrize(("name", "value"), [("TWILIO_EDGE", "dublin"), ("TWILIO_REGION", "ie1")])
async def test_an_edge_or_region_that_would_rewrite_the_host_is_refused(configured, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match="rewrite the host"):
        await Twilio().open()


async def test_the_request_says_what_it_should_and_nothing_that_repeats(configured):
    async with Endpoint() as endpoint:
        outcome = await posted(endpoint, configured, text="Şu an durdu.", valid_for=600)
    assert outcome == Accepted("SM1", "queued")
    path, form = endpoint.requests[0]
    assert path.endswith("/Messages.json")
    assert form == {
        "To": "+905320000001",
        "From": "NOBET",
        "Body": "Şu an durdu.",
        "StatusCallback": "https://nobet.example/sms/twilio/status?ref=7.1~x",
        "ValidityPeriod": "600",
    }


@pytest.mark.parametrize(("valid_for", "sent"), [(1, "6"), (90_000, "36000")])
async def test_the_validity_stays_inside_twilios_bounds(configured, valid_for, sent):
    async with Endpoint() as endpoint:
        await posted(endpoint, configured, valid_for=valid_for)
    assert endpoint.requests[0][1]["ValidityPeriod"] == sent


async def test_a_messaging_service_replaces_the_sender_unless_the_batch_names_one(configured):
    configured.TWILIO_MESSAGING_SERVICE_SID = "MG" + "1" * 32
    async with Endpoint() as endpoint:
        await posted(endpoint, configured)
        await posted(endpoint, configured, sender="KRIZ")
    assert endpoint.requests[0][1]["MessagingServiceSid"] == "MG" + "1" * 32
    assert endpoint.requests[1][1]["From"] == "KRIZ"


async def test_an_answer_that_cannot_be_read_is_a_doubt(configured):
    async with Endpoint(body="not what was promised") as endpoint:
        assert isinstance(await posted(endpoint, configured), Silent)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21211, Refused("21211", "not a valid number")),
        (401, 20003, Refused("20003", "authentication failed")),
        (403, 20403, Refused("20003", "code 20403")),
        (400, 21611, Busy("21611", timedelta(minutes=2))),
    ],
)
async def test_a_clean_4xx_is_proof_that_nothing_was_accepted(configured, status, code, outcome):
    async with Endpoint(status=status, body={"code": code, "message": "m", "status": status}) as endpoint:
        assert await posted(endpoint, configured) == outcome


async def test_a_look_up_that_fails_says_so_and_never_that_nothing_was_found(configured):
    async with Endpoint(status=503, body={}) as endpoint:
        configured.TWILIO_API_BASE = endpoint.url
        gateway = Twilio()
        await gateway.open()
        with pytest.raises(LookUpFailed):
            await gateway.look_up(a_posting(), posted_at=None)
        await gateway.close()
