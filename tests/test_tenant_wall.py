"""The tenant wall: every route, API operation and socket, walked by everyone of the cast.

Generated from the URL table, the OpenAPI schema and the socket table. `tests/wall/`
says who may enter where; whatever it does not mention fails here by name.
"""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.api import scope_for
from foundation import now
from foundation.directory.models import Person
from foundation.wire.api import tokens
from tests.wall import DESK, EVERYONE, NAMED, NOTE, SEALED, SECRET, WATCH, Call, Door, Public, declared, routes
from tests.wall.walking import address, methods_of, signed_in, visit

pytestmark = [
    pytest.mark.long(130),
    pytest.mark.once("postgresql", "pages and operations: who gets in is asked by the ORM alone"),
]

doors, calls, sockets = declared("doors"), declared("calls"), declared("sockets")
streams = [door for door in doors if isinstance(door, Door) and door.name.endswith("_stream")]
guarded = [door for door in doors if isinstance(door, Door) and door not in streams]
public = [door for door in doors if isinstance(door, Public)]
REFUSED = (401, 403, 404)


# --- Walked = registered --------------------------------------------------
def differences(walked, registered) -> dict[str, list]:
    """What exists and nobody walks, what is walked and does not exist, what is walked twice."""
    walked, registered = list(walked), list(registered)
    found = {
        "not walked": sorted(set(registered) - set(walked)),
        "gone": sorted(set(walked) - set(registered)),
        "twice": sorted({item for item in walked if walked.count(item) > 1}),
        "nameless twin": sorted({item for item in registered if registered.count(item) > 1}),
    }
    return {kind: items for kind, items in found.items() if items}


def test_every_route_is_declared_and_every_declared_route_exists():
    assert differences([door.name for door in doors], routes.pages()) == {}


def test_every_operation_of_the_api_is_declared_and_exists():
    assert differences([(call.method, call.path) for call in calls], routes.operations()) == {}


def test_the_schema_hides_no_operation():
    assert {path for _, path in routes.operations()} == set(routes.api_routes())


def test_every_socket_is_declared_and_exists():
    assert differences([socket.route for socket in sockets], routes.socket_routes()) == {}


def test_every_guarded_door_keeps_somebody_out():
    """Someone who is nobody's colleague gets in only where everybody signed in does."""
    for door in [*guarded, *calls]:
        assert "stranger" not in door.admits or set(door.admits) == set(EVERYONE), door


# --- Pages ----------------------------------------------------------------
def is_refusal(answer) -> bool:
    to_login = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return to_login or answer.status_code in REFUSED


def overheard(name: str, door: Door | Call, content: str, stage) -> list[str]:
    """What somebody met at a door that was not meant for her."""
    heard = [SECRET] if name not in (door.reads or door.admits) else []
    heard += [NOTE] if name not in (*DESK, *WATCH) else []
    if name not in NAMED:
        number = stage.sealed_ticket.number
        heard += [SEALED] if number in str(door.at(stage)) else [SEALED, number]  # an error page repeats its address
    return [text for text in heard if text in content]


@pytest.mark.parametrize("door, method", [(door, method) for door in guarded for method in methods_of(door)], ids=str)
def test_a_door_admits_its_people_and_nobody_else(stage, door, method):
    owner, good = door.admits[0], (200,) if method == "get" else (200, 201, 204, 302)
    for name in EVERYONE:
        answer, content = visit(door, stage, signed_in(getattr(stage, name)), method)
        assert is_refusal(answer) == (name not in door.admits), f"{name}: {answer.status_code}"
        assert name != owner or answer.status_code in (*good, *door.answers), f"{owner}: {answer.status_code}"
        assert overheard(name, door, content, stage) == [], name
    assert is_refusal(visit(door, stage, Client(), method)[0]), "nobody signed in"


@pytest.mark.parametrize("door", guarded, ids=str)
def test_a_revoked_person_is_refused_where_she_was_just_let_in(stage, door):
    person = getattr(stage, door.admits[0])
    client = signed_in(person)
    for method in methods_of(door):
        assert not is_refusal(visit(door, stage, client, method)[0])
    revoke(person)
    for method in methods_of(door):
        answer, content = visit(door, stage, client, method)
        assert is_refusal(answer)
        assert SECRET not in content and NOTE not in content and SEALED not in content


def revoke(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False, revoked_at=now())


@pytest.mark.parametrize("door", public, ids=str)
def test_a_public_page_answers_strangers_and_tells_nothing_private(stage, door):
    answer = Client().get(address(door, stage))
    assert answer.status_code in door.answers
    content = "" if answer.streaming else answer.content.decode(errors="replace")
    private = [
        SECRET,
        NOTE,
        SEALED,
        stage.sealed_ticket.number,
        *Person.objects.values_list("name", flat=True),
        *Person.objects.values_list("email", flat=True),
    ]
    assert [text for text in private if text in content] == []


# --- API ------------------------------------------------------------------
def call_with(call: Call, stage, secret: str):
    path = call.path.format(**call.at(stage))
    body = json.dumps(dict(call.body(stage))) if call.body else ""
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "wall"}
    with transaction.atomic():
        answer = Client().generic(call.method, path, body, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return answer


def said_in(answer) -> str:
    """All that it says; a file, too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def a_secret(person: Person, *scopes: str) -> str:
    return tokens.issue(person, name="wall", scopes=list(scopes), lasting=timedelta(days=1))[1]


@pytest.mark.parametrize("call", calls, ids=str)
def test_an_operation_admits_its_people_and_nobody_else(stage, call):
    scope = scope_for(call.method, call.path)
    owner = getattr(stage, call.admits[0])
    assert call_with(call, stage, a_secret(owner, scope)).status_code in (200, 201, 202, 204)
    assert call_with(call, stage, a_secret(owner, "other:write")).status_code == 403
    assert call_with(call, stage, "").status_code == 401
    for name in EVERYONE:
        answer = call_with(call, stage, a_secret(getattr(stage, name), scope))
        assert (answer.status_code in REFUSED) == (name not in call.admits), f"{name}: {answer.status_code}"
        assert overheard(name, call, said_in(answer), stage) == [], name
    secret = a_secret(owner, scope)
    revoke(owner)
    assert call_with(call, stage, secret).status_code == 401
