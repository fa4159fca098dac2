"""The composer in Chromium: the preview follows every key, says why not, and loses nothing."""

import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from foundation.outbox import segments
from runbooks.models import Broadcast
from tests.cast import assemble
from tests.journeys.browser import chromium, reader
from tests.runbooks.builders import contacts_in

pytestmark = [pytest.mark.long(25), pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Seventy letters: one part in either encoding, and not one more in UCS-2.
SEVENTY = "e-Belediye: tahsilat durdu, odemeler bekliyor, sonraki bilgi 10.30 da."


@pytest.fixture
def cookie(live_server, settings):
    """Nermin's session, and forty people to write to; made before Chromium starts, whose thread may not query."""
    settings.SMS_SEGMENTS_PER_SECOND, settings.SMS_SEGMENT_PRICE = 0.5, Decimal(1)
    cast = assemble()
    contacts_in(cast.odunpazari, 40)
    client = Client()
    client.force_login(cast.nermin)
    return cookie_of(client, live_server.url)


def cookie_of(client, url):
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": url}


@pytest.fixture
def composer(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:new_broadcast"))
        page.set_default_timeout(20_000)
        yield page


def costs(page) -> dict[str, list[str]]:
    """{encoding of the spelling: [parts, time, TL]}, the two rows in their order: plain, full."""
    rows = page.locator("#preview tbody tr").all()
    cells = [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]
    return {f"{place} {line[0].split()[-1]}": line[1:] for place, line in zip(("plain", "full"), cells, strict=True)}


def typed(page, words: str):
    """Type at the end of the text as a person does, and wait until the preview says what is written."""
    page.locator("#id_text").press_sequentially(words)
    wait_for_preview(page, segments.fold(page.input_value("#id_text")))


def wait_for_preview(page, words: str):
    page.wait_for_function("(words) => document.querySelector('#preview .nb-sms')?.textContent === words", arg=words)


def test_the_preview_follows_the_keys_in_parts_encoding_time_and_money(composer):
    typed(composer, SEVENTY)
    assert costs(composer) == {
        "plain GSM-7": ["1", "1 dk 20 sn", "40,00"],
        "full GSM-7": ["1", "1 dk 20 sn", "40,00"],
    }
    typed(composer, "x")
    assert costs(composer)["full GSM-7"] == ["1", "1 dk 20 sn", "40,00"]
    composer.locator("#id_text").press("Backspace")
    typed(composer, "ş")
    assert costs(composer) == {
        "plain GSM-7": ["1", "1 dk 20 sn", "40,00"],
        "full UCS-2": ["2", "2 dk 40 sn", "80,00"],
    }


def test_what_folding_changes_is_marked_and_what_it_spoils_is_named(composer):
    typed(composer, "Sinirli hizmet verilir")
    assert composer.locator("#preview mark").count() == 0
    typed(composer, ", aşı kayıtları durdu")
    assert composer.locator("#preview mark").all_inner_texts() == ["asi", "kayitlari"]
    assert "aşı → asi" in composer.inner_text("#preview")
    composer.select_option("#id_spelling", "full")
    composer.wait_for_selector("#preview mark", state="detached")
    assert "aşı kayıtları" in composer.inner_text("#preview .nb-sms")


def test_a_link_is_refused_in_a_sentence_and_leaves_with_it(composer):
    typed(composer, "Bilgi icin nobet.bel.tr")
    alert = composer.locator("#preview [role=alert]")
    assert alert.inner_text().strip() == "Bağlantı içeren mesaj iletilmez: “nobet.bel.tr” çıkarılmalı."
    composer.fill("#id_text", "Bilgi icin arayin")
    alert.wait_for(state="detached")


def test_a_preview_that_cannot_be_had_says_so_and_takes_nothing_away(composer):
    typed(composer, "Ilk cumle.")
    composer.route(re.compile(r"/broadcasts/new/"), lambda route: route.abort())
    composer.locator("#id_text").press_sequentially(" Ikinci cumle.")
    composer.wait_for_selector("#preview-stale:visible")
    assert composer.input_value("#id_text") == "Ilk cumle. Ikinci cumle."
    composer.unroute_all()
    typed(composer, " Son.")
    assert composer.locator("#preview-stale").is_hidden()
    assert composer.inner_text("#preview .nb-sms") == "Ilk cumle. Ikinci cumle. Son."


def test_a_slow_answer_about_older_words_does_not_come_last(composer):
    held = []
    composer.route(re.compile(r"/broadcasts/new/"), lambda route: held.append(route) if not held else route.continue_())
    composer.locator("#id_text").press_sequentially("Eski.")
    composer.wait_for_timeout(800)
    typed(composer, " Yeni.")
    assert len(held) == 1
    held[0].abort()
    composer.unroute_all()
    assert composer.inner_text("#preview .nb-sms") == "Eski. Yeni."
    assert composer.locator("#preview-stale").is_hidden()


def test_a_mistake_on_saving_keeps_every_word_and_tick(composer):
    composer.fill("#id_subject", "Tahsilat kesintisi")
    composer.fill("#id_text", SEVENTY)
    composer.fill("#id_correction", "Düzeltme: saat 11.00.")
    composer.check("input[name=duties][value=it]")
    composer.uncheck("input[name=chases]")
    composer.fill("#id_municipalities", "Yokşehir")
    composer.click("button[value=save]")
    composer.wait_for_selector(".has-error")
    kept = [composer.input_value(f"#id_{name}") for name in ("subject", "text", "correction", "municipalities")]
    assert kept == ["Tahsilat kesintisi", SEVENTY, "Düzeltme: saat 11.00.", "Yokşehir"]
    assert composer.is_checked("input[name=duties][value=it]")
    assert not composer.is_checked("input[name=chases]")
    composer.fill("#id_municipalities", "Odunpazarı")
    composer.click("button[value=save]")
    composer.wait_for_url(re.compile(r"/broadcasts/\d+/$"))
    assert composer.locator("form[action$='submission/'] button").is_enabled()


def test_looking_needs_no_subject_and_saving_does(live_server, cookie):
    client = Client()
    client.cookies[cookie["name"]] = cookie["value"]
    words = {"text": SEVENTY, "correction": "", "spelling": "plain"}
    address = reverse("runbooks:new_broadcast")
    assert client.post(address, words | {"action": "preview"}).context["preview"].recipients == 40
    assert "subject" in client.post(address, words | {"action": "save"}).context["form"].errors
    assert not Broadcast.objects.exists()
