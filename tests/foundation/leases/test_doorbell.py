"""A bell rings once until somebody answers, and a broken one harms nobody."""

import pytest
from django.core.cache import cache
from django.db import transaction

from foundation.leases import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


class Task:
    def __init__(self):
        self.heard = []

    def apply_async(self, args=(), *, retry):
        assert retry is False, "a verb never waits for a broker"
        self.heard.append(args)


@pytest.fixture
def task():
    cache.delete("bell:door")
    task = Task()
    doorbell.hang("door", task, "sms")
    yield task
    del doorbell._bells["door"]


def test_ten_thousand_rings_are_one_look(task):
    for _ in range(1000):
        doorbell.ring("door")
    assert task.heard == [("sms",)]


def test_what_is_committed_after_the_look_began_rings_again(task):
    doorbell.ring("door")
    doorbell.answer("door")
    doorbell.ring("door")
    assert len(task.heard) == 2


def test_nothing_rings_before_the_commit_nor_without_one(task):
    with transaction.atomic():
        doorbell.ring("door")
        assert task.heard == []
    assert len(task.heard) == 1
    doorbell.answer("door")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        doorbell.ring("door")
        raise ZeroDivisionError
    assert len(task.heard) == 1


def test_a_broker_or_a_cache_that_is_away_is_no_failure(task, monkeypatch):
    def away(*_, **__):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(task, "apply_async", away)
    doorbell.ring("door")
    monkeypatch.setattr(doorbell.cache, "add", away, raising=False)
    monkeypatch.setattr(doorbell.cache, "delete", away, raising=False)
    doorbell.ring("door")
    doorbell.answer("door")


def test_a_bell_nobody_hung_is_silent():
    doorbell.ring("nowhere")
