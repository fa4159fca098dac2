"""Every page of the URL table, as its first reader, light and dark: nothing axe could object to."""

from collections import defaultdict

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
SCHEMES = ("light", "dark")


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


def pages(stage) -> dict[str, list[str]]:
    """{session key or "": addresses} of those that show a whole page; all queries happen here, before Chromium."""
    shown, clients = defaultdict(list), defaultdict(Client)
    for address, person in [*doors(stage), *other_faces(stage)]:
        if person and person not in clients:
            clients[person].force_login(person)
        answer = clients[person].get(address)
        if "sandbox" in answer.headers.get("Content-Security-Policy", ""):
            continue  # somebody else's letter: no script runs there, axe's neither
        if answer.status_code == 200 and b"<html" in b"".join(answer)[:2000]:
            shown[clients[person].session.session_key or "" if person else ""].append(address)
    return shown


def test_axe_finds_nothing_in_light_and_dark(live_server):
    shown = pages(furnished())
    found = {}
    with chromium() as browser:
        for session, addresses in shown.items():
            with reader(browser, live_server.url) as page:
                if session:
                    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
                    page.context.add_cookies([cookie])
                for address in addresses:
                    page.goto(address)
                    found |= {(address, scheme): wrong for scheme in SCHEMES if (wrong := faults_in(page, scheme))}
    assert sum(map(len, shown.values())) > 40
    assert found == {}, "\n".join(f"{where}\n  " + "\n  ".join(wrong) for where, wrong in found.items())


def faults_in(page, scheme: str) -> list[str]:
    """Opened once and looked at in both: colours follow what the reader prefers, without a script."""
    page.emulate_media(color_scheme=scheme)
    return faults(page)
