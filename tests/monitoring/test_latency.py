"""Response times of the last hour: a median for each minute, from open blocks and sealed hours."""

from datetime import datetime, timedelta

import pytest

from foundation.directory.models import Component
from monitoring.checks.samples import Block, Sample, pack_hour
from monitoring.checks.verdicts import Result
from monitoring.history import latency, partitions
from monitoring.models import Check, Node, RawHour, SampleBlock
from tests.cast import assemble

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-11-22T10:20:30+03:00")


@pytest.fixture(autouse=True)
def nothing_known():
    latency._finished.clear()
    yield
    latency._finished.clear()


@pytest.fixture
def checks():
    """One check of a municipality, one of a central component."""
    cast = assemble()
    merzifon = Node.objects.create(code="05004", name="Merzifon", municipality=cast.merzifon)
    payment = Node.objects.create(
        code="tahsilat", name="Tahsilat", component=Component.objects.get(pk=cast.tahsilat.pk)
    )
    return [Check.objects.create(node=node, kind=Check.Kind.HTTP) for node in (merzifon, payment)]


def a_block(at, *answers):
    """Answers of one moment: (check, milliseconds), or None for a failure."""
    block = Block(at.timestamp())
    for check, milliseconds in answers:
        raw = Result.FAIL if milliseconds is None else Result.OK
        block.add(check.pk, at.timestamp() + 1, raw, (milliseconds or 0) / 1000)
    SampleBlock.objects.create(at=at, samples=block.seal())


def test_each_minute_has_the_median_of_its_answers(checks):
    municipal, central = checks
    minute = AT.replace(second=0) - timedelta(minutes=2)
    a_block(minute, (municipal, 100), (municipal, 300), (municipal, None), (central, 40))
    a_block(minute + timedelta(seconds=10), (municipal, 200))
    lines = {line.component: line for line in latency.lines(AT)}
    assert lines[""].medians[-1] == 200 and lines["TAHSILAT"].medians[-1] == 40
    assert lines[""].medians[:-1] == (None,) * 59


def test_the_line_that_slowed_down_most_stands_first(checks):
    municipal, central = checks
    for back in range(2, 12):
        a_block(AT.replace(second=0) - timedelta(minutes=back), (municipal, 100), (central, 900 if back == 2 else 50))
    first, other = latency.lines(AT)
    assert (first.component, first.usual, first.latest) == ("TAHSILAT", 50, 900)
    assert other.delay == 0


def test_a_sealed_hour_is_part_of_it(checks):
    municipal, _central = checks
    hour = datetime.fromisoformat("2026-11-22T09:00:00+03:00")
    sample = Sample(municipal.pk, hour.timestamp() + 59 * 60, Result.OK, 70)
    partitions.ensure(RawHour._meta.db_table, hour)
    RawHour.objects.create(check_of=municipal, at=hour, samples=pack_hour(hour.timestamp(), [sample]))
    [line] = latency.lines(AT)
    assert line.known == [70] and line.pieces == []


def test_a_finished_minute_is_unpacked_once(checks, django_assert_num_queries):
    a_block(AT - timedelta(minutes=5), (checks[0], 100))
    once = latency.lines(AT)
    with django_assert_num_queries(0):
        assert latency.lines(AT + timedelta(seconds=20)) == once
