"""Handing in, letting go, holding, stopping, counting."""

from datetime import timedelta

import pytest

from foundation.outbox import outbox
from foundation.outbox.models import Batch, OutboxMessage, Suppression
from foundation.outbox.outbox import Addressee, BatchTally

pytestmark = pytest.mark.django_db


def a_batch(key="b-1", lane="operational", **fields) -> Batch:
    return outbox.open_batch(key, lane=lane, **fields)


def people(count: int, text: str = "Tahsilat durdu.") -> list[Addressee]:
    return [Addressee(address=f"+9053200{number:05d}", text=text) for number in range(count)]


def test_a_key_opens_one_batch_however_often_it_is_opened():
    assert a_batch().pk == a_batch().pk
    assert Batch.objects.count() == 1


def test_a_number_listed_three_times_gets_one_message():
    batch = a_batch()
    assert outbox.add(batch, "sms", people(3) + people(3)) == 3
    assert outbox.add(batch, "sms", people(4)) == 1
    assert batch.messages.count() == 4
    assert outbox.tally(batch).intended == 4


def test_the_first_listing_of_a_number_decides_its_place():
    batch = a_batch()
    outbox.add(batch, "sms", [Addressee("+905320000001", "a", priority=1), Addressee("+905320000001", "a", priority=9)])
    assert batch.messages.get().priority == 1


def test_who_opted_out_is_listed_and_not_written_to():
    Suppression.objects.create(channel="sms", address="+905320000001", reason="opted_out")
    batch = a_batch()
    outbox.add(batch, "sms", people(3))
    silent = batch.messages.get(state=OutboxMessage.State.SUPPRESSED)
    assert (silent.address, silent.reason) == ("+905320000001", "opted_out")
    assert outbox.tally(batch) == BatchTally(3, 0, 2, 0, 0, 1, 0, 0, 0)


def test_segments_are_counted_when_a_message_is_handed_in():
    batch = a_batch()
    outbox.add(batch, "sms", [Addressee("+905320000001", "ş" * 71)])
    assert batch.messages.get().segments == 2


def test_letting_go_twice_lets_go_once():
    batch = a_batch()
    outbox.add(batch, "sms", people(1))
    outbox.release(batch)
    first = batch.released_at
    outbox.release(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.released_at) == ("released", first)


def test_an_email_with_the_same_key_is_written_once():
    outbox.email("ticket-1-ack", "selim@odunpazari.example", "Talebiniz alındı", "DST-2026-000001")
    batch = outbox.email("ticket-1-ack", "selim@odunpazari.example", "Talebiniz alındı", "DST-2026-000001")
    assert OutboxMessage.objects.count() == 1
    assert outbox.tally(batch).adds_up


def test_who_opted_out_of_mail_gets_no_letter():
    for channel, address in (("email", "selim@odunpazari.example"), ("sms", "ayse@odunpazari.example")):
        Suppression.objects.create(channel=channel, address=address, reason="opted_out")
    silent = outbox.email("talep-1", "selim@odunpazari.example", "Talebiniz alındı", "DST-2026-000001")
    spoken = outbox.email("talep-2", "ayse@odunpazari.example", "Talebiniz alındı", "DST-2026-000002")
    assert silent.messages.values_list("state", "reason").get() == (OutboxMessage.State.SUPPRESSED, "opted_out")
    assert spoken.messages.get().state == OutboxMessage.State.QUEUED


def test_a_stop_keeps_back_what_has_not_left_and_says_what_had():
    batch = a_batch()
    outbox.add(batch, "sms", people(5))
    outbox.release(batch)
    OutboxMessage.objects.filter(address__endswith="00000").update(state=OutboxMessage.State.SUBMITTED)
    OutboxMessage.objects.filter(address__endswith="00001").update(state=OutboxMessage.State.POSTING)
    said = outbox.stop(batch)
    assert (said.aborted, said.gone, said.on_the_line) == (3, 1, 1)
    assert outbox.tally(batch).adds_up


def test_a_paused_batch_can_go_on_and_a_stopped_one_cannot():
    batch = a_batch()
    outbox.release(batch)
    outbox.pause(batch)
    assert batch.state == "paused"
    outbox.resume(batch)
    assert batch.state == "released"
    outbox.stop(batch)
    outbox.resume(batch)
    assert batch.state == "stopped"


def test_a_batch_outlives_its_lane_by_nothing():
    batch = a_batch(lane="life_safety")
    outbox.add(batch, "sms", people(1))
    outbox.release(batch)
    assert batch.messages.get().expires_at - batch.released_at == timedelta(minutes=30)
