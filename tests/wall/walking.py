"""Walking through the doors: addresses, visits that undo themselves, people signed in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from foundation.directory.models import Person
from tests.wall import Door


def address(door, stage) -> str:
    return reverse(door.name, kwargs=dict(door.at(stage))) + getattr(door, "query", "")


def visit(door: Door, stage, client: Client, method: str):
    """The answer at a door; whatever the visit changed is undone."""
    with transaction.atomic():
        form = dict(door.post(stage)) if method == "post" else {}
        answer = getattr(client, method)(address(door, stage), form)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, content.decode(errors="replace")


# Person → session, of everybody whose stage stands: signing in anew takes a dozen statements (`tests/conftest.py`).
_sessions: dict[int, str] = {}


def signed_in(person: Person) -> Client:
    """Who typed her password a moment ago."""
    client = Client()
    if person.pk in _sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = _sessions[person.pk]
    else:
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    record_authentication(SimpleNamespace(session=session), person, "password", reauthenticated=True)
    session.save()
    return client


@contextmanager
def sessions_of(people: Iterable[Person]) -> Iterator[None]:
    """Everybody is signed in once, for as long as the transaction around the stage."""
    _sessions.update({person.pk: signed_in(person).session.session_key for person in people})
    try:
        yield
    finally:
        _sessions.clear()


def methods_of(door: Door) -> list[str]:
    return ["get"] * door.get + ["post"] * (door.post is not None)
