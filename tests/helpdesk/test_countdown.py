"""How a deadline reads at every distance."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from helpdesk.service_levels.countdown import Countdown, spell

pytestmark = pytest.mark.once("postgresql", "asks no database")

AT = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)


def countdown(*, gone, whole):
    return Countdown(started=AT - timedelta(minutes=gone), due=AT + timedelta(minutes=whole - gone), at=AT)


@pytest.mark.parametrize(
    ("gone", "mark", "ring"),
    [(0, "", 0), (74, "", 74), (75, "is-warn", 75), (100, "is-warn", 100), (101, "is-late", 100)],
)
def test_the_mark_changes_at_three_quarters_and_after_the_end(gone, mark, ring):
    seen = countdown(gone=gone, whole=100)
    assert (seen.mark, seen.ring) == (mark, ring)


def test_a_promise_met_exactly_at_its_deadline_is_not_late():
    assert not countdown(gone=100, whole=100).is_late


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 dk"), (42, "42 dk"), (60, "1 sa"), (130, "2 sa 10 dk"), (33 * 60, "1 gün 9 sa"), (80 * 60, "3 gün")],
)
def test_spans_are_said_in_two_units(minutes, words):
    with translation.override("tr"):
        assert spell(timedelta(minutes=minutes)) == words


def test_the_words_say_left_or_overdue():
    with translation.override("tr"):
        assert countdown(gone=58, whole=100).words == "42 dk kaldı"
        assert countdown(gone=118, whole=100).words == "18 dk gecikti"
