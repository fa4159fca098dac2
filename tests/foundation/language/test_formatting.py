"""Moments and numbers as people say them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

from foundation.language import formatting

pytestmark = pytest.mark.once("sqlite", "asks no database")

NOW = datetime(2026, 11, 21, 11, 5, tzinfo=UTC)  # 14.05 in Istanbul


@pytest.mark.parametrize(
    ("distance", "turkish", "english"),
    [
        (timedelta(0), "az önce", "just now"),
        (timedelta(seconds=59), "az önce", "just now"),
        (timedelta(seconds=60), "1 dk önce", "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 dk önce", "59 min ago"),
        (timedelta(hours=1), "1 sa önce", "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 sa önce", "23 h ago"),
        (timedelta(days=1), "1 gün önce", "1 day ago"),
        (timedelta(days=30), "30 gün önce", "30 days ago"),
        (timedelta(days=31), "21.10.2026", "21 Oct 2026"),
        (-timedelta(minutes=12), "12 dk sonra", "in 12 min"),
        (-timedelta(days=2), "2 gün sonra", "in 2 days"),
    ],
)
def test_how_long_ago(distance, turkish, english):
    with translation.override("tr"):
        assert formatting.ago(NOW - distance, NOW) == turkish
    with translation.override("en"):
        assert formatting.ago(NOW - distance, NOW) == english


@pytest.mark.parametrize(
    ("value", "decimals", "turkish", "english"),
    [
        (0, 0, "0", "0"),
        (1407, 0, "1.407", "1,407"),
        (86092168, 0, "86.092.168", "86,092,168"),
        (1234.56, 2, "1.234,56", "1,234.56"),
        (1234.5, 2, "1.234,5", "1,234.5"),
        (12.0, 1, "12", "12"),
        (100, 1, "100", "100"),
        (0.125, 2, "0,13", "0.13"),
        (-1500, 0, "-1.500", "-1,500"),
    ],
)
def test_numbers(value, decimals, turkish, english):
    with translation.override("tr"):
        assert formatting.number(value, decimals) == turkish
    with translation.override("en"):
        assert formatting.number(value, decimals) == english


@pytest.mark.parametrize(("ratio", "turkish"), [(0.125, "%12,5"), (1, "%100"), (0.999, "%99,9"), (0, "%0")])
def test_percentages_stand_after_their_sign(ratio, turkish):
    with translation.override("tr"):
        assert formatting.percent(ratio) == turkish


def shown(template: str, **context) -> str:
    return Template(template).render(Context(context))


@time_machine.travel(NOW, tick=False)
def test_a_moment_is_shown_relative_first_and_exact_in_its_title():
    with translation.override("tr"):
        assert shown("{{ at|when }}", at=NOW - timedelta(minutes=12)) == (
            '<time datetime="2026-11-21T13:53:00+03:00" title="21.11.2026 13.53">12 dk önce</time>'
        )
        assert shown("{{ at|ago }} · {{ at|exact }}", at=NOW) == "az önce · 21.11.2026 14.05"


def test_what_is_not_known_is_left_empty_or_dashed():
    template = "[{{ none|when }}{{ none|ago }}{{ none|exact }}{{ absent|when }}] {{ none|number }} {{ absent|percent }}"
    assert shown(template, none=None) == "[] – –"


def test_numbers_in_templates():
    with translation.override("tr"):
        assert shown("{{ n|number }} {{ n|number:2 }} {{ r|percent }}", n=1407.25, r=0.5) == "1.407 1.407,25 %50"
