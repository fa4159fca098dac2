"""Claim, post, record: against the stand-in over sockets, its ledger the judge."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import F

from foundation import now
from foundation.outbox import housekeeping, outbox
from foundation.outbox.delivery import dispatch, routes
from foundation.outbox.gateways.postings import Receipt
from foundation.outbox.models import Attempt, OutboxMessage, Route, Suppression
from foundation.outbox.outbox import Addressee
from foundation.outbox.reconciliation import receipts, uncertain
from tests.cast import assemble

pytestmark = [pytest.mark.long(20), pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State


def a_released_batch(count: int, *, lane="life_safety", key="b", text="Tahsilat durdu.", start=0):
    batch = outbox.open_batch(key, lane=lane, urgent=True)
    people = [Addressee(address=f"+90532{number:07d}", text=text) for number in range(start, start + count)]
    outbox.add(batch, "sms", people)
    outbox.release(batch)
    return batch


def settle_everything(seconds: float = 120) -> None:
    """Deliver and look up until nothing is queued, on the line or in doubt."""
    until = time.monotonic() + seconds
    moving = [State.QUEUED, State.POSTING, State.IN_DOUBT]
    while OutboxMessage.objects.filter(state__in=moving).exists() and time.monotonic() < until:
        dispatch.deliver_sms()
        uncertain.run()
        time.sleep(0.05)


def test_everyone_is_written_to_once(standin):
    batch = a_released_batch(250)
    settle_everything()
    assert standin.accepted() == Counter(batch.messages.values_list("address", flat=True))
    assert set(batch.messages.values_list("state", flat=True)) == {State.SUBMITTED}
    assert Attempt.objects.filter(outcome="accepted").exclude(sid="").count() == 250


def test_a_full_line_takes_nothing_more_while_another_one_has_room(standin, monkeypatch):
    batch = a_released_batch(3)
    Route.objects.create(gateway="twilio", sender="", rate=100, ceiling=100, tokens=100)
    shift = dispatch.DeliveryWorker("sms", 5.0)
    line = shift._line("twilio")
    try:
        monkeypatch.setattr(type(line), "ahead", property(lambda self: 10_000))
        assert shift._claim_for("") == 0
    finally:
        line.close()
    assert set(batch.messages.values_list("state", flat=True)) == {State.QUEUED}


def test_nothing_leaves_before_the_release(standin):
    batch = outbox.open_batch("b", lane="life_safety")
    outbox.add(batch, "sms", [Addressee("+905320000001", "a")])
    dispatch.deliver_sms()
    assert standin.accepted() == Counter()


def test_a_dropped_reply_is_looked_up_and_not_sent_again(hasty):
    hasty.set(by_suffix={"0003": "drop_reply"})
    batch = a_released_batch(5)
    dispatch.deliver_sms()
    assert batch.messages.get(address__endswith="0003").state == State.IN_DOUBT
    settle_everything()
    assert batch.messages.get(address__endswith="0003").state in (State.SUBMITTED, State.DELIVERED)
    assert set(hasty.accepted().values()) == {1}


def test_a_time_out_before_acceptance_is_proven_and_sent_again(hasty):
    hasty.set(by_suffix={"0002": "timeout"})
    batch = a_released_batch(3)
    dispatch.deliver_sms()
    hasty.set(by_suffix={})
    settle_everything()
    assert hasty.accepted()["+905320000002"] == 1
    message = batch.messages.get(address__endswith="0002")
    assert [attempt.outcome for attempt in message.attempts.order_by("number")] == ["absent", "accepted"]


@pytest.mark.parametrize("fault", ["500", "500_accepted"])
def test_a_server_error_is_no_answer(hasty, fault):
    hasty.set(by_suffix={"0001": fault})
    batch = a_released_batch(2)
    dispatch.deliver_sms()
    assert batch.messages.get(address__endswith="0001").state == State.IN_DOUBT
    hasty.set(by_suffix={})
    settle_everything()
    assert set(hasty.accepted().values()) == {1}


def test_too_many_requests_wait_as_long_as_they_are_told_and_slow_everyone_down(standin):
    standin.set(by_suffix={"0000": "429"}, retry_after=7)
    batch = a_released_batch(1)
    before = now()
    dispatch.deliver_sms()
    message = batch.messages.get()
    assert message.state == State.QUEUED
    assert timedelta(seconds=6.5) < message.due_at - before < timedelta(seconds=9)
    assert Route.objects.get().rate == 500


def test_a_number_that_does_not_exist_fails_and_is_not_tried_again(standin):
    standin.set(by_suffix={"0001": "21211", "0002": "21614", "0003": "21610"})
    batch = a_released_batch(4)
    dispatch.deliver_sms()
    assert batch.messages.filter(state=State.FAILED).count() == 3
    assert dict(Suppression.objects.values_list("address", "reason")) == {
        "+905320000001": "invalid",
        "+905320000002": "landline",
        "+905320000003": "opted_out",
    }


def test_a_wrong_configuration_stops_the_route_and_keeps_the_messages(standin, settings):
    settings.TWILIO_AUTH_TOKENS = ["wrong"]
    batch = a_released_batch(50)
    dispatch.deliver_sms()
    assert Route.objects.get().opened_because.startswith("20003")
    assert batch.messages.filter(state=State.QUEUED).count() == 50
    settings.TWILIO_AUTH_TOKENS = ["stand-in-token"]
    with time_machine.travel(now() + timedelta(seconds=90)):
        dispatch.deliver_sms()
        assert Route.objects.get().opened_at is None
    assert sum(standin.accepted().values()) == 50


def test_a_second_gateway_takes_over_while_the_first_is_shut(standin, settings):
    settings.SMS_GATEWAY = "twilio,console"
    settings.TWILIO_AUTH_TOKENS = ["wrong"]
    batch = a_released_batch(3)
    dispatch.deliver_sms()
    assert set(batch.messages.values_list("gateway", "state")) == {("console", State.DELIVERED)}


def test_with_look_up_broken_the_lane_decides(hasty):
    hasty.set(by_suffix={"0000": "drop_reply", "0009": "timeout"}, look_up="broken")
    information = a_released_batch(10, lane="information", key="information")
    dispatch.deliver_sms()
    hasty.set(by_suffix={})
    uncertain.run()
    assert information.messages.filter(state=State.IN_DOUBT).count() == 2
    with time_machine.travel(now() + timedelta(minutes=3)):
        uncertain.run()
    assert information.messages.filter(state=State.UNCERTAIN).count() == 2
    assert outbox.tally(information).uncertain == 2
    assert max(hasty.accepted().values()) == 1


def test_with_look_up_broken_life_safety_is_sent_once_more_and_never_a_third_time(hasty):
    hasty.set(by_suffix={"0000": "drop_reply"}, look_up="broken")
    batch = a_released_batch(2)
    dispatch.deliver_sms()
    for minutes in (2, 4, 6):
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            uncertain.run()
            dispatch.deliver_sms()
    assert hasty.accepted() == Counter({"+905320000000": 2, "+905320000001": 1})
    assert batch.messages.get(address__endswith="0000").state == State.UNCERTAIN
    assert outbox.tally(batch).adds_up


def test_crisis_goes_first(standin, settings):
    settings.SMS_CONCURRENCY = 1
    a_released_batch(5, lane="drill", key="drill", start=0)
    a_released_batch(5, lane="life_safety", key="crisis", start=100)
    dispatch.deliver_sms()
    order = [row["to"] for row in standin.ledger()["accepted"]]
    assert order[:5] == [f"+90532{number:07d}" for number in range(100, 105)]


def test_the_pace_is_kept_in_segments(standin, settings):
    settings.SMS_SEGMENTS_PER_SECOND = 20
    a_released_batch(20, text="ş" * 71)  # two segments each
    started = time.monotonic()
    dispatch.deliver_sms()
    assert time.monotonic() - started > 0.8
    assert sum(standin.accepted().values()) == 20


def test_a_stop_takes_effect_at_once(standin, settings):
    """Fifteen seconds of work, stopped after one: what is not on the line by then never leaves."""
    settings.SMS_SEGMENTS_PER_SECOND = 200
    standin.set(latency=0.05)
    batch = a_released_batch(3000)
    worker = threading.Thread(target=work_and_hang_up)
    worker.start()
    until = time.monotonic() + 60
    while not standin.accepted() and time.monotonic() < until:
        time.sleep(0.05)
    said = outbox.stop(batch)
    worker.join(timeout=60)
    accepted = sum(standin.accepted().values())
    assert said.aborted > 0
    assert accepted <= said.gone + said.on_the_line
    tally = outbox.tally(batch)
    assert tally.adds_up
    assert tally.in_flight == accepted
    assert outbox.stopped(batch).gone == accepted


def test_a_pause_holds_back_and_a_resume_lets_everyone_have_it_once(standin, settings):
    settings.SMS_SEGMENTS_PER_SECOND = 200
    batch = a_released_batch(2000)
    worker = threading.Thread(target=work_and_hang_up)
    worker.start()
    until = time.monotonic() + 60
    while not standin.accepted() and time.monotonic() < until:
        time.sleep(0.05)
    outbox.pause(batch)
    worker.join(timeout=60)
    held = sum(standin.accepted().values())
    assert 0 < held < 2000
    settings.SMS_SEGMENTS_PER_SECOND = 1000
    outbox.resume(batch)
    settle_everything()
    assert standin.accepted() == Counter(batch.messages.values_list("address", flat=True))


def work_and_hang_up() -> None:
    try:
        dispatch.deliver_sms()
    finally:
        connection.close()


def test_what_outlives_its_text_stays_here(standin):
    batch = a_released_batch(3)
    with time_machine.travel(now() + timedelta(minutes=31)):
        dispatch.deliver_sms()
        housekeeping.expire()
    assert outbox.tally(batch).expired == 3
    assert standin.accepted() == Counter()


def test_the_hourly_cap_of_a_lane_holds_back_the_fourth_text(standin):
    for number in range(4):
        batch = outbox.open_batch(f"b{number}", lane="operational", urgent=number < 3)
        outbox.add(batch, "sms", [Addressee("+905320000001", f"{number}")])
        outbox.release(batch)
        dispatch.deliver_sms()
    assert (batch.messages.get().state, batch.messages.get().reason) == (State.SUPPRESSED, "hourly_cap")


def test_sent_long_ago_without_a_receipt_is_unconfirmed_and_not_failed(standin):
    batch = a_released_batch(2)
    dispatch.deliver_sms()
    with time_machine.travel(now() + timedelta(minutes=11)):
        receipts.give_up_waiting()
        housekeeping.close_batches()
    assert outbox.tally(batch).unconfirmed == 2
    batch.refresh_from_db()
    assert batch.state == "closed"


def test_a_worker_that_died_leaves_doubt_and_not_a_second_copy(hasty):
    batch = a_released_batch(3)
    OutboxMessage.objects.update(state=State.POSTING, posted_at=now(), attempt=1, gateway="twilio")
    with time_machine.travel(now() + timedelta(minutes=1)):
        assert uncertain.find_abandoned() == 3
        settle_everything()
    assert set(hasty.accepted().values()) == {1}
    assert outbox.tally(batch).in_flight == 3


def test_a_list_asked_for_too_early_proves_nothing_however_late_it_is_written_down(hasty, settings):
    hasty.set(by_suffix={"0000": "timeout"})
    batch = a_released_batch(1)
    dispatch.deliver_sms()
    batch.messages.update(due_at=F("posted_at"))  # a busy machine writes the doubt down when it is settled already
    asked_at = batch.messages.get().posted_at
    with time_machine.travel(asked_at, tick=False):
        (doubt,) = uncertain._take()
    assert asked_at < doubt.settles_at
    for asked, state in ((asked_at, State.IN_DOUBT), (doubt.settles_at, State.QUEUED)):
        with time_machine.travel(doubt.settles_at + timedelta(seconds=20)):
            uncertain._write([doubt], [[]], asked)
        assert batch.messages.get().state == state


def test_too_many_filtered_messages_shut_the_route_until_a_person_looks(standin):
    batch = a_released_batch(100)
    dispatch.deliver_sms()
    for number, message in enumerate(batch.messages.order_by("pk")):
        status, code = ("undelivered", "30007") if number < 3 else ("delivered", "")
        receipts.keep(Receipt("twilio", message.sid, status, code))
    receipts.apply()
    route = Route.objects.get()
    assert route.opened_because == routes.FILTERED
    with time_machine.travel(now() + timedelta(hours=1)):
        a_released_batch(1, key="later")
        dispatch.deliver_sms()
        assert sum(standin.accepted().values()) == 100
        routes.close(route, by=assemble().nermin)
        dispatch.deliver_sms()
    assert sum(standin.accepted().values()) == 101
