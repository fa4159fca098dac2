"""S1–S4 from impact and urgency: the whole table."""

from itertools import product

import pytest

from helpdesk.models import Ticket
from helpdesk.tickets import severity

pytestmark = pytest.mark.once("postgresql", "asks no database")

IMPACTS, URGENCIES, TIERS = list(Ticket.Impact), list(Ticket.Urgency), ["A", "B", "C", "X"]


@pytest.mark.parametrize(("impact", "tier"), list(product(IMPACTS, TIERS)))
def test_danger_is_always_critical(impact, tier):
    assert severity.proposed(impact, "danger", tier) == "S1"


@pytest.mark.parametrize(("impact", "tier"), list(product(IMPACTS, TIERS)))
def test_a_question_is_always_low(impact, tier):
    assert severity.proposed(impact, "question", tier) == "S4"


@pytest.mark.parametrize(("impact", "urgency"), list(product(IMPACTS, ["stopped", "hindered", "question"])))
def test_tier_c_is_never_above_s3_without_danger(impact, urgency):
    assert severity.proposed(impact, urgency, "C") in ("S3", "S4")


@pytest.mark.parametrize(
    ("impact", "urgency", "tier", "expected"),
    [
        ("all", "stopped", "A", "S2"),
        ("one", "stopped", "A", "S2"),
        ("unit", "stopped", "B", "S2"),
        ("few", "stopped", "B", "S3"),
        ("all", "hindered", "A", "S3"),
    ],
)
def test_work_that_stopped_is_major_where_it_hurts(impact, urgency, tier, expected):
    assert severity.proposed(impact, urgency, tier) == expected


def test_major_is_s1_and_s2():
    assert [s for s in Ticket.Severity if severity.is_major(s)] == ["S1", "S2"]
