"""Awkward words through every door, read back on every surface that shows them."""

import inspect
import json
import pkgutil
import uuid
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from xml.etree import ElementTree

import icalendar
import pytest
from django import forms
from django.core import mail
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation import now
from foundation.accounts.forms import ContactForm
from foundation.directory import csv_files
from foundation.directory.models import Component
from foundation.language import phone_numbers, texts
from foundation.language.documents import Paper
from foundation.language.forms import CleanWords, cleaning_of
from foundation.outbox import inbound
from foundation.outbox.gateways.mail import Mail
from foundation.outbox.gateways.postings import Posting
from foundation.outbox.models import InboundMessage, OutboxMessage
from foundation.wire.api import tokens
from helpdesk.mail.intake import deliver
from helpdesk.mail.parsing import Letter
from helpdesk.models import Ticket
from helpdesk.tickets.forms import TicketForm
from monitoring import outages
from monitoring.alertmanager import alerts
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Outage, StatusUpdate
from monitoring.outages.forms import UpdateForm
from monitoring.registry import csv_import
from monitoring.registry.forms import MaintenanceForm
from monitoring.status.page_cache import cached_pages
from runbooks.broadcasts.compose import audience
from runbooks.broadcasts.delivery import sending
from runbooks.broadcasts.report import cap, evidence, evidence_pdf
from runbooks.forms import ComposeForm
from runbooks.models import Broadcast
from tests.cast import a_component, assemble
from tests.helpdesk.builders import a_ticket, the_queue
from tests.runbooks.builders import CORRECTION, approve, contacts_in, submitted
from tests.wall.walking import signed_in

HOUSE = ("foundation", "monitoring", "helpdesk", "runbooks", "config")
WORD = "Makbuz"
TEXTS = {
    "a vertical tab": f"{WORD}\x0bçıkmıyor",
    "controls": f"{WORD}\x01\x08\x1b\x7f\x85 çıkmıyor",
    "zero width": f"{WORD[:3]}\u200b\ufeff{WORD[3:]} çıkmıyor",
    "line breaks": f"{WORD}\r\nBcc: herkes\r\u2028çıkmıyor",
    "directions": f"\u202e\u2067{WORD}\u2069 \u200fçıkmıyor\u202c",
    "decomposed": f"{WORD} c\u0327ıkmıyor",
    "emoji": f"{WORD} 👩\u200d💻 çıkmıyor ❤\ufe0f",
    "a non-character": f"{WORD}\ufffe\uffff\U0001ffff çıkmıyor",
    "one long word": f"{WORD}{'a' * 100}",
}
INVISIBLE = (
    "  ",
    "\t\n",
    "\u200b\u200d\ufeff",
    "\u3164",
    "\u2800 \u00a0",
    "\u202e\u202c",
    "\x0b\x01",
    "\u00ad",
    "\u0301",
)
HUGE = WORD + "a" * 20_000


# --- The rule ----------------------------------------------------------------
def test_nothing_unseen_is_kept_and_the_words_are():
    for name, text in TEXTS.items():
        for clean in (texts.line, texts.paragraphs):
            assert WORD in clean(text), name
            assert texts.UNSEEN.search(clean(text)) is None, name
        assert "\n" not in texts.line(text), name


def test_a_text_in_which_nothing_is_seen_is_empty():
    assert [text for text in INVISIBLE if texts.line(text) or texts.paragraphs(text)] == []


def test_half_a_pair_is_left_out():
    assert texts.line(f"{WORD}\ud83d!") == f"{WORD}!"


def test_families_flags_and_other_scripts_stay_whole():
    for text in ("👨‍👩‍👧", "🇹🇷", "1️⃣", "می‌خواهم", "שלום", "क्‍ष", "x\ty", "𝒳", "İıĞğ"):
        assert texts.paragraphs(text) == text


def test_lines_stay_lines_where_there_are_lines():
    assert texts.paragraphs("a\r\nb\x0bc\u2028d") == "a\nb\nc\nd"


@given(st.text())
def test_what_is_clean_stays_as_it_is(text):
    assert texts.line(texts.line(text)) == texts.line(text)
    assert texts.paragraphs(texts.paragraphs(text)) == texts.paragraphs(text)
    texts.paragraphs(text).encode()


# --- Every form --------------------------------------------------------------
def forms_of_the_house() -> list[type]:
    found = {}
    for name in HOUSE:
        for module in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            if module.name.endswith("forms") or "board" in module.name:
                found |= {
                    item: None
                    for item in vars(import_module(module.name)).values()
                    if inspect.isclass(item)
                    and issubclass(item, forms.BaseForm)
                    and item is not CleanWords
                    and item.__module__.split(".")[0] in HOUSE
                }
    return list(found)


