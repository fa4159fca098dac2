"""Each insecure or contradictory value stops the start, and the sentence names it."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings as house
from django.core.exceptions import ImproperlyConfigured

from config.checks import complaints, refuse_unsafe_start

pytestmark = pytest.mark.once("sqlite", "asks no database")

GOOD = {
    "PUBLIC_BASE_URL": "https://nobet.example.org",
    "ALLOWED_HOSTS": ["nobet.example.org"],
    "SECRET_KEY": "k" * 50,
    "METRICS_TOKEN": "m" * 16,
    "ALERTMANAGER_TOKEN": "a" * 16,
    "DEBUG": False,
    "DEMO": False,
    "PROBE_ALLOW_PRIVATE": False,
    "TWILIO_API_BASE": "",
    "SMS_GATEWAY": "none",
    "SMS_OPERATOR": "",
    "DATABASE_OWNER_URL": "",
    "REQUIRE_SECOND_FACTOR": True,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "REDIS_URL": "redis://cache:6379/0",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "SMS_ACCOUNTS": {
        "verimor": {
            "user": "908500000000",
            "password": "p",
            "base": "",
            "batch_size": 0,
            "requests_a_minute": 0.0,
            "rate": 0.0,
            "price": None,
            "low_credit": 0,
            "callback_secrets": ("s" * 40,),
            "callback_addresses": ("192.0.2.0/24",),
        }
    },
    "TWILIO_ACCOUNT_SID": "AC",
    "TWILIO_AUTH_TOKENS": ["secret"],
    "TWILIO_FROM": "+15005550006",
    "TWILIO_MESSAGING_SERVICE_SID": "",
    "SENTRY_TRACES_SAMPLE_RATE": 0.1,
    "WEB_PUSH_KEY": "",
    "TRUSTED_PROXIES": ["127.0.0.1/32", "unix"],
}


def an_account(**changes) -> dict:
    """The account at Verimor, with something wrong."""
    return {"verimor": GOOD["SMS_ACCOUNTS"]["verimor"] | changes}


BAD = [
    ({"WEB_PUSH_KEY": "no key"}, "WEB_PUSH_KEY"),
    ({"SECRET_KEY": "embedded-mode-only-not-a-secret"}, "SECRET_KEY"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ({"METRICS_TOKEN": ""}, "METRICS_TOKEN"),
    ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN"),
    ({"ALERTMANAGER_TOKEN": ""}, "ALERTMANAGER_TOKEN"),
    ({"ALERTMANAGER_TOKEN": "short"}, "ALERTMANAGER_TOKEN"),
    ({"DEBUG": True}, "DEBUG"),
    ({"DEMO": True}, "NOBET_DEMO"),
    ({"PROBE_ALLOW_PRIVATE": True}, "PROBE_ALLOW_PRIVATE"),
    ({"TWILIO_API_BASE": "http://127.0.0.1:1"}, "TWILIO_API_BASE"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "EMAIL_URL"),
    ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "DATABASE_URL"),
    ({"PUBLIC_BASE_URL": "http://nobet.example.org"}, "PUBLIC_BASE_URL"),
    ({"PUBLIC_BASE_URL": "https://nobet.example.org/path"}, "PUBLIC_BASE_URL"),
    ({"PUBLIC_BASE_URL": "nobet.example.org"}, "PUBLIC_BASE_URL"),
    ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS"),
    ({"ALLOWED_HOSTS": ["other.example.org"]}, "ALLOWED_HOSTS"),
    ({"REQUIRE_SECOND_FACTOR": False}, "REQUIRE_SECOND_FACTOR"),
    ({"SMS_GATEWAY": "pigeon"}, "SMS_GATEWAY"),
    ({"SMS_GATEWAY": "twilio,pigeon"}, "SMS_GATEWAY"),
    ({"SMS_GATEWAY": ""}, "SMS_GATEWAY"),
    ({"SMS_GATEWAY": "verimor", "SMS_ACCOUNTS": an_account(user="")}, "VERIMOR_USER"),
    ({"SMS_GATEWAY": "console,verimor", "SMS_ACCOUNTS": an_account(password="")}, "VERIMOR_PASSWORD"),
    ({"SMS_ACCOUNTS": an_account(base="http://127.0.0.1:1")}, "VERIMOR_API_BASE"),
    ({"SMS_ACCOUNTS": an_account(callback_secrets=("short",))}, "VERIMOR_CALLBACK_SECRET"),
    ({"SMS_ACCOUNTS": an_account(callback_secrets=("with/slash" * 5,))}, "VERIMOR_CALLBACK_SECRET"),
    ({"SMS_ACCOUNTS": an_account(callback_addresses=("somewhere",))}, "VERIMOR_CALLBACK_ADDRESSES"),
    ({"SMS_ACCOUNTS": an_account(requests_a_minute=-1.0)}, "VERIMOR_REQUESTS_A_MINUTE"),
    ({"SMS_ACCOUNTS": an_account(price=-1)}, "VERIMOR_PRICE"),
    ({"SMS_GATEWAY": "console"}, "no telephone"),
    ({"SMS_GATEWAY": "twilio, console"}, "no telephone"),
    ({"SMS_GATEWAY": "none,twilio"}, "one or the other"),
    ({"SMS_GATEWAY": "operator"}, "SMS_OPERATOR"),
    ({"SMS_GATEWAY": "operator,twilio", "SMS_OPERATOR": "/nowhere/operator.yaml"}, "SMS_OPERATOR"),
    ({"SMS_GATEWAY": "console,twilio", "TWILIO_FROM": ""}, "TWILIO_FROM"),
    ({"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
    ({"SMS_GATEWAY": "twilio", "TWILIO_AUTH_TOKENS": []}, "TWILIO_AUTH_TOKEN"),
    ({"SMS_GATEWAY": "twilio", "TWILIO_FROM": ""}, "TWILIO_FROM"),
    ({"DATABASE_OWNER_URL": "postgres://owner@db/nobet"}, "DATABASE_OWNER_URL"),
    ({"REDIS_URL": "http://cache"}, "REDIS_URL"),
    ({"SENTRY_TRACES_SAMPLE_RATE": 2.0}, "SENTRY_TRACES_SAMPLE_RATE"),
    ({"TRUSTED_PROXIES": []}, "TRUSTED_PROXIES"),
    ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, "TRUSTED_PROXIES"),
    ({"TRUSTED_PROXIES": ["proxy"]}, "TRUSTED_PROXIES"),
]


@pytest.fixture
def production():
    return SimpleNamespace(**GOOD)


def test_good_values_start(production):
    assert list(complaints(production)) == []


@pytest.mark.parametrize("values, named", BAD, ids=lambda value: str(value)[:40])
def test_each_bad_value_stops_the_start_and_is_named(production, values, named):
    for name, value in values.items():
        setattr(production, name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        refuse_unsafe_start(production)


def test_a_subdomain_wildcard_covers_its_hosts(production):
    production.ALLOWED_HOSTS = [".example.org"]
    assert list(complaints(production)) == []


@pytest.mark.parametrize("chain", ["operator", "operator,twilio", "twilio, operator", "twilio"])
def test_every_chain_of_gateways_that_has_what_it_needs_starts(production, chain):
    production.SMS_GATEWAY = chain
    production.SMS_OPERATOR = str(house.BASE_DIR / "deploy" / "operator.example.yaml")
    assert list(complaints(production)) == []


def test_this_machine_alone_needs_nothing():
    assert list(complaints(house)) == []


@pytest.mark.processes
def test_a_real_process_does_not_start():
    surroundings = {"PATH": os.environ["PATH"], "PUBLIC_BASE_URL": "http://nobet.example.org"}
    started = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], env=surroundings, capture_output=True, text=True, timeout=60
    )
    assert started.returncode != 0
    assert "SECRET_KEY must be a secret of its own" in started.stderr
    assert "PUBLIC_BASE_URL is not https" in started.stderr
    assert "METRICS_TOKEN is not set" in started.stderr
    assert "ALERTMANAGER_TOKEN is not set" in started.stderr
