"""A bell rings once until somebody answers, and a broken one harms nobody."""

import pytest
from django.core.cache import cache
from django.db import transaction

from foundation.promises import bells

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
    bells.hang("door", task, "sms")
    yield task
    del bells._bells["door"]


def test_ten_thousand_rings_are_one_look(task):
    for _ in range(1000):
        bells.ring("door")
    assert task.heard == [("sms",)]


def test_what_is_committed_after_the_look_began_rings_again(task):
    bells.ring("door")
    bells.answer("door")
    bells.ring("door")
    assert len(task.heard) == 2


def test_nothing_rings_before_the_commit_nor_without_one(task):
    with transaction.atomic():
        bells.ring("door")
        assert task.heard == []
    assert len(task.heard) == 1
    bells.answer("door")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bells.ring("door")
        raise ZeroDivisionError
    assert len(task.heard) == 1


def test_a_broker_or_a_cache_that_is_away_is_no_failure(task, monkeypatch):
    def away(*_, **__):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(task, "apply_async", away)
    bells.ring("door")
    monkeypatch.setattr(bells.cache, "add", away, raising=False)
    monkeypatch.setattr(bells.cache, "delete", away, raising=False)
    bells.ring("door")
    bells.answer("door")


def test_a_bell_nobody_hung_is_silent():
    bells.ring("nowhere")
