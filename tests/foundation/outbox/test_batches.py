"""Many messages in one request, at every domestic gateway: nobody twice, nobody lost; their ledgers the judges."""

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from foundation import now
from foundation.outbox import outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.gateways import codes
from foundation.outbox.models import Attempt, GatewayAccount, OutboxMessage, Route, Suppression
from foundation.outbox.outbox import Addressee
from foundation.outbox.reconciliation import receipts, status_polling, uncertain

pytestmark = [pytest.mark.long(40), pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State


def a_released_batch(count: int, *, key="b", text="Tahsilat durdu.", lane="life_safety", start=0):
    batch = outbox.open_batch(key, lane=lane, sender="BELEDIYE", urgent=True)
    people = [Addressee(f"+90532{number:07d}", text.format(number)) for number in range(start, start + count)]
    outbox.add(batch, "sms", people)
    outbox.release(batch)
    return batch


def settle(seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    moving = [State.QUEUED, State.POSTING, State.IN_DOUBT]
    while OutboxMessage.objects.filter(state__in=moving).exists() and time.monotonic() < until:
        dispatch.deliver("sms", seconds=2)
        uncertain.run()
        time.sleep(0.05)


def everyone(batch) -> Counter:
    return Counter(batch.messages.values_list("address", flat=True))


def test_a_batch_is_one_request_and_each_message_is_known_by_itself(gateway):
    batch = a_released_batch(250)
    dispatch.deliver("sms", seconds=10)
    assert gateway.sent() == everyone(batch)
    assert sorted(gateway.ledger()["sizes"]) == [50, 100, 100]
    assert set(batch.messages.values_list("state", flat=True)) == {State.SUBMITTED}
    assert batch.messages.values("sid").distinct().count() == 250
    assert Attempt.objects.values("request").distinct().count() == 3


def test_unlike_texts_travel_together(gateway):
    batch = a_released_batch(60, text="Belediye {}: tahsilat durdu.")
    dispatch.deliver("sms", seconds=10)
    assert gateway.ledger()["sizes"] == [60]
    texts = {f"+90{row['number']}": row["text"] for row in gateway.ledger()["taken"]}
    assert texts == dict(batch.messages.values_list("address", "text"))


def test_a_lost_answer_leaves_the_whole_batch_in_doubt_and_nobody_is_sent_it_twice(hasty_gateway):
    hasty_gateway.set(next=["drop_reply"])
    batch = a_released_batch(150)
    dispatch.deliver("sms", seconds=5)
    assert batch.messages.filter(state=State.IN_DOUBT).count() in (50, 100)
    settle()
    assert hasty_gateway.sent() == everyone(batch)
    assert set(batch.messages.values_list("state", flat=True)) <= {State.SUBMITTED, State.DELIVERED}


def test_a_request_that_never_arrived_is_proven_and_sent_again(hasty_gateway):
    hasty_gateway.set(next=["drop_request"])
    batch = a_released_batch(100)
    settle()
    assert hasty_gateway.sent() == everyone(batch)
    outcomes = Attempt.objects.filter(message=batch.messages.first()).order_by("number")
    assert [attempt.outcome for attempt in outcomes] == ["absent", "accepted"]


@pytest.mark.parametrize("fault", ["500", "500_accepted"])
def test_a_server_error_is_no_answer(hasty_gateway, fault):
    hasty_gateway.set(next=[fault])
    batch = a_released_batch(100)
    settle()
    assert hasty_gateway.sent() == everyone(batch)


def test_a_worker_that_dies_between_posting_and_recording_leaves_doubt_and_no_copy(hasty_gateway, monkeypatch):
    """Killed where it hurts: every answer came back and none was recorded."""
    batch = a_released_batch(100)
    monkeypatch.setattr(dispatch.ledger, "record", lambda *_: None)
    dispatch.deliver("sms", seconds=3)
    monkeypatch.undo()
    assert sum(hasty_gateway.sent().values()) == 100
    assert set(batch.messages.values_list("state", flat=True)) == {State.POSTING}
    with time_machine.travel(now() + timedelta(seconds=10)):
        settle()
    assert hasty_gateway.sent() == everyone(batch)


def test_what_became_of_them_is_asked_for_by_job(gateway, settings):
    if gateway.name == "mapped":
        path = Path(settings.SMS_OPERATOR)
        path.write_text(path.read_text().replace('name: "{request}"}', 'name: "{job}"}'))
    batch = a_released_batch(120)
    dispatch.deliver("sms", seconds=5)
    with time_machine.travel(now() + timedelta(minutes=3)):
        status_polling.ask_about_silent()
        receipts.apply()
    assert set(batch.messages.values_list("state", flat=True)) == {State.DELIVERED}


REFUSALS = {
    "credit": (codes.NO_CREDIT, True),
    "sender": (codes.BAD_SENDER, False),
    "login": (codes.NO_ENTRY, True),
    "address": (codes.NOT_ALLOWED, True),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_of_the_account_shuts_the_right_breaker_and_the_second_gateway_takes_over(
    gateway, gateways, settings, kind
):
    code, about_account = REFUSALS[kind]
    first = settings.SMS_GATEWAY
    second = "verimor" if first != "verimor" else "netgsm"
    settings.SMS_GATEWAY = f"{first},{second}"
    other = Route.objects.create(gateway=first, sender="BASKA", rate=100, ceiling=100)
    gateway.set(refuse=kind)
    batch = a_released_batch(30)
    settle(10)
    opened = Route.objects.get(gateway=first, sender="BELEDIYE").opened_because
    expected = {"20003", code} | ({codes.NO_ENTRY} if kind == "address" else set())
    assert opened.split()[0] in expected
    other.refresh_from_db()
    assert (other.opened_at is not None) is about_account
    assert gateway.sent() == Counter()
    assert gateways[second].sent() == everyone(batch)


def test_too_many_requests_slow_down_and_everyone_is_sent_it_once(gateway):
    gateway.set(refuse="throttle")
    batch = a_released_batch(30)
    dispatch.deliver("sms", seconds=2)
    assert set(batch.messages.values_list("state", flat=True)) == {State.QUEUED}
    route = Route.objects.get()
    assert route.opened_at is None
    assert route.rate < route.ceiling
    gateway.set(refuse="")
    with time_machine.travel(now() + timedelta(minutes=2)):
        settle(15)
    assert gateway.sent() == everyone(batch)


@pytest.mark.parametrize("name", ["verimor", "iletimerkezi", "mapped", "jetsms"])
def test_one_number_that_is_refused_keeps_nobody_else_from_it(gateways, settings, name):
    settings.SMS_GATEWAY = "operator" if name == "mapped" else name
    gateways[name].set(bad_suffix="0000007")
    batch = a_released_batch(40)
    settle(20)
    bad = batch.messages.get(address__endswith="0000007")
    assert bad.state == State.FAILED
    assert sum(gateways[name].sent().values()) == 39
    assert Suppression.objects.get().address == bad.address


def test_the_account_makes_no_more_requests_a_minute_than_it_may(gateways, settings):
    settings.SMS_GATEWAY = "verimor"
    settings.SMS_ACCOUNTS["verimor"] |= {"requests_a_minute": 60.0, "batch_size": 10, "rate": 1000.0}
    a_released_batch(50)
    started = time.monotonic()
    dispatch.deliver("sms", seconds=8)
    assert time.monotonic() - started > 3
    assert gateways["verimor"].ledger()["sizes"] == [10] * 5
    assert GatewayAccount.objects.get().gateway == "verimor"


def test_a_number_waits_for_the_answer_about_its_last_message_where_only_numbers_tell(gateways, settings):
    settings.SMS_GATEWAY = "netgsm"
    settings.OUTBOX_POST_TIMEOUT = 1.5
    gateways["netgsm"].set(next=["drop_reply"])
    first = a_released_batch(1, key="first", text="Tahsilat durdu.")
    dispatch.deliver("sms", seconds=3)
    second = a_released_batch(1, key="second", text="Tahsilat açıldı.")
    dispatch.deliver("sms", seconds=3)
    assert (first.messages.get().state, second.messages.get().state) == (State.IN_DOUBT, State.QUEUED)
    settle(15)
    texts = [row["text"] for row in gateways["netgsm"].ledger()["taken"]]
    assert texts == ["Tahsilat durdu.", "Tahsilat açıldı."]


def test_what_a_gateway_drops_as_a_double_was_accepted_the_first_time(gateways, settings):
    """Nobody can be asked: the copy is harmless here, and its report says that the first one went."""
    settings.SMS_GATEWAY = "verimor"
    settings.OUTBOX_POST_TIMEOUT = 0.5
    gateways["verimor"].set(next=["drop_reply"], look_up="broken")
    batch = a_released_batch(20, lane="information")
    dispatch.deliver("sms", seconds=1)
    with time_machine.travel(now() + timedelta(minutes=3)):
        uncertain.run()
        dispatch.deliver("sms", seconds=2)
        gateways["verimor"].set(look_up="ok")
    with time_machine.travel(now() + timedelta(minutes=6)):
        status_polling.ask_about_silent()
        receipts.apply()
    assert gateways["verimor"].sent() == everyone(batch)
    assert set(batch.messages.values_list("state", flat=True)) == {State.SUBMITTED}


def test_ten_questions_a_minute_are_enough_for_a_thousand_in_doubt(gateways, settings):
    """NetGSM tells a hundred a page, ten pages a minute; what was told counts at once."""
    settings.SMS_GATEWAY = "netgsm"
    settings.SMS_ACCOUNTS["netgsm"]["batch_size"] = 1000
    settings.OUTBOX_POST_TIMEOUT = 1.5
    gateways["netgsm"].set(next=["drop_reply"], reports_a_minute=10)
    batch = a_released_batch(1000)
    dispatch.deliver("sms", seconds=3)
    assert batch.messages.filter(state=State.IN_DOUBT).count() == 1000
    with time_machine.travel(now() + timedelta(seconds=5)):
        uncertain.run()
    assert gateways["netgsm"].sent() == everyone(batch)
    assert not batch.messages.exclude(state__in=[State.SUBMITTED, State.DELIVERED]).exists()
