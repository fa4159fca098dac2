"""Every page of the URL table, as its first reader, light and dark: nothing axe could object to."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.journeys.browser import chromium, faults, reader
from tests.wall import Public, declared, furnished

pytestmark = [
    pytest.mark.long(300),
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]


def doors(stage):
    """(address, who opens it or None) of every declared door that is opened with GET."""
    for door in declared("doors"):
        address = reverse(door.name, kwargs=dict(door.at(stage)))
        if isinstance(door, Public):
            yield address, None
        elif door.get:
            yield address + door.query, getattr(stage, door.admits[0])


def other_faces(stage):
    """Addresses of declared doors that look quite different there than where the door leads."""
    yield reverse("monitoring:status_outage", args=[stage.reported.pk]), None  # over
    yield reverse("monitoring:subscription", args=[stage.asked.token]), None  # asks to confirm
    yield reverse("monitoring:status_municipality", args=[stage.merzifon.code]), None  # in an outage
    yield f"{reverse('monitoring:status_find')}?q=o", None  # found something
    yield f"{reverse('monitoring:status_history')}?lang=en", None


def pages(stage) -> list[tuple[str, str]]:
    """(address, session key or "") of those that show a whole page; all queries happen here, before Chromium."""
    shown = []
    for address, person in [*doors(stage), *other_faces(stage)]:
        client = Client()
        if person:
            client.force_login(person)
        answer = client.get(address)
        if answer.status_code == 200 and b"<html" in b"".join(answer)[:2000]:
            shown.append((address, client.session.session_key or "" if person else ""))
    return shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(live_server, scheme):
    shown = pages(furnished())
    found = {}
    with chromium() as browser:
        for address, session in shown:
            with reader(browser, live_server.url, scheme=scheme) as page:
                if session:
                    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
                    page.context.add_cookies([cookie])
                page.goto(address)
                if wrong := faults(page):
                    found[address] = wrong
    assert len(shown) > 40
    assert found == {}, "\n".join(f"{address}\n  " + "\n  ".join(wrong) for address, wrong in found.items())
