"""What is typed is kept, who writes beside us is seen, and nothing leaves into a ticket that changed without a word."""

import re
from datetime import timedelta

import time_machine
from django.test import Client, TestCase
from django.urls import reverse

from config import retention
from foundation import now
from foundation.live.models import Event
from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.models import KeptDraft, Message
from helpdesk.refusals import DraftTooLong
from helpdesk.writing import drafts, viewers
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket


class Drafts(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        self.place = [self.ticket.number]

    def signed_in(self, person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def type_in(self, client, body, form="f1"):
        words = {"body": body, "move": "note", "form": form}
        return client.post(reverse("helpdesk:draft", args=self.place), words)

    def page(self, client) -> str:
        return client.get(reverse("helpdesk:ticket", args=self.place)).content.decode()

    def test_what_is_typed_stands_on_another_machine_and_is_nobody_elses(self):
        assert self.type_in(self.signed_in(self.ayse), "Yazıcıyı açıp").status_code == 204
        there = self.page(self.signed_in(self.ayse))
        assert "Yazıcıyı açıp" in there
        assert re.search(r'value="note"[^>]* checked', there)
        assert "Yazıcıyı açıp" not in self.page(self.signed_in(self.burak))
        assert "Yazıcı" not in KeptDraft.objects.get().sealed

    def test_a_claim_that_was_lost_keeps_the_words_and_sending_removes_them(self):
        client = self.signed_in(self.ayse)
        tickets.claim(self.ticket, by=self.ayse)
        self.type_in(client, "Yarım söz")
        tickets.assign(self.ticket, to=self.burak, by=self.leyla)
        assert "Yarım söz" in self.page(client)
        self.send(client, "Yarım söz bitti")
        assert drafts.of(self.ayse, self.ticket).fields == {}
        assert "Yarım söz</textarea>" not in self.page(client)

    def send(self, client, body, **words):
        form = {"body": body, "move": "reply", "once": "f1"}
        return client.post(reverse("helpdesk:message", args=self.place), form | words)

    def test_a_late_word_of_a_form_that_was_sent_is_dropped(self):
        client = self.signed_in(self.ayse)
        self.type_in(client, "Selam")
        self.send(client, "Selam")
        self.type_in(client, "Selam")
        assert drafts.of(self.ayse, self.ticket).fields == {}
        self.type_in(client, "Bir şey daha", form="f2")
        assert drafts.of(self.ayse, self.ticket).fields["body"] == "Bir şey daha"

    def test_refused_words_stand_on_the_page_even_where_no_form_is_left(self):
        client = self.signed_in(self.ayse)
        self.type_in(client, "Geç kaldım")
        tickets.resolve(self.ticket, by=self.burak, note="Düzeldi")
        assert "Geç kaldım" in self.send(client, "Geç kaldım").content.decode()
        assert "Geç kaldım" in self.page(client)

    def test_a_new_tickets_form_is_kept_for_the_person(self):
        client = self.signed_in(self.selim)
        words = {"subject": "Vezne açılmıyor", "urgency": "stopped", "form": "n1", "token": "x"}
        client.post(reverse("helpdesk:new_ticket_draft"), words)
        there = self.signed_in(self.selim).get(reverse("helpdesk:new_ticket")).content.decode()
        assert "Vezne açılmıyor" in there
        facts = {"module": "TAHSILAT", "impact": "one", "urgency": "question", "once": "n1", "token": "t1"}
        client.post(reverse("helpdesk:new_ticket"), facts | {"subject": "Vezne açılmıyor"})
        assert "Vezne açılmıyor" not in client.get(reverse("helpdesk:new_ticket")).content.decode()

    def test_an_empty_form_keeps_nothing_and_too_much_is_said_no_to(self):
        self.type_in(self.signed_in(self.ayse), "Selam")
        self.type_in(self.signed_in(self.ayse), "  ")
        assert not KeptDraft.objects.exists()
        with self.assertRaises(DraftTooLong):
            drafts.keep(self.ayse, self.ticket, {"body": "x" * 50_000}, form="")

    def test_unsent_words_are_forgotten_after_a_month(self):
        self.type_in(self.signed_in(self.ayse), "Selam")
        with time_machine.travel(now() + timedelta(days=31), tick=False):
            retention.destroy_overdue()
        assert not KeptDraft.objects.exists()


class TwoAtOneTicket(Drafts):
    """The same stage; what a second agent sees and is told."""

    def seen(self, client) -> str:
        return client.get(reverse("helpdesk:ticket", args=self.place)).context["seen"]

    def test_a_colleague_sees_who_writes_and_it_is_told_once(self):
        self.type_in(self.signed_in(self.ayse), "Bak")
        self.type_in(self.signed_in(self.ayse), "Bakıyorum")
        beside = self.signed_in(self.burak).get(reverse("helpdesk:looking", args=self.place)).content.decode()
        assert "Ayşe Yılmaz yazıyor" in beside
        assert Event.objects.filter(kind="typing").count() == 1
        self.send(self.signed_in(self.ayse), "Bakıyorum")
        assert not viewers.others(self.ticket, self.burak)[0].types

    def test_the_second_of_two_answers_sees_the_first_and_leaves_only_when_sent_again(self):
        ayse, burak = self.signed_in(self.ayse), self.signed_in(self.burak)
        seen = self.seen(burak)
        self.send(ayse, "Düzelttik", seen=self.seen(ayse))
        refused = self.send(burak, "Siz de deneyin", seen=seen)
        page = refused.content.decode()
        assert refused.status_code == 409
        assert "Düzelttik" in page
        assert "Siz de deneyin</textarea>" in page
        assert Message.objects.filter(body="Siz de deneyin").count() == 0
        again = self.send(burak, "Siz de deneyin", seen=refused.context["seen"], once="f2")
        assert again.status_code == 302
        assert Message.objects.filter(body="Siz de deneyin").count() == 1

    def test_another_owner_state_and_class_are_said_and_ones_own_acts_are_no_news(self):
        ayse = self.signed_in(self.ayse)
        tickets.claim(self.ticket, by=self.ayse)
        seen = self.seen(ayse)
        tickets.note(self.ticket, by=self.ayse, body="Kendime not")
        assert self.send(ayse, "Selam", seen=seen).status_code == 302
        seen = self.seen(ayse)
        tickets.assign(self.ticket, to=self.burak, by=self.leyla)
        tickets.grade(self.ticket, severity="S1", by=self.leyla)
        tickets.wait(self.ticket, by=self.leyla, body="Bekliyoruz")
        page = self.send(ayse, "Bir daha", seen=seen, once="f3").content.decode()
        assert all(words in page for words in ("Burak Demir", "S1", "Bekliyoruz", "Bir daha"))

    def test_a_program_may_ask_for_the_same(self):
        read = Message.objects.latest("pk").pk
        tickets.reply(self.ticket, by=self.burak, body="Önce ben")
        url = f"/api/v1/tickets/{self.ticket.number}/messages/"
        for seen, status in ((read, 409), (Message.objects.latest("pk").pk, 201)):
            answer = self.api(self.ayse).post(url, {"body": "Sonra ben", "seen": seen}, content_type="application/json")
            assert answer.status_code == status

    def api(self, person) -> Client:
        _token, secret = tokens.issue(person, name="t", scopes=["tickets:write"], lasting=timedelta(days=2))
        return Client(headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": secret[-20:] + str(now())})