def test_every_form_cleans_its_words():
    walked = 0
    for form in forms_of_the_house():
        if form.__module__ == "foundation.accounts.signin_forms":
            continue  # addresses and passwords, which are no words
        assert issubclass(form, CleanWords), form
        for name, field in form.base_fields.items():
            is_word = isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput)
            assert (cleaning_of(field) is not None) == is_word, (form, name)
            walked += is_word
    print(f"{len(forms_of_the_house())} forms, {walked} fields of words")
    assert walked > 40


# --- Doors -------------------------------------------------------------------
@pytest.fixture
def cast(db):
    the_queue()
    people = assemble()
    a_component("DIGER", tier="C")
    contacts_in(people.odunpazari, 1)
    people.outage = outages.declare(components=[Component.objects.get(pk="TAHSILAT")], by=people.nermin)
    cached_pages.forget()
    return people


def by_form(cast, text: str) -> Ticket | None:
    answers = {"token": uuid.uuid4().hex, "subject": text, "body": text, "module": "TAHSILAT"}
    answers |= {"impact": "one", "urgency": "question", "outage_seen": cast.outage.pk}
    signed_in(cast.selim).post(reverse("helpdesk:new_ticket"), answers)
    return Ticket.objects.last()


def by_api(cast, text: str) -> Ticket | None:
    secret = tokens.issue(cast.selim, name="t", scopes=["tickets:write"], lasting=timedelta(days=1))[1]
    body = {"component": "EBYS", "subject": text, "body": text, "impact": "one", "urgency": "question"}
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid.uuid4().hex}
    Client().post("/api/v1/tickets/", json.dumps(body), content_type="application/json", headers=headers)
    return Ticket.objects.last()


def by_letter(cast, text: str) -> Ticket | None:
    return deliver(Letter(f"<{uuid.uuid4()}@b.tr>", cast.selim.email, text, text))


def by_sms(cast, text: str) -> Ticket | None:
    type(cast.selim).objects.filter(pk=cast.selim.pk).update(phone="+905321112233")
    inbound.receive("console", sid=uuid.uuid4().hex, address="+905321112233", text=f"ARIZA TAHSILAT {text}")
    return Ticket.objects.last()


TICKET_DOORS: dict[str, Callable] = {"form": by_form, "API": by_api, "letter": by_letter, "SMS": by_sms}


def surfaces_of_a_ticket(cast, ticket: Ticket) -> dict[str, bytes]:
    client = signed_in(cast.selim)
    secret = tokens.issue(cast.selim, name="t", scopes=["tickets:read"], lasting=timedelta(days=1))[1]
    told = Client().get(f"/api/v1/tickets/{ticket.number}/messages/", headers={"Authorization": f"Bearer {secret}"})
    shown = {
        "page": client.get(reverse("helpdesk:ticket", args=[ticket.number])),
        "list": client.get(reverse("helpdesk:tickets")),
        "desk": signed_in(cast.ayse).get(reverse("helpdesk:ticket", args=[ticket.number])),
        "JSON": told,
        "CSV": client.get(reverse("helpdesk:evidence", args=[ticket.number, "csv"])),
        "PDF": client.get(reverse("helpdesk:evidence", args=[ticket.number, "pdf"])),
    }
    assert {name: answer.status_code for name, answer in shown.items()} == dict.fromkeys(shown, 200)
    json.loads(told.content)
    return {name: answer.content for name, answer in shown.items()} | {"letter": a_letter(ticket)}


def a_letter(ticket: Ticket) -> bytes:
    message = OutboxMessage.objects.filter(channel="email").last()
    posting = Posting(1, 1, 1, "x@example.test", message.words, f"{ticket.subject} {message.subject}", "", "r")
    assert Mail()._send(posting).__class__.__name__ == "Accepted"
    return mail.outbox[-1].message().as_bytes()


@pytest.mark.parametrize("door", TICKET_DOORS)
def test_a_ticket_of_awkward_words_is_read_on_every_surface(cast, door):
    walked = 0
    for name, text in TEXTS.items():
        before = Ticket.objects.count()
        ticket = TICKET_DOORS[door](cast, text)
        assert Ticket.objects.count() == before + 1, f"{door}: {name} was dropped"
        assert ticket.subject == texts.line(text)[: len(ticket.subject)] and len(ticket.subject) > 12, name
        surfaces = surfaces_of_a_ticket(cast, ticket)
        assert [place for place in ("page", "list", "desk", "JSON") if WORD.encode() not in surfaces[place]] == []
        walked += len(surfaces)
    print(f"{door}: {len(TEXTS)} texts, {walked} readings")


