"""The leased row, shown on the table that sweeps mark and on a table of its own."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction

from foundation import now
from foundation.leases import backoff, leases
from foundation.leases.metrics import collector
from foundation.leases.models import LeasedRow, SweepMark


class Errand(LeasedRow):
    """A promise that exists for these tests alone."""

    class Meta(LeasedRow.Meta):
        app_label = "promises"
        abstract = False


@pytest.fixture
def errands(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Errand)
    yield Errand.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Errand)


def test_what_is_due_is_claimed_earliest_first_and_only_once(errands):
    late, early = (Errand.objects.create(due_at=now() - timedelta(minutes=age)) for age in (1, 2))
    Errand.objects.create(due_at=now() + timedelta(minutes=1))
    assert [row.pk for row in errands.claim(10)] == [early.pk, late.pk]
    assert errands.claim(10) == []


def test_an_expired_lease_is_claimable_and_the_slow_worker_no_longer_counts(errands):
    Errand.objects.create(due_at=now())
    (slow,) = errands.claim(1, lease=timedelta(seconds=10))
    with time_machine.travel(now() + timedelta(seconds=11)):
        (quick,) = errands.claim(1)
        assert (quick.pk, quick.attempt) == (slow.pk, 2)
        assert not slow.keep()
        assert quick.keep()
    assert errands.get().state == "kept"


def test_a_renewed_lease_is_not_claimable(errands):
    Errand.objects.create(due_at=now())
    (row,) = errands.claim(1, lease=timedelta(seconds=10))
    with time_machine.travel(now() + timedelta(seconds=9)):
        assert row.renew(timedelta(seconds=30))
    with time_machine.travel(now() + timedelta(seconds=20)):
        assert errands.claim(1) == []


def test_a_retry_is_due_later_and_remembers_why(errands):
    Errand.objects.create(due_at=now())
    (row,) = errands.claim(1)
    assert row.retry(after=timedelta(minutes=5), error="e" * 500)
    assert errands.claim(1) == []
    with time_machine.travel(now() + timedelta(minutes=6)):
        (again,) = errands.claim(1)
    assert (again.attempt, len(again.last_error)) == (2, 300)


def test_given_up_is_never_due_again(errands):
    Errand.objects.create(due_at=now())
    (row,) = errands.claim(1)
    assert row.give_up("no such place")
    with time_machine.travel(now() + timedelta(days=1)):
        assert errands.claim(1) == []
    assert errands.get().last_error == "no such place"


def test_claimants_side_by_side_share_the_rows_without_doubling_one(errands):
    Errand.objects.bulk_create(Errand(due_at=now()) for _ in range(200))
    won: list[int] = []

    def claim_all():
        try:
            while rows := Errand.objects.claim(7):
                won.extend(row.pk for row in rows)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=claim_all) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(won) == len(set(won)) == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite a claim is a write, and writes are waited for")
def test_what_another_claim_holds_is_passed_over_without_waiting(errands):
    first, second = (Errand.objects.create(due_at=now() - timedelta(minutes=age)) for age in (2, 1))
    won: list[int] = []

    def claim_beside():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            won.extend(row.pk for row in Errand.objects.claim(10))
        finally:
            connections.close_all()

    with transaction.atomic():
        assert [row.pk for row in Errand.objects.claim(1)] == [first.pk]
        beside = threading.Thread(target=claim_beside)
        beside.start()
        beside.join()
    assert won == [second.pk]


def test_waits_grow_up_to_a_limit_and_differ():
    first, longest = timedelta(seconds=2), timedelta(minutes=10)
    for attempt in (0, 1, 5, 50):
        waits = {backoff.wait(attempt) for _ in range(50)}
        assert all(first <= wait <= min(longest, first * 2 ** min(max(attempt - 1, 0), 20)) for wait in waits)
    assert len({backoff.wait(6) for _ in range(20)}) > 1


@pytest.mark.django_db
def test_a_sweep_that_fails_is_marked_and_the_next_one_clears_it():
    def broken():
        raise ValueError("no such column")

    assert not leases.run_sweep("t.broken", broken)
    mark = SweepMark.objects.get(name="t.broken")
    assert (mark.error, mark.succeeded_at) == ("ValueError: no such column", None)
    assert leases.run_sweep("t.broken", lambda: None)
    mark.refresh_from_db()
    assert mark.error == ""


@pytest.mark.django_db
def test_when_a_sweep_last_went_through_is_a_metric():
    leases.run_sweep("t.works", lambda: None)
    (family,) = collector.collect()
    (sample,) = family.samples
    assert sample.name == "nobet_sweep_last_success_timestamp_seconds"
    assert sample.labels == {"sweep": "t.works"}
    assert abs(sample.value - now().timestamp()) < 5
