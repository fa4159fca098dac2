"""A rota file is bounded while it is read, and what it says that we do not know is said back."""

import json
import time

import pytest
from django.utils.translation import override

from foundation.outbox.gateways import mapping
from runbooks.rotas.imports import calendars, opsgenie
from runbooks.rotas.imports.drafts import Directory, RotaFileIsWrong
from tests.cast import assemble

SECONDS = 4.0  # of processor time; 2,000 rules without an end took 16
EVERY_DAY = "DTSTART:20261101T090000\r\nDTEND:20261101T170000\r\nRRULE:FREQ=DAILY"
LATER = "DTSTART;TZID={zone}:20290101T090000\r\nDTEND;TZID={zone}:20290101T170000"
TURN = {"type": "weekly", "length": 1, "startDate": "2026-12-01T09:00:00+03:00"}


def a_calendar(*events: str) -> str:
    inner = "".join(f"BEGIN:VEVENT\r\nSUMMARY:Ayşe Yılmaz\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inner}END:VCALENDAR\r\n"


def read(text: str):
    with override("en"):
        [draft] = calendars.read(text, key="gece", name="Gece")
    return draft


@pytest.fixture
def ayse(db):
    return assemble().ayse


def test_a_calendar_of_2000_rules_is_refused_at_once(ayse):
    began = time.process_time()
    with pytest.raises(RotaFileIsWrong, match="2000"):
        read(a_calendar(*[EVERY_DAY] * 2000))
    assert time.process_time() - began < SECONDS


def test_a_zone_that_nobody_knows_is_not_taken_for_ours(ayse):
    assert "Mars/Olympus" in read(a_calendar(LATER.format(zone="Mars/Olympus"))).problems[0]
    assert "zone" not in " ".join(read(a_calendar(LATER.format(zone="Europe/Istanbul"))).problems)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:00010101T090000Z\r\nDTEND:99991231T170000Z",
        "DTSTART:99991231T235959Z\r\nDURATION:P99999999D",
        "DTSTART:20261201T090000\r\nDURATION:P999999999999999999W",
        "DTSTART:20269914T250000",
        "DTSTART:20261201T090000\r\nDTSTART:20261202T090000",
        "DTSTART:20261201T090000\x00\r\nSUMMARY:\x00",
        "DTSTART:20261201T090000\r\nDTEND:20261201T100000\r\nRRULE:FREQ=SECONDLY",
    ],
)
def test_an_event_that_cannot_be_read_is_named(ayse, event):
    [problem] = read(a_calendar(event)).problems
    assert "Ayşe Yılmaz" in problem and "vText" not in problem


def test_an_export_with_thousands_of_rotations_and_names_is_answered_in_a_sentence(ayse):
    people = [{"type": "user", "username": f"x{number}"} for number in range(10_000)]
    mine = {"name": "r", "participants": [{"type": "user", "username": ayse.email}], **TURN}
    began = time.process_time()
    with override("en"):
        [one, two] = opsgenie.read(
            json.dumps(
                {
                    "schedules": [
                        {"name": "A", "rotations": [{"name": "r", "participants": people, **TURN}]},
                        {"name": "B", "rotations": [mine] * 5000},
                    ]
                }
            ),
            Directory(),
        )
    assert time.process_time() - began < SECONDS
    assert len(one.problems[0]) < 200
    assert "more than 20 rotations" in two.problems[0]


@pytest.mark.once("sqlite", "asks no database: reads a text")
def test_a_pattern_of_a_mapped_gateway_cannot_stand_still():
    began = time.process_time()
    assert mapping.read("a" * 100_000 + "!", "text", r"(?P<sid>(a+)+)$") is None
    assert mapping.read("id=42 ok", "text", r"id=(?P<sid>\d+)") == {"sid": "42"}
    assert mapping.read("id=42", "text", "(") is None
    assert time.process_time() - began < SECONDS
