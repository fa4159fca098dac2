"""Signing in again brings back the page, and what was typed."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.accounts.unsent_words import KEY
from foundation.wire import once
from helpdesk.models import Message
from tests.cast import PASSWORD
from tests.wall.walking import signed_in

HERE = "http://testserver"
WORDS = "Makbuz <b>hâlâ</b> çıkmıyor & vezne kapalı"

# (page, form's own address or None for the page, a field, whose) of forms that take longer than a minute.
LONG_FORMS = {
    "new ticket": ("helpdesk:new_ticket", None, "body", "zehra"),
    "reply of a clerk": ("helpdesk:ticket", "helpdesk:message", "body", "zehra"),
    "note of an agent": ("helpdesk:ticket", "helpdesk:message", "body", "ayse"),
    "words of an outage": ("monitoring:outage_words", None, "text_tr", "nermin"),
    "broadcast": ("runbooks:new_broadcast", None, "text", "nermin"),
    "plan": ("runbooks:publish", None, "source", "yonca"),
    "nodes and checks": ("monitoring:sheet", None, "text", "nermin"),
    "article": ("helpdesk:new_article", None, "body_tr", "ayse"),
    "planned work": ("monitoring:maintenance", None, "text_tr", "nermin"),
}


def at(stage, name: str) -> str:
    for values in ({}, {"number": stage.ticket.number}, {"pk": stage.outage.pk}):
        try:
            return reverse(name, kwargs=values)
        except Exception:  # noqa: BLE001, S112
            continue
    raise AssertionError(name)


def sign_in(client: Client, person, target: str):
    address = {"login": person.email, "password": PASSWORD}
    return client.post(target, address)


def token_on(page: bytes, action: str) -> str:
    found = re.search(rf'name="{once.FIELD}" value="([^"]+)"', page.decode())
    assert found, action
    return found[1]


@pytest.mark.parametrize("form", LONG_FORMS)
def test_after_signing_in_again_the_words_stand_in_their_field(stage, form):
    page_name, action, field, who = LONG_FORMS[form]
    person, page = getattr(stage, who), at(stage, page_name)
    address = at(stage, action) if action else page
    client = signed_in(person)
    token = token_on(client.get(page).content, page)
    client.logout()
    said = Message.objects.count()
    refused = client.post(address, {field: WORDS, once.FIELD: token}, headers={"referer": HERE + page})
    assert refused.status_code == 302 and f"next={page}".replace("/", "%2F") in refused["Location"]
    assert "Makbuz" not in client.session[KEY]
    back = sign_in(client, person, refused["Location"])
    assert back["Location"] == page
    shown = client.get(back["Location"]).content.decode()
    assert re.search(rf'name="{field}"[^>]*>\s*Makbuz &lt;b&gt;hâlâ&lt;/b&gt; çıkmıyor &amp; vezne kapalı', shown)
    assert "henüz hiçbir şey gönderilmedi" in shown
    assert Message.objects.count() == said
    assert "henüz hiçbir şey gönderilmedi" not in client.get(page).content.decode()


def test_somebody_else_on_the_same_machine_is_not_shown_them(stage):
    client, page = signed_in(stage.zehra), at(stage, "helpdesk:ticket")
    token = token_on(client.get(page).content, page)
    client.logout()
    refused = client.post(at(stage, "helpdesk:message"), {"body": WORDS, once.FIELD: token})
    sign_in(client, stage.ayse, refused["Location"])
    assert "Makbuz" not in client.get(page).content.decode()
    assert KEY not in client.session


def refused_with(stage, extra: dict):
    """A clerk's reply without a session: what the sign-in page says."""
    client, page = signed_in(stage.zehra), at(stage, "helpdesk:ticket")
    token = token_on(client.get(page).content, page)
    client.logout()
    form = {"body": WORDS, once.FIELD: token} | extra
    refused = client.post(at(stage, "helpdesk:message"), form, headers={"referer": HERE + page})
    return client, client.get(refused["Location"]).content.decode(), refused


def test_before_signing_in_the_page_says_that_the_words_are_kept(stage):
    _client, page, _refused = refused_with(stage, {})
    assert "Yazdıklarınız saklandı. Oturum açtığınızda alanlarında olacak." in page


def test_before_signing_in_the_page_says_that_files_are_not_kept(stage):
    client, page, refused = refused_with(stage, {"files": SimpleUploadedFile("a.txt", b"a")})
    assert "dosyalarınız saklanamadı" in page
    sign_in(client, stage.zehra, refused["Location"])
    again = client.get(at(stage, "helpdesk:ticket")).content.decode()
    assert "Dosyaları yeniden seçmeniz gerekiyor." in again and "vezne kapalı" in again


def test_a_plan_of_two_hundred_thousand_turkish_letters_survives(stage):
    client, _page, refused = refused_with(stage, {"body": "ığüşöç" * 35_000})
    sign_in(client, stage.zehra, refused["Location"])
    assert client.get(at(stage, "helpdesk:ticket")).content.decode().count("ığüşöç") == 35_000


def test_what_is_too_long_to_be_kept_is_said_before_signing_in(stage):
    client, page, _refused = refused_with(stage, {"body": "ı" * 460_000})
    assert "saklanamayacak kadar uzun" in page and KEY not in client.session


def test_an_address_that_only_takes_forms_is_never_returned_to(stage):
    refused = Client().post(at(stage, "helpdesk:message"), {"body": WORDS})
    assert refused["Location"] == "/accounts/login/?next=%2Fstart%2F"


def test_without_a_known_page_the_words_stand_where_one_begins(stage):
    client = Client()
    token = once.new_token(stage.zehra.pk)
    refused = client.post(at(stage, "helpdesk:message"), {"body": WORDS, once.FIELD: token})
    sign_in(client, stage.zehra, refused["Location"])
    assert "vezne kapalı" in client.get(reverse("home"), follow=True).content.decode()


def test_whoever_signed_in_again_elsewhere_finds_the_words_too(stage):
    client, page = Client(enforce_csrf_checks=True), at(stage, "helpdesk:ticket")
    client.force_login(stage.zehra, backend="allauth.account.auth_backends.AuthenticationBackend")
    token = token_on(client.get(page).content, page)
    form = {"body": WORDS, once.FIELD: token, "csrfmiddlewaretoken": "x" * 64}
    late = client.post(at(stage, "helpdesk:message"), form, headers={"referer": HERE + page})
    assert late["Location"] == page
    assert "vezne kapalı" in client.get(page).content.decode()


def test_a_forged_form_is_refused_as_ever(stage):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.zehra, backend="allauth.account.auth_backends.AuthenticationBackend")
    forged = client.post(at(stage, "helpdesk:message"), {"body": WORDS, once.FIELD: once.new_token(stage.ayse.pk)})
    assert forged.status_code == 403 and KEY not in client.session
