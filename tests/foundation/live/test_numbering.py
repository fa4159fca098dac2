"""Numbers are given after the commit, by one winner; nothing committed is skipped."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from foundation import locks, now
from foundation.live import live, numbering
from foundation.live.models import Era, Event
from helpdesk.incidents import auto_linking
from monitoring.locks import OUTAGES

pytestmark = pytest.mark.django_db(transaction=True)


class Undone(Exception):
    """What goes wrong after the verb spoke."""


def numbers() -> dict:
    return dict(Event.objects.values_list("object_id", "number"))


def test_events_are_numbered_in_the_order_they_were_written():
    for name in "abc":
        live.announce("square", "thing", name, {})
    assert set(numbers().values()) == {None}

    numbering.number_waiting()

    assert numbers() == {"a": 1, "b": 2, "c": 3}
    assert Era.objects.current().head == 3


def test_more_than_a_batch_is_numbered_to_the_end(monkeypatch):
    monkeypatch.setattr(numbering, "BATCH", 7)
    for name in range(30):
        live.announce("square", "thing", name, {})
    assert numbering.number_waiting()
    assert sorted(numbers().values()) == list(range(1, 31))


def test_nothing_is_said_of_a_transaction_that_was_undone():
    with pytest.raises(Undone), transaction.atomic():
        live.announce("square", "thing", "never", {})
        raise Undone
    numbering.number_waiting()
    assert numbers() == {}


def test_a_transaction_that_commits_late_is_numbered_late_and_not_skipped():
    """The event with the lower key commits after the higher one was numbered and read."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, so none can commit late")
    written, may_commit = threading.Event(), threading.Event()

    def slow_verb():
        with transaction.atomic():
            live.announce("square", "thing", "late", {})
            written.set()
            may_commit.wait(10)
        connection.close()

    verb = threading.Thread(target=slow_verb)
    verb.start()
    written.wait(10)
    live.announce("square", "thing", "quick", {})
    numbering.number_waiting()
    seen_so_far = Era.objects.current().head
    assert numbers() == {"quick": 1}

    may_commit.set()
    verb.join()
    numbering.number_waiting()

    assert numbers() == {"quick": 1, "late": 2}
    late, quick = Event.objects.get(object_id="late"), Event.objects.get(object_id="quick")
    assert late.pk < quick.pk and late.number > seen_so_far


def test_many_numberers_give_each_event_one_number():
    def verbs_and_numberers(name):
        for turn in range(20):
            live.announce("square", "thing", f"{name}-{turn}", {})
            numbering.number_waiting()
        connection.close()

    threads = [threading.Thread(target=verbs_and_numberers, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbering.number_waiting()
    assert sorted(numbers().values()) == list(range(1, 81))


@pytest.mark.parametrize(("turn", "is_numbered"), [(numbering.NUMBERING, False), (OUTAGES, True)])
def test_whoever_finds_the_turn_taken_leaves_at_once_and_another_turn_keeps_nobody(turn, is_numbered):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite the turn is the write lock, which is waited for")
    live.announce("square", "thing", "a", {})
    answers = []

    def other_process():
        answers.append(numbering.number_waiting())
        connection.close()

    with transaction.atomic():
        assert locks.take(turn)
        other = threading.Thread(target=other_process)
        other.start()
        other.join(10)
    assert answers == [is_numbered]


def test_what_is_older_than_an_hour_is_forgotten_and_the_era_says_so():
    with time_machine.travel(now() - timedelta(hours=2), tick=False):
        live.announce("square", "thing", "old", {})
    live.announce("square", "thing", "new", {})
    epoch = Era.objects.current().epoch

    assert numbering.maintain() == 1

    assert numbers() == {"new": 2}
    era = Era.objects.current()
    assert (era.pruned_to, era.epoch) == (1, epoch)


def test_a_restore_begins_another_era():
    before = Era.objects.current().epoch
    numbering.begin_era()
    assert Era.objects.current().epoch != before


def test_every_lock_of_the_house_has_a_number_of_its_own():
    """One number for two would make the numbering of changes wait for decisions about outages."""
    numbers = [numbering.NUMBERING, OUTAGES, auto_linking.MATCHER]
    assert len(set(numbers)) == len(numbers)
