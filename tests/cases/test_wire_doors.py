"""No door that writes or limits is open by a default, whatever the settings are."""

import json
import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as house
from django.test import Client, override_settings
from django.urls import get_resolver

from config.checks import complaints
from foundation.wire.production import is_production
from monitoring.models import Alert, Outage
from tests.config.test_checks import GOOD

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once("sqlite", "doors that refuse before any query"),
]
HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"
NAMES = {
    "this machine": {"PUBLIC_BASE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ["127.0.0.1", "testserver"]},
    "the world": {"PUBLIC_BASE_URL": "https://nobet.example.org", "ALLOWED_HOSTS": ["nobet.example.org", "testserver"]},
    "a name in ALLOWED_HOSTS alone": {
        "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": ["nobet.example.org", "testserver"],
    },
}
POSTGRESQL = {"default": {"ENGINE": "django.db.backends.postgresql"}}
ALERT = json.dumps({"alerts": [{"labels": {"component": "TAHSILAT"}, "status": "firing", "fingerprint": "f" * 16}]})
# (method, address, the setting whose token opens it); the last four are signed by their gateway alone.
DOORS = (
    ("get", "/metrics", "METRICS_TOKEN"),
    ("get", "/monitoring/http_sd/", "METRICS_TOKEN"),
    ("get", "/probe", "METRICS_TOKEN"),
    ("post", "/monitoring/alertmanager/", "ALERTMANAGER_TOKEN"),
    ("post", "/sms/twilio/status", ""),
    ("post", "/sms/twilio/inbound", ""),
    ("post", "/sms/operator/status", ""),
    ("post", "/sms/operator/inbound", ""),
    ("post", "/acknowledgement/call/twilio", ""),
    ("post", "/acknowledgement/call/twilio/code", ""),
)
REFUSED = (401, 403)


def combinations():
    """Every mixture of what decides over doors: names, Redis, tokens, demonstration."""
    for names, redis, metrics, alerts, demo in product(
        NAMES, ["", "redis://cache:6379/0"], ["", "m" * 24], ["", "a" * 24], [False, True]
    ):
        values = NAMES[names] | {
            "REDIS_URL": redis,
            "EMBEDDED": not redis,
            "METRICS_TOKEN": metrics,
            "ALERTMANAGER_TOKEN": alerts,
            "DEMO": demo,
            "TWILIO_AUTH_TOKENS": [],
            "SMS_GATEWAY": "none",
            "SMS_OPERATOR": "",
        }
        yield pytest.param(values, id=f"{names}-{bool(redis):d}{bool(metrics):d}{bool(alerts):d}{demo:d}")


def ask(method: str, address: str, *, place: str, token: str = ""):
    client = Client(REMOTE_ADDR=place)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if method == "get":
        return client.get(address, headers=headers)
    return client.post(address, ALERT, content_type="application/json", headers=headers)


@pytest.mark.parametrize("values", list(combinations()))
def test_a_stranger_without_a_token_opens_nothing(values):
    with override_settings(**values):
        for method, address, _ in DOORS:
            assert ask(method, address, place=ELSEWHERE).status_code in REFUSED, address
    assert not Alert.objects.exists()
    assert not Outage.objects.exists()


@pytest.mark.parametrize("values", list(combinations()))
def test_in_production_even_this_machine_needs_the_token(values):
    with override_settings(**values):
        is_open = not is_production(house)
        for method, address, name in DOORS:
            if name and not values[name]:
                assert (ask(method, address, place=HERE).status_code not in REFUSED) == is_open, address


@pytest.mark.parametrize("values", list(combinations()))
def test_the_right_token_opens_from_everywhere(values):
    with override_settings(**values):
        for method, address, name in DOORS:
            if name and values[name]:
                assert ask(method, address, place=ELSEWHERE, token=values[name]).status_code not in REFUSED, address


@pytest.mark.parametrize("values", list(combinations()))
def test_what_starts_in_production_has_every_token(values):
    started = SimpleNamespace(**(GOOD | {"DATABASES": POSTGRESQL} | values))
    if is_production(started) and not list(complaints(started)):
        assert started.METRICS_TOKEN
        assert started.ALERTMANAGER_TOKEN


def test_something_starts_and_something_does_not():
    """Else the walk above would prove nothing."""
    starts = [
        not list(complaints(SimpleNamespace(**(GOOD | {"DATABASES": POSTGRESQL} | each.values[0]))))
        for each in combinations()
    ]
    assert 10 < sum(starts) < len(starts) - 10


def test_every_door_without_a_form_token_is_listed_with_what_opens_it():
    quoted = set(re.findall(r"`[^`]+`", (Path(house.BASE_DIR) / "docs" / "security.md").read_text()))
    missing = [each for each in doors_without_form_token() if not {f"`{each}`", f"`{each}/`"} & quoted]
    assert missing == []


def doors_without_form_token() -> list[str]:
    return sorted(address for address in routes(get_resolver()) if not address.startswith("/api/"))


def routes(resolver, prefix="/"):
    for pattern in resolver.url_patterns:
        address = prefix + readable(str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, address)
        elif getattr(pattern.callback, "csrf_exempt", False):
            yield address


def readable(pattern: str) -> str:
    """`<str:token>` and `(?P<code>…)` as the reader of a document knows them."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", named).strip("^$").replace("/?", "")
