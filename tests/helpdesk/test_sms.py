"""An SMS files, asks, counts in, replies; nothing of a known number is lost, and nobody else is let in."""

import pytest

from foundation import now
from foundation.directory.models import Component, Contact
from foundation.outbox import inbound
from foundation.outbox.models import OutboxMessage, Suppression
from helpdesk import tickets
from helpdesk.models import Message, Ticket
from helpdesk.models.ticket import TicketQuerySet
from monitoring import outages
from monitoring.models import ImpactReport
from tests.cast import assemble
from tests.helpdesk.builders import the_queue

pytestmark = pytest.mark.django_db
SELIM = "+905321112233"


@pytest.fixture
def stage():
    cast = assemble()
    the_queue()
    Component.objects.get_or_create(code="DIGER", defaults={"name_tr": "Diğer", "name_en": "Other", "tier": "C"})
    cast.selim.phone = SELIM
    cast.selim.save()
    return cast


def written(text: str, address: str = SELIM, sid: str = "") -> list[str]:
    """What goes back to the telephone."""
    inbound.receive("console", sid=sid or f"{address}{text}", address=address, text=text)
    return list(OutboxMessage.objects.filter(address=inbound.own_spelling(address)).values_list("text", flat=True))


def test_a_fault_is_filed_once_with_its_module(stage):
    for _copy in range(2):
        answers = written("ARIZA TAHSILAT makbuz çıkmıyor", "0532 111 22 33", sid="s1")
    ticket = Ticket.objects.get()
    assert (ticket.component_id, ticket.channel, ticket.requester) == ("TAHSILAT", "sms", stage.selim)
    assert Message.objects.get().body == "makbuz çıkmıyor"
    assert len(answers) == 1 and ticket.number in answers[0]
    assert len(answers[0]) <= 160


def test_what_names_no_module_is_kept_whole(stage):
    written("Arıza: vezne yazıcısı susmuş")
    ticket = Ticket.objects.get()
    assert (ticket.component_id, Message.objects.get().body) == ("DIGER", "vezne yazıcısı susmuş")


def test_status_is_told_of_one_s_own_municipality_alone(stage):
    written("ARIZA TAHSILAT makbuz")
    number = int(Ticket.objects.get().number[-6:])
    assert Ticket.objects.get().number in written(f"DURUM {number}")[-1]
    stage.hatice.phone = "+905321112244"
    stage.hatice.save()
    assert "DST" not in written(f"DURUM {number}", "+905321112244")[-1]


def test_whoever_may_see_none_any_more_adds_to_none(stage, monkeypatch):
    written("ARIZA TAHSILAT makbuz")
    number = int(Ticket.objects.get().number[-6:])
    monkeypatch.setattr(TicketQuerySet, "visible_to", lambda tickets, person: tickets.none())
    assert "DST" not in written(f"DURUM {number}")[-1]
    written("Bir de bu var")
    assert Message.objects.filter(ticket=Ticket.objects.earliest("pk")).count() == 1


def test_other_words_are_a_reply_to_the_open_ticket_and_else_a_new_one(stage):
    written("Vezne açılmıyor")
    first = Ticket.objects.get()
    tickets.wait(first, by=stage.ayse, body="Hangi vezne?")
    written("İkinci kattaki")
    first.refresh_from_db()
    assert (first.status, first.messages.last().body) == ("waiting_on_us", "İkinci kattaki")
    tickets.resolve(first, by=stage.ayse, note="Oldu")
    written("Bir de yazıcı bozuk")
    assert Ticket.objects.count() == 2


def test_us_too_counts_the_municipality_once(stage):
    outage = outages.declare(municipalities=[stage.odunpazari, stage.merzifon], title_tr="Hat", title_en="Line")
    written("Biz de", sid="a")
    assert "Hat" in written("BİZ DE!", sid="b")[-1]
    assert ImpactReport.objects.get().outage == outage
    assert not Ticket.objects.exists()


def test_a_verified_contact_without_account_files_too(stage):
    Contact.objects.create(
        municipality=stage.merzifon, duty="it", channel="sms", address="+905321112255", verified_at=now()
    )
    written("ARIZA EBYS açılmıyor", "+905321112255")
    assert (Ticket.objects.get().municipality, Ticket.objects.get().requester) == (stage.merzifon, None)


def test_strangers_get_one_answer_a_day_and_nothing_else(stage):
    for text in ("ARIZA TAHSILAT x", "DURUM 1", "Biz de", "merhaba"):
        answers = written(text, "+905321119999")
    assert len(answers) == 1
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("text", ["4711", " 482913. ", "Ayaktayım"])
def test_codes_are_for_those_above(stage, text):
    assert written(text) == []
    assert written(text, "+905321119999") == []
    assert not Ticket.objects.exists()


def test_dur_goes_on_working_and_ends_the_answers(stage):
    assert written("DUR") == []
    assert Suppression.objects.filter(address=SELIM).exists()
    written("ARIZA TAHSILAT makbuz")
    assert Ticket.objects.count() == 1, "what is told to us is kept"
    assert OutboxMessage.objects.get(channel="sms").state == OutboxMessage.State.SUPPRESSED
