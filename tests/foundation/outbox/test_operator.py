"""A domestic operator, described by a mapping, over a real socket."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from foundation import now
from foundation.outbox.gateways import registry
from foundation.outbox.gateways.batches import dig
from foundation.outbox.gateways.operator import Operator
from foundation.outbox.gateways.postings import Accepted, Busy, LookUpFailed, Refused, Silent
from tests.foundation.outbox.test_sdk_traps import Endpoint, a_posting

pytestmark = pytest.mark.once("postgresql", "asks no database")


def a_mapping(url: str, **more) -> dict:
    return {
        "url": url,
        "sender": "BELEDIYE",
        "number": "national",
        "headers": {"Authorization": "Bearer ${OPERATOR_TOKEN}"},
        "fields": {"gsm": "{to}", "msg": "{text}", "header": "{sender}", "ref": "{reference}", "iys": 0},
        "sid": "result.0.id",
        "code": "status",
        "codes": {"OK": "accepted", "30": "20003", "BAD": "21211", "WAIT": "busy"},
    } | more


async def posted(endpoint: Endpoint, **mapping):
    gateway = Operator(a_mapping(endpoint.url, **mapping))
    await gateway.open()
    try:
        return (await gateway.post([a_posting(text="{to} {sender} Şu an durdu.")]))[0]
    finally:
        await gateway.close()


async def test_fields_are_filled_once_and_the_answer_is_read_as_mapped():
    async with Endpoint(status=200, body={"status": "OK", "result": [{"id": 41}]}) as endpoint:
        assert await posted(endpoint, body="form") == Accepted("41")
    form = endpoint.requests[0][1]
    assert form["gsm"] == "5320000001"
    assert form["msg"] == "{to} {sender} Şu an durdu."
    assert (form["header"], form["ref"]) == ("BELEDIYE", "7.1~x")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"status": "30"}, Refused("20003", "HTTP 200 30")),
        (200, {"status": "BAD"}, Refused("21211", "HTTP 200 BAD")),
        (200, {"status": "WAIT"}, Busy("WAIT")),
        (200, {"status": "OK"}, Silent("HTTP 200 without an id")),
        (401, {}, Refused("20003", "HTTP 401 ")),
        (500, {}, Silent("HTTP 500")),
        (200, "<html>", Silent("HTTP 200 without an id")),
    ],
)
async def test_refusals_are_told_from_doubts(status, body, outcome):
    async with Endpoint(status=status, body=body) as endpoint:
        assert await posted(endpoint) == outcome
    assert len(endpoint.requests) == 1


async def test_429_waits():
    async with Endpoint(status=429, headers={"Retry-After": "3"}) as endpoint:
        assert await posted(endpoint) == Busy("throttled", timedelta(seconds=3))


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [(200, {"result": [{"id": 41}], "state": "DELIVRD"}, [("41", "delivered")]), (404, {}, []), (200, {}, [])],
)
async def test_a_look_up_by_our_reference(status, body, found):
    async with Endpoint(status=status, body=body) as endpoint:
        mapping = a_mapping(
            endpoint.url,
            look_up={"url": endpoint.url + "/report/{reference}", "status": "state"},
            statuses={"DELIVRD": "delivered"},
        )
        gateway = Operator(mapping)
        await gateway.open()
        remotes = await gateway.look_up(a_posting(), now())
        await gateway.close()
    assert [(remote.sid, remote.status) for remote in remotes] == found
    assert endpoint.requests[0][0] == "/report/7.1~x"


async def test_without_a_look_up_nobody_pretends():
    gateway = Operator(a_mapping("http://127.0.0.1:9/"))
    with pytest.raises(LookUpFailed):
        await gateway.look_up(a_posting(), now())


def test_a_mapping_that_lacks_something_says_what():
    with pytest.raises(ImproperlyConfigured, match="fields, sid"):
        Operator({"url": "http://127.0.0.1:9/"})


def test_a_gateway_nobody_has_is_refused(settings):
    settings.SMS_GATEWAY = "twilio, pigeon"
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        registry.chain("sms")


def test_digging():
    assert dig({"a": [{"b": 1}]}, "a.0.b") == 1
    assert dig({"a": [{"b": 1}]}, "a.1.b") is None
    assert dig(None, "a") is None
