"""Once is once: every form and every API write, sent twice as a double click or a lost answer does."""

import json
import re
from collections import Counter
from functools import cache, partial

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client, TestCase
from django.urls import reverse

from config.api import scope_for
from foundation.wire import once
from foundation.wire.models import GivenAnswer
from helpdesk.models import Message
from tests.cases.acts import ACTS, EACH_TIME, NO_ROW, Act
from tests.test_tenant_wall import a_secret
from tests.wall import Door, declared
from tests.wall.walking import address, signed_in

pytestmark = [pytest.mark.long(60), pytest.mark.once("postgresql", "pages: its transactions forgive less")]

# What a visit writes without any act: who is here, and our own memory of acts.
NOT_AN_EFFECT = ("sessions", "usersessions", "wire", "contenttypes")
writes = [door for door in declared("doors") if isinstance(door, Door) and door.post is not None]
calls = [call for call in declared("calls") if call.method == "POST"]


def everything() -> dict[str, list[tuple]]:
    """Each row of the house by its table, as the database has it: reading them as objects took most of the time."""
    with connection.cursor() as cursor:
        return {table: rows_of(cursor, table) for table in tables()}


def rows_of(cursor, table: str) -> list[tuple]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return cursor.fetchall()


@cache
def tables() -> list[str]:
    there = connection.introspection.table_names()  # another test may have a model of its own without one
    models = [model for model in apps.get_models() if model._meta.app_label not in NOT_AN_EFFECT]
    return sorted({model._meta.db_table for model in models if model._meta.managed} & set(there))


def posted_twice(stage, door: Door) -> tuple:
    """Both answers, what the first changed, and what the second changed; all of it undone."""
    act = ACTS.get(door.name)
    with transaction.atomic():
        client, path, form = prepared(stage, door, act)
        form = form | {once.FIELD: "w3kq9"}
        before = everything()
        pressed = partial(press, client, path, form, after_commit=bool(act and act.after_commit))
        first = pressed()
        between = everything()
        second = pressed()
        after = everything()
        transaction.set_rollback(True)
    return first, second, changed(before, between), changed(between, after)


def press(client: Client, path: str, form: dict, *, after_commit: bool):
    with TestCase.captureOnCommitCallbacks(execute=after_commit):
        return client.post(path, form)


def prepared(stage, door: Door, act: Act | None) -> tuple[Client, str, dict]:
    """Who presses, where, and what is posted, with the house in the state in which it acts."""
    if act is None:
        return signed_in(getattr(stage, door.admits[0])), address(door, stage), dict(door.post(stage))
    act.before(stage)
    client = signed_in(getattr(stage, act.by or door.admits[0]))
    path = reverse(door.name, kwargs=dict((act.at or door.at)(stage)))
    return client, path, act.client(stage, client, path) if act.client else act.form(stage)


def changed(before: dict[str, list[tuple]], after: dict[str, list[tuple]]) -> Counter:
    """Rows that came, went or became others."""
    found: Counter = Counter()
    for table in before:
        if before[table] != after[table]:
            old, new = (Counter((table, repr(row)) for row in rows[table]) for rows in (before, after))
            found += (new - old) + (old - new)
    return found


@pytest.fixture(autouse=True)
def a_house_that_pushes(settings):
    settings.WEB_PUSH_KEY = "any: nothing is sent here"


@pytest.mark.parametrize("share", range(3))
def test_every_form_acts_once_however_often_it_is_sent(stage, share):
    acted, idle = 0, []
    for door in writes[share::3]:
        first, second, did, again = posted_twice(stage, door)
        assert again == Counter(), f"{door}: the second press changed {list(again)[:2]}"
        if first.status_code == 302:
            assert (second.status_code, second["Location"]) == (302, first["Location"]), door
        acted += bool(did)
        if not did and door.name not in {*NO_ROW, *EACH_TIME}:
            idle.append(f"{door}: {first.status_code}")
    print(f"{len(writes[share::3])} forms sent twice, {acted} of them acted")
    assert not idle, ", ".join(idle)


def test_every_write_of_the_api_sent_twice_has_one_effect(stage):
    for call in calls:
        owner = getattr(stage, call.admits[0])
        secret = a_secret(owner, scope_for(call.method, call.path))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "once"}
        path, body = call.path.format(**call.at(stage)), json.dumps(dict(call.body(stage))) if call.body else ""
        with transaction.atomic():
            first = Client().post(path, body, content_type="application/json", headers=headers)
            between = everything()
            second = Client().post(path, body, content_type="application/json", headers=headers)
            assert changed(between, everything()) == Counter(), call
            assert (second.status_code, second.content) == (first.status_code, first.content), call
            transaction.set_rollback(True)
    print(f"{len(calls)} operations sent twice")


def test_every_page_gives_each_of_its_forms_a_token_of_its_own(stage):
    forms = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
    seen: list[str] = []
    for door in declared("doors"):
        if not isinstance(door, Door) or not door.get or door.name.endswith("_stream"):
            continue
        answer = signed_in(getattr(stage, door.admits[0])).get(address(door, stage))
        for form in forms.findall("" if answer.streaming else answer.content.decode(errors="replace")):
            if "csrfmiddlewaretoken" in form:
                seen += re.findall(rf'name="{once.FIELD}" value="([^"]+)"', form) or [f"none on {door}"]
    assert [token for token in seen if token.startswith("none")] == []
    assert len(seen) == len(set(seen)) > 50
    print(f"{len(seen)} forms with a token")


def reply(stage, client: Client, body: str, token: str = "w3kq9"):
    form = {"body": body, "move": "reply", once.FIELD: token}
    return client.post(reverse("helpdesk:message", args=[stage.ticket.number]), form)


def test_whoever_goes_back_and_writes_something_else_is_heard(stage):
    client, before = signed_in(stage.selim), Message.objects.count()
    for body in ("Bir", "Bir", "İki"):
        reply(stage, client, body)
    assert Message.objects.count() == before + 2


def test_the_same_words_from_a_page_of_its_own_are_another_act(stage):
    client, before = signed_in(stage.selim), Message.objects.count()
    for token in ("a", "b"):
        reply(stage, client, "Evet", token)
    assert Message.objects.count() == before + 2


def test_a_form_that_came_back_may_be_sent_again_as_it_is(stage):
    client = signed_in(stage.selim)
    assert reply(stage, client, "  ").status_code == 200
    assert not GivenAnswer.objects.filter(token=None).exists()


def test_a_token_is_for_the_person_whose_page_it_was():
    token = once.new_token(7)
    assert once.is_for(token, 7)
    assert not once.is_for(token, 8) and not once.is_for("", 7)


def test_the_browser_keeps_its_draft_until_the_server_has_the_words(stage):
    client = signed_in(stage.selim)
    assert once.DONE not in reply(stage, client, "  ").cookies
    assert reply(stage, client, "Bir").cookies[once.DONE].value == "w3kq9"
    assert reply(stage, client, "Bir").cookies[once.DONE].value == "w3kq9", "the first answer may have been lost"
