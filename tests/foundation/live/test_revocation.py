"""A revoked person stops hearing within five seconds; so does whoever signed out."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.live import poller
from tests.cast import assemble
from tests.foundation.live.pages import Page
from tests.foundation.live.sockets import PATIENCE, open_page, session_of

pytestmark = pytest.mark.django_db(transaction=True)


def revoke(person):
    Person.objects.filter(pk=person.pk).update(is_active=False, revoked_at=now())


def sign_out(person):
    Session.objects.all().delete()


def change_password(person):
    person.set_password("another-long-password")
    person.save()


def take_role(person):
    Membership.objects.filter(person=person).update(until=now())


@pytest.mark.parametrize(
    ("what_happens", "code"), [(revoke, 4401), (sign_out, 4401), (change_password, 1012), (take_role, 1012)]
)
async def test_the_page_closes_and_says_why(what_happens, code):
    cast = await sync_to_async(assemble)()
    session = await sync_to_async(session_of)(cast.nermin)
    async with open_page("/ws/watch/", person=session) as socket, open_page("/ws/square/") as unconcerned:
        Page().hear(await socket.receive_from(timeout=PATIENCE))
        await sync_to_async(what_happens)(cast.nermin)
        async with asyncio.timeout(PATIENCE):
            while (message := await socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
                pass
        assert message["code"] == code
        Page().hear(await unconcerned.receive_from(timeout=PATIENCE))


def test_the_pauses_leave_two_of_the_five_seconds_to_the_database():
    assert poller.PRESENCE_PAUSE + poller.LOOK_PAUSE + poller.BUSY_PAUSE_SECONDS <= 3.1


async def test_a_revoked_person_is_not_let_in_again():
    cast = await sync_to_async(assemble)()
    session = await sync_to_async(session_of)(cast.nermin)
    await sync_to_async(revoke)(cast.nermin)
    async with open_page("/ws/watch/", person=session) as socket:
        assert await socket.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 4401}