@pytest.mark.parametrize("door", ("form", "API"))
def test_a_ticket_in_which_nothing_is_seen_is_refused(cast, door):
    for text in INVISIBLE:
        TICKET_DOORS[door](cast, text)
    assert not Ticket.objects.exists()


# --- The watch: words of an outage, planned work -------------------------------
def spoken(cast, text: str) -> StatusUpdate | None:
    form = UpdateForm({"stage": "identified", "text_tr": text, "text_en": text, "minutes": "30"})
    if not form.is_valid():
        return None
    words = {name: form.cleaned_data[name] for name in ("stage", "text_tr", "text_en")}
    return outages.publish(cast.outage, **words, by=cast.nermin)


def planned(cast, text: str) -> Maintenance | None:
    at = now() + timedelta(days=1)
    answers = {"title_tr": text, "title_en": text, "text_tr": text, "is_everywhere": "on", "is_public": "on"}
    answers |= {"starts_at": f"{at:%Y-%m-%dT%H:%M}", "ends_at": f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    form = MaintenanceForm(answers)
    if not form.is_valid():
        return None
    return windows.plan(form.save(commit=False), by=cast.nermin)


def public(path: str) -> bytes:
    cached_pages.forget()
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content


def public_surfaces(cast) -> dict[str, bytes]:
    """Everything that the world reads; those with a grammar are parsed by it."""
    surfaces = {
        "page": public("/status/"),
        "outage": public(f"/status/outages/{cast.outage.pk}/"),
        "RSS": public("/status/history.rss"),
        "Atom": public("/status/history.atom"),
        "JSON": public("/api/v2/incidents.json"),
        "ICS": public("/status/maintenance.ics"),
    }
    ElementTree.fromstring(surfaces["RSS"]), ElementTree.fromstring(surfaces["Atom"])
    json.loads(surfaces["JSON"])
    icalendar.Calendar.from_ical(surfaces["ICS"])
    return surfaces


def test_awkward_words_of_an_outage_are_read_on_every_public_surface(cast):
    for name, text in TEXTS.items():
        assert spoken(cast, text).text_tr == texts.paragraphs(text), name
        surfaces = public_surfaces(cast)
        assert [place for place in ("outage", "RSS", "Atom", "JSON") if WORD.encode() not in surfaces[place]] == [], (
            name
        )
    assert [text for text in INVISIBLE if spoken(cast, text)] == []
    print(f"words of an outage: {len(TEXTS)} texts, {len(surfaces)} surfaces")


def test_awkward_words_of_planned_work_are_read_in_every_calendar(cast):
    for name, text in TEXTS.items():
        window = planned(cast, text)
        assert window.title_tr == texts.line(text), name
        entries = icalendar.Calendar.from_ical(public_surfaces(cast)["ICS"]).walk("VEVENT")
        assert str(entries[-1]["summary"]) == texts.line(text), name
    assert [text for text in INVISIBLE if planned(cast, text)] == []


# --- Messages to municipalities ------------------------------------------------
def composed(cast, text: str) -> Broadcast | None:
    form = ComposeForm(
        {"subject": text, "text": text, "correction": CORRECTION, "spelling": "full", "lane": "operational"}
    )
    if not form.is_valid():
        return None
    words = {name: form.cleaned_data[name] for name in ("subject", "text", "spelling")}
    broadcast = submitted(cast.nermin, **words)
    approve(broadcast, cast.kemal)
    sending.open_batch(broadcast)
    return broadcast


def test_awkward_words_of_a_broadcast_are_read_in_cap_and_sms(cast):
    for name, text in TEXTS.items():
        broadcast = composed(cast, text)
        root = ElementTree.fromstring(cap.alert(broadcast))
        assert root.findtext(f".//{{{cap.NAMESPACE}}}headline") == texts.line(text), name
        sent = OutboxMessage.objects.filter(channel="sms").last()
        assert WORD in sent.text and texts.UNSEEN.search(sent.text) is None, name
    assert [text for text in INVISIBLE if ComposeForm({"subject": text, "text": text}).is_valid()] == []


def test_an_sms_from_outside_is_kept_in_words_that_can_be_shown(cast):
    for name, text in TEXTS.items():
        inbound.receive("console", sid=name, address="00905321234567", text=text)
        assert InboundMessage.objects.get(sid=name).text == texts.paragraphs(text)
    inbound.receive("console", sid="dur", address="0 (532) 123 45 67", text="\u200bDUR\u200b")
    assert InboundMessage.objects.get(sid="dur").address == "+905321234567"


# --- Sheets and programs --------------------------------------------------------
def test_a_sheet_of_nodes_is_cleaned_cell_by_cell(cast):
    for name, text in TEXTS.items():
        cell = text.replace("\r", "").replace("\n", " ")
        sheet = csv_import.read(f"kod;ad;bileşen\nN1;{cell};EBYS\n")
        assert [fault.sentence for fault in sheet.faults] == [], name
        assert sheet.lines[0].node["name"] == texts.line(cell), name


def test_a_list_of_recipients_is_cleaned_cell_by_cell():
    for name, text in TEXTS.items():
        cell = text.replace("\r", "").replace("\n", " ")
        rows = audience.read_file(f"+90 (0)532 123 45 67;{cell};it;26010\n")
        assert rows == (("+90 (0)532 123 45 67", texts.line(cell), "it", "26010"),), name


def test_a_register_is_cleaned_cell_by_cell(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text(f"kod;ad\n1;{TEXTS['zero width']}\n", encoding="utf-8")
    columns = {"code": csv_files.Column("kod", csv_files.any_text), "name": csv_files.Column("ad", csv_files.any_text)}
    assert csv_files.read(file, columns).rows["1"]["name"] == "Makbuz çıkmıyor"


def test_an_alert_from_outside_is_cleaned_word_by_word():
    told = {"labels": {"alertname": TEXTS["controls"]}, "annotations": {"summary": TEXTS["directions"]}}
    told |= {"fingerprint": "a", "startsAt": "2026-06-01T00:00:00Z"}
    word = alerts.read({"alerts": [told]})[0]
    assert (word.name, word.annotations["summary"]) == ("Makbuz çıkmıyor", "Makbuz çıkmıyor")


# --- What was kept before there was a rule --------------------------------------
def test_every_surface_survives_what_is_already_stored(cast):
    window = planned(cast, WORD)
    spoken(cast, WORD)
    ticket, broadcast = a_ticket(by=cast.selim, municipality=cast.odunpazari), composed(cast, WORD)
    kept = {**TEXTS, "20 kB of one word": HUGE}
    for text in kept.values():
        Outage.objects.filter(pk=cast.outage.pk).update(title_tr=text[:160], title_en=text[:160])
        StatusUpdate.objects.filter(outage=cast.outage).update(text_tr=text, text_en=text)
        Maintenance.objects.filter(pk=window.pk).update(title_tr=text[:160], text_tr=text)
        Broadcast.objects.filter(pk=broadcast.pk).update(subject=text[:120], text=text)
        Ticket.objects.filter(pk=ticket.pk).update(subject=text[:160])
        ticket.messages.update(body=text)
        OutboxMessage.objects.filter(channel="email").update(subject=text[:200], text=text)
        public_surfaces(cast)
        surfaces_of_a_ticket(cast, Ticket.objects.get(pk=ticket.pk))
        ElementTree.fromstring(cap.alert(Broadcast.objects.get(pk=broadcast.pk)))
        assert evidence_pdf.bundle(evidence.envelope(Broadcast.objects.get(pk=broadcast.pk), by=cast.nermin))
        paper = Paper(text)
        paper.line_of(text)
        assert bytes(paper.output())
    print(f"{len(kept)} stored texts read on 17 surfaces")


def test_twenty_thousand_letters_are_refused_where_a_line_is_asked(cast):
    form = TicketForm({"subject": HUGE, "body": HUGE}, by=cast.selim)
    assert "subject" in form.errors and "body" in form.errors


# --- Telephone numbers ------------------------------------------------------------
WRITTEN = ("+90 (0)532 123 45 67", "0090 0532 123 45 67", "90 0532 1234567", "\u202a0532\u00a0123-45-67\u202c")


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_is_understood_by_every_form_list_and_program(cast, written):
    assert phone_numbers.read(written).address == "+905321234567"
    contact = ContactForm({"duty": "it", "channel": "sms", "address": written})
    assert contact.is_valid() and contact.cleaned_data["address"] == "+905321234567"
    rows = audience.read_file(f"{written};Ayşe;it;26010")
    found = audience.find(audience.AudienceRule(file=rows))
    assert [one.address for one in found.included] == ["+905321234567"]
    form = TicketForm({"phone": written}, by=cast.selim)
    form.is_valid()
    assert "phone" not in form.errors and form.cleaned_data["phone"] == "+905321234567"


def test_a_program_may_write_a_number_as_it_is_dialled(cast):
    secret = tokens.issue(cast.selim, name="t", scopes=["tickets:write"], lasting=timedelta(days=1))[1]
    body = {
        "component": "EBYS",
        "subject": "x",
        "impact": "one",
        "urgency": "question",
        "phone": "+90 (0)532 123 45 67",
    }
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
    answer = Client().post("/api/v1/tickets/", json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    assert Ticket.objects.get().phone == "+905321234567"
