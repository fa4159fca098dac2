"""Rows that leave together: all or none, in their order, as if each had been saved."""

import pytest
from django.db import IntegrityError, connection, transaction

from foundation import rows
from foundation.live.models import Event
from foundation.outbox.models import Suppression

pytestmark = pytest.mark.django_db


def a_suppression(address: str) -> Suppression:
    return Suppression(channel="email", address=address, reason=Suppression.Reason.OPTED_OUT)


def addresses() -> list[str]:
    return list(Suppression.objects.order_by("pk").values_list("address", flat=True))


def test_rows_leave_at_the_end_of_the_block_in_their_order():
    with rows.together():
        for address in ("b@x.demo", "a'; --%s @x.demo", "100%@x.demo"):
            rows.add(a_suppression(address))
        assert addresses() == []

    assert addresses() == ["b@x.demo", "a'; --%s @x.demo", "100%@x.demo"]


def test_outside_a_block_a_row_is_inserted_at_once_and_knows_its_key():
    row = rows.add(a_suppression("a@x.demo"))

    assert Suppression.objects.get() == row


def test_a_block_that_raises_inserts_nothing():
    with pytest.raises(ZeroDivisionError), rows.together():
        rows.add(a_suppression("a@x.demo"))
        1 / 0  # noqa: B018

    assert addresses() == []


def test_an_empty_block_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0), rows.together():
        pass


def test_a_row_the_database_refuses_takes_the_others_with_it():
    with pytest.raises(IntegrityError), transaction.atomic(), rows.together():
        rows.add(a_suppression("a@x.demo"))
        rows.add(a_suppression("a@x.demo"))

    assert addresses() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one statement at a time")
def test_several_rows_are_one_message_to_postgresql(django_assert_num_queries):
    with django_assert_num_queries(1), rows.together():
        rows.add(a_suppression("a@x.demo"))
        rows.add(a_suppression("b@x.demo"))


def test_after_the_block_each_row_knows_its_own_key():
    with rows.together():
        first, second = rows.add(a_suppression("a@x.demo")), rows.add(a_suppression("b@x.demo"))

    assert list(Suppression.objects.order_by("address")) == [first, second]


def test_a_row_said_to_many_travels_once(django_assert_num_queries):
    said = Event(kind="outage", object_id="7", data={"title": {"tr": "Vezne 'çalışmıyor' %s"}, "affected": 3})
    with django_assert_num_queries(1):
        rows.insert_each(said, "audience", ["status:b", "status:a", "it's; --%s"])

    assert list(Event.objects.order_by("pk").values_list("audience", flat=True)) == [
        "status:b",
        "status:a",
        "it's; --%s",
    ]
    for event in Event.objects.all():
        assert (event.kind, event.object_id, event.data, event.number) == ("outage", "7", said.data, None)
        assert event.created_at == said.created_at


def test_a_row_said_to_nobody_is_not_written():
    rows.insert_each(Event(kind="outage", object_id="7", data={}), "audience", [])
    assert not Event.objects.exists()


def test_many_rows_are_one_statement_and_have_their_defaults(django_assert_num_queries):
    with django_assert_num_queries(1):
        rows.insert_many(
            Event,
            ("audience", "kind", "object_id", "data"),
            [("board", "node", "'1", {"%s": 1}), ("b", "node", "2", {})],
        )
    first, second = Event.objects.order_by("pk")
    assert (first.audience, first.object_id, first.data) == ("board", "'1", {"%s": 1})
    assert (second.audience, second.number) == ("b", None)
    assert first.created_at == second.created_at
    rows.insert_many(Event, ("audience",), [])


def test_many_rows_get_values_of_their_own(django_assert_num_queries):
    rows.insert_many(
        Event, ("audience", "kind", "object_id", "data"), [("board", "node", str(number), {}) for number in range(3)]
    )
    keys = list(Event.objects.order_by("pk").values_list("pk", flat=True))
    with django_assert_num_queries(1):
        rows.update_many(Event, ("number", "data"), [(10, {"a": 1}, keys[0]), (None, {"b": 2}, keys[2])])
    assert list(Event.objects.order_by("pk").values_list("number", "data")) == [
        (10, {"a": 1}),
        (None, {}),
        (None, {"b": 2}),
    ]
