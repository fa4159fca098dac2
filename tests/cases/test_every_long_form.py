"""Every form in which somebody writes for longer than a minute: its words are there again after signing in."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from foundation.accounts.unsent_words import KEY
from foundation.directory.models import Person
from foundation.wire import encryption, once
from tests.cases.test_once import changed, everything
from tests.wall import Door, declared
from tests.wall.walking import address, signed_in

pytestmark = [pytest.mark.long(60), pytest.mark.once("sqlite", "pages, and what a session keeps")]

HERE = "http://testserver"
WORDS = "Makbuz hâlâ çıkmıyor, vezne kapalı"
# Lines of text without an area of text that still take a while.
FEW_LINES = 3


@dataclass(frozen=True)
class LongForm:
    person: Person
    page: str
    action: str
    token: str
    areas: tuple[str, ...]
    lines: tuple[str, ...]


def long_forms(stage) -> Iterator[LongForm]:
    """Those of every page that its owner may write into, each once."""
    seen = set()
    for door in declared("doors"):
        if not isinstance(door, Door) or not door.get or door.name.endswith("_stream"):
            continue
        person, page = getattr(stage, door.admits[0]), address(door, stage)
        answer = signed_in(person).get(page)
        if not is_a_page(answer):
            continue
        for form in html.fromstring(answer.content.decode()).xpath("//form[translate(@method, 'POST', 'post')='post']"):
            found = read(form, person, page)
            key = (found.action, found.areas, found.lines)
            if (found.areas or len(found.lines) >= FEW_LINES) and found.token and key not in seen:
                seen.add(key)
                yield found


def is_a_page(answer) -> bool:
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and is_html and not answer.streaming and bool(answer.content.strip())


def read(form, person: Person, page: str) -> LongForm:
    own = f"@form='{form.get('id')}'" if form.get("id") else "false()"
    areas = form.xpath(f"(.//textarea | //textarea[{own}])[@name and not(@readonly)]/@name")
    kinds = "@type='text' or not(@type)"
    lines = form.xpath(f".//input[({kinds}) and @name and not(@readonly) and not(@disabled)]/@name")
    token = form.xpath(f".//input[@name='{once.FIELD}']/@value")
    action = urljoin(page, form.get("action") or page)
    return LongForm(person, page, action, "".join(token[:1]), tuple(dict.fromkeys(areas)), tuple(dict.fromkeys(lines)))


def lost(form: LongForm, place: int) -> list[str]:
    """The fields whose words are gone after signing in again; each at a place of its own, which is bounded in pace."""
    client = Client(REMOTE_ADDR=f"10.0.{place}.1")
    typed = {name: f"{WORDS} {place}" for place, name in enumerate((*form.areas, *form.lines))}
    refused = client.post(form.action, typed | {once.FIELD: form.token}, headers={"referer": HERE + form.page})
    assert refused.status_code == 302, form
    client.force_login(form.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    shown = html.fromstring(client.get(form.page).content.decode())
    given = {field.get("name"): field.text or "" for field in shown.xpath("//textarea[@name]")}
    given |= {field.get("name"): field.get("value") for field in shown.xpath("//input[@name and @value]")}
    return [name for name, words in typed.items() if given.get(name, "").strip() != words]


def test_after_signing_in_again_every_field_has_its_words_and_nothing_was_done(stage):
    forms = list(long_forms(stage))
    before, gone, fields = everything(), [], 0
    for place, form in enumerate(forms):
        fields += len(form.areas) + len(form.lines)
        gone += [f"{form.page} → {form.action}: {name}" for name in lost(form, place)]
    done = {table for table, _row in changed(before, everything())}
    assert done <= {"directory_person"}, "who signed in last, and nothing else"
    print(f"{len(forms)} long forms, {fields} fields")
    assert len(forms) > 30
    if gone:
        pytest.fail("\n".join(gone))


def test_a_code_that_is_keyed_once_is_never_kept(stage):
    walked = 0
    for door in declared("doors"):
        if isinstance(door, Door) and door.get and not door.name.endswith("_stream"):
            page = address(door, stage)
            answer = signed_in(getattr(stage, door.admits[0])).get(page)
            keyed = "//form[.//input[@autocomplete='one-time-code'][@name='code']]"
            for form in html.fromstring(answer.content.decode()).xpath(keyed) if is_a_page(answer) else ():
                found, client = read(form, getattr(stage, door.admits[0]), page), Client()
                client.post(found.action, {"code": "482913", "x": "y", once.FIELD: found.token})
                assert "482913" not in encryption.unseal(client.session[KEY]), page
                walked += 1
    assert walked
