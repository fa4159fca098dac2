"""What clients say about themselves is forgotten; what our own proxy says is believed."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from foundation.outbox.models import OutboxMessage
from foundation.wire import limits
from foundation.wire.guards import ClientHeaders, FrontDoor, StorableText, client_address, is_our_proxy
from tests.foundation.wire.people import a_clerk

FORGED = {
    "HTTP_DAPHNE_ROOT_PATH": "/x",
    "HTTP_REMOTE_USER": "yonca@example.test",
    "HTTP_X_REMOTE_USER": "yonca@example.test",
    "HTTP_X_FORWARDED_USER": "yonca@example.test",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_FOR": "10.9.8.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_ORIGINAL_URL": "/desk/",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
}


def seen_by_the_view(**meta):
    seen = {}
    ClientHeaders(lambda request: seen.update(request.META) or HttpResponse())(RequestFactory().get("/", **meta))
    return seen


def test_a_strangers_claims_are_forgotten(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert FORGED.keys() & seen_by_the_view(REMOTE_ADDR="203.0.113.9", **FORGED).keys() == set()


def test_our_proxy_is_believed_about_address_and_scheme_alone(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    seen = seen_by_the_view(REMOTE_ADDR="10.0.0.1", **FORGED)
    assert FORGED.keys() & seen.keys() == {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"}


@pytest.mark.parametrize(
    "peer, listed, ours",
    [
        ("127.0.0.1", ["127.0.0.0/8"], True),
        ("128.0.0.1", ["127.0.0.0/8"], False),
        ("::1", ["::1/128"], True),
        ("", ["unix"], True),
        ("", ["127.0.0.0/8"], False),
        ("nonsense", ["0.0.0.0/0"], False),
        ("127.0.0.1", [], False),
    ],
)
def test_who_our_proxy_is(settings, peer, listed, ours):
    settings.TRUSTED_PROXIES = listed
    assert is_our_proxy(peer) is ours


@pytest.mark.parametrize(
    "claimed, address",
    [("", "10.0.0.1"), ("198.51.100.7", "198.51.100.7"), ("1.2.3.4, 198.51.100.7", "198.51.100.7"), ("x", "10.0.0.1")],
)
def test_the_address_is_what_our_proxy_saw_last(claimed, address):
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=claimed)) == address


async def test_the_front_door_clears_the_scope(settings):
    settings.TRUSTED_PROXIES = []
    seen = {}

    async def application(scope, receive, send):
        seen.update(scope)

    names = [b"daphne-root-path", b"X-Remote-User", b"x_forwarded_for", b"x-forwarded-proto", b"cookie"]
    headers = [(name, b"v") for name in names]
    scope = {"type": "http", "root_path": "/x", "client": ["203.0.113.9", 1], "headers": headers}
    await FrontDoor(application)(scope, None, None)
    assert seen["root_path"] == ""
    assert seen["headers"] == [(b"cookie", b"v")]


@pytest.mark.parametrize("path", ["/?q=%00", "/?q=a%00b", "/%00"])
def test_nul_goes_no_further(path):
    assert StorableText(lambda request: HttpResponse())(RequestFactory().get(path)).status_code == 400


def test_nul_in_a_form_goes_no_further():
    form = RequestFactory().post("/", b"a=%00", content_type="application/x-www-form-urlencoded")
    fine = RequestFactory().post("/", b"a=b", content_type="application/x-www-form-urlencoded")
    guard = StorableText(lambda request: HttpResponse())
    assert (guard(form).status_code, guard(fine).status_code) == (400, 200)


@pytest.mark.django_db
def test_forged_addresses_buy_no_more_letters():
    """Every answer is the same; what leaves is five letters an hour."""
    person = a_clerk()
    answers = [
        Client().post("/accounts/password/reset/", {"email": person.email}, headers={"X-Forwarded-For": f"10.1.1.{n}"})
        for n in range(12)
    ]
    assert {answer.status_code for answer in answers} == {302}
    assert OutboxMessage.objects.filter(address=person.email, state=OutboxMessage.State.QUEUED).count() <= 5


def test_a_limit_refuses_what_goes_beyond_and_says_when_to_come_back():
    for _ in range(3):
        limits.spend("reset", "198.51.100.7", limit=3, per=3600)
    with pytest.raises(limits.TooMany) as refused:
        limits.spend("reset", "198.51.100.7", limit=3, per=3600)
    assert 0 < refused.value.retry_after <= 3601
    limits.spend("reset", "198.51.100.8", limit=3, per=3600)
