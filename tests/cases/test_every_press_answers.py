"""Nothing pressed answers with silence: after each form somebody reads a sentence, or the page has changed."""

import re
from functools import partial

import pytest
from django.db import transaction
from django.test import Client, TestCase
from lxml import html

from foundation.wire import once
from tests.cases.acts import ACTS
from tests.cases.test_once import prepared, writes

pytestmark = [pytest.mark.long(60), pytest.mark.once("sqlite", "pages: what is read after a press")]

HERE = "http://testserver"
# What a script asks on the way, whose own page shows the answer.
FOR_SCRIPTS = {204, 202}
CHANGING = re.compile(r"\d+ (sn|sec|dk|min)\b|\d\d:\d\d(:\d\d)?")


# Where the page that is led to is the whole answer.
SHOWN_AT_ONCE = {"runbooks:wall_screens"}
# What is posted is written into the page, so that nobody can press it empty.
NEVER_EMPTY = {"helpdesk:notices_reading"}


def words(content: bytes) -> str:
    """What is read on a page, without the moments on it."""
    page = html.fromstring(content.decode())
    for unread in page.xpath("//script | //style | //template"):
        unread.drop_tree()
    marks = " ".join(
        page.xpath("//@aria-pressed | //@aria-current | //input[@checked]/@value | //option[@selected]/@value")
    )
    return CHANGING.sub("", " ".join(page.text_content().split()) + marks)


def is_a_page(answer) -> bool:
    return (
        answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming and bool(answer.content)
    )


def read_by(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    return words(answer.content) if is_a_page(answer) else ""


def silence(stage, door, body: str) -> str:
    """Why whoever pressed learns nothing; "" where a sentence stands or the page changed. All of it is undone."""
    act = ACTS.get(door.name)
    with transaction.atomic():
        client, path, form = prepared(stage, door, act)
        sent = (form if body == "good" else {}) | {once.FIELD: "w3kq9"}
        press = partial(pressed, client, path, sent, after_commit=bool(act and act.after_commit))
        mark = transaction.savepoint()
        led_to = press().headers.get("Location", "").partition("#")[0]
        transaction.savepoint_rollback(mark)
        before = read_by(client, led_to) if led_to.startswith("/") else ""
        said = heard(client, press(), before)
        transaction.set_rollback(True)
    return said


def pressed(client: Client, path: str, sent: dict, *, after_commit: bool):
    with TestCase.captureOnCommitCallbacks(execute=after_commit):
        return client.post(path, sent, headers={"referer": HERE + path})


def heard(client: Client, answer, before: str) -> str:
    if answer.status_code in FOR_SCRIPTS:
        return ""
    if not 300 <= answer.status_code < 400:
        return "" if answer.streaming or answer.content else f"{answer.status_code} without a word"
    if not answer["Location"].startswith("/"):
        return ""
    shown = client.get(answer["Location"], follow=True)
    is_silent = is_a_page(shown) and b"nb-said" not in shown.content and words(shown.content) == before
    return f"led to {answer['Location']}, where nothing is new" if is_silent else ""


@pytest.mark.parametrize("body", ["good", "empty"])
def test_every_form_that_is_pressed_says_what_became_of_it(stage, body):
    asked = [door for door in writes if door.name not in SHOWN_AT_ONCE | (NEVER_EMPTY if body == "empty" else set())]
    silent = [f"{door}: {said}" for door in asked if (said := silence(stage, door, body))]
    print(f"{len(asked)} forms pressed, {body}")
    if silent:
        pytest.fail("\n".join(silent))
