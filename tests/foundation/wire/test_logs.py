"""Our log lines: one a request, JSON in production, without anything personal."""

import io
import json
import logging

import pytest
import structlog
from django.test import Client

from config.observability import configure_logging
from tests.foundation.wire.people import a_clerk, a_municipality, a_token
from tests.foundation.wire.test_sentry import EVERYTHING_AT_ONCE, SEEDS, spoken

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(settings):
    """The log as production writes it, line by line."""
    configure_logging({"level": "INFO", "json": True})
    [handler] = [handler for handler in logging.getLogger().handlers if handler.name == "stderr"]
    written = handler.setStream(io.StringIO()) and handler.stream
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    configure_logging(settings.LOGGING)


def test_each_request_has_one_line_with_what_the_law_asks(lines):
    answer = Client().get("/accounts/login/?next=/secret/", REMOTE_ADDR="203.0.113.7")
    [line] = lines()
    assert line["event"] == "request"
    assert (line["ip"], line["method"], line["path"], line["status"]) == ("203.0.113.7", "GET", "/accounts/login/", 200)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["timestamp"].endswith("Z")
    assert "secret" not in json.dumps(line)


def test_liveness_is_not_worth_a_line(lines):
    Client().get("/healthz")
    assert lines() == []


def test_a_person_is_a_number(lines):
    person = a_clerk(municipality=a_municipality())
    client = Client()
    client.force_login(person)
    client.get("/")
    client.get("/accounts/email/")
    _, headers = a_token(person, "municipalities:read")
    Client().get("/api/v1/municipalities/", headers=headers)
    assert [line["person_id"] for line in lines()][-2:] == [person.pk, person.pk]
    assert headers["Authorization"].split()[1] not in json.dumps(lines())
    assert person.name not in json.dumps(lines(), ensure_ascii=False)


def test_keys_in_links_are_shortened(lines):
    Client().get("/accounts/password/reset/key/1-c7abcdefghijklmnopqrstuvwxyz0123456789/")
    assert "uvwxyz" not in json.dumps(lines())


def test_nothing_seeded_reaches_the_log(lines):
    foreign, own = logging.getLogger("some.library"), structlog.get_logger("ours")
    foreign.warning("somebody wrote %s to %s", EVERYTHING_AT_ONCE, ["Ayşe Yılmaz"])
    foreign.warning("mapping %(body)s", {"body": EVERYTHING_AT_ONCE})
    own.info("sent", address="+905329876543", to="tahsin.usta@belediye.example")
    for log in (foreign, own):
        try:
            raise ValueError(EVERYTHING_AT_ONCE)
        except ValueError as inner:
            try:
                raise KeyError(EVERYTHING_AT_ONCE) from inner
            except KeyError:
                log.exception("it broke")
    text = json.dumps(lines(), ensure_ascii=False)
    assert len(lines()) == 5
    assert [seed for seed in SEEDS if spoken(seed, text)] == []


def test_an_exception_is_its_types_and_places(lines):
    try:
        raise ValueError("Ayşe Yılmaz")
    except ValueError:
        logging.getLogger("some.library").exception("it broke in step %d of %s", 3, "monitoring.checks")
    [line] = lines()
    assert line["event"] == "it broke in step 3 of monitoring.checks"
    assert line["exception"][0]["type"] == "ValueError"
    assert "test_an_exception_is_its_types_and_places" in line["exception"][0]["frames"][-1]


def test_a_line_break_cannot_forge_a_line(lines):
    logging.getLogger("x").warning('harmless\n{"event": "request", "status": 200}')
    assert len(lines()) == 1


def test_our_own_words_stand_there_whole_and_others_do_not(lines):
    logging.getLogger("foundation.outbox.delivery.routes").error(
        "route %s opened: %s", "twilio", "20003 no such account"
    )
    logging.getLogger("foundation.outbox").info("asked %s", "+905329876543 of somebody")
    logging.getLogger("config.serving.background").info("%s failed: %s", "stand-in city", ValueError("Ayşe Yılmaz"))
    logging.getLogger("some.library").info("asked %s", "Ayşe Yılmaz")
    said = [line["event"] for line in lines()]
    assert said[0] == "route twilio opened: 20003 no such account"
    assert "5329876543" not in said[1] and "of somebody" in said[1]
    assert said[2:] == ["stand-in city failed: <ValueError>", "asked <str>"]


def test_a_file_holds_no_colours(settings):
    configure_logging({"level": "INFO", "json": False})
    [handler] = [handler for handler in logging.getLogger().handlers if handler.name == "stderr"]
    written = io.StringIO()
    handler.setStream(written)
    logging.getLogger("config.x").warning("started %s", "stand-in city")
    configure_logging(settings.LOGGING)
    assert "started stand-in city" in written.getvalue()
    assert "\x1b" not in written.getvalue()
