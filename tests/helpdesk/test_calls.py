"""The telephone: an exchange says things in any order, agents see who calls, nobody who was lost is forgotten."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.accounts import people
from foundation.directory.models import Contact
from foundation.outbox import inbound
from foundation.outbox.models import OutboxMessage
from helpdesk import retention
from helpdesk.calls import callers, exchanges, log, lost, numbers
from helpdesk.calls.log import CallTerms, CallWords
from helpdesk.models import Exchange, Extension, PhoneCall, Ticket
from helpdesk.refusals import NotYourTicket
from monitoring import outages
from tests.cast import Cast, a_component, a_contact
from tests.helpdesk.builders import the_queue

NUMBER = "+905321234567"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("05321234567", NUMBER),
        ("5321234567", NUMBER),
        ("905321234567", NUMBER),
        ("00905321234567", NUMBER),
        ("+90 (532) 123 45 67", NUMBER),
        ("sip:05321234567@santral.local;user=phone", NUMBER),
        ("<sip:+905321234567@10.0.0.1>", NUMBER),
        ("0222 221 00 00", "+902222210000"),
        ("004930123456", "+4930123456"),
        ("214", "214"),
        ("anonymous", ""),
        ("", ""),
        ("9" * 400, "9" * 20),
    ],
)
def test_a_number_is_one_however_an_exchange_writes_it(written, kept):
    assert numbers.e164(written) == kept


class Line(Cast):
    """An exchange that may come in, Selim's telephone, and Ayşe at extension 214."""

    def setUp(self):
        super().setUp()
        cache.clear()
        the_queue()
        a_component("DIGER", tier="C")
        self.selim.phone = NUMBER
        self.selim.save()
        self.exchange, self.secret = exchanges.let_in("Merkez", by=self.yonca)
        log.sit_at("214", by=self.ayse)

    def says(self, word: str, call: str = "c1", *, as_json: bool = False, **words):
        told = {"event": word, "callId": call, "direction": "in", "from": "05321234567", "to": "4441234"} | words
        address = f"/calls/exchange/{words.pop('secret', self.secret)}/"
        if as_json:
            return self.client.post(address, json.dumps(told), content_type="application/json")
        return self.client.post(address, told)

    def a_lost_call(self, call_id: str, **words) -> PhoneCall:
        self.says("newCall", call_id, **words)
        return PhoneCall.objects.get(pk=self.says("hangup", call_id, cause="cancel", **words).json()["call"])


class AnExchangeSpeaks(Line, TestCase):
    def test_in_any_order_and_twice_it_is_the_same_call(self):
        words = {"newCall": {}, "answer": {"answeringNumber": "214"}, "hangup": {"cause": "normalClearing"}}
        for number, order in enumerate(permutations(words)):
            with self.subTest(order=order):
                for event in [*order, *order]:
                    assert self.says(event, f"c{number}", as_json=bool(number % 2), **words[event]).status_code == 200
                call = PhoneCall.objects.get(call_id=f"c{number}")
                assert (call.agent, call.municipality, call.caller) == (self.ayse, self.odunpazari, self.selim)
                assert call.number == NUMBER
                assert call.answered_at <= call.ended_at
                assert call.cause == "normalClearing"
                assert not PhoneCall.objects.lost(now()).filter(pk=call.pk).exists()

    def test_a_bearer_opens_as_the_path_does_and_no_name_leaves(self):
        told = {"event": "newCall", "callId": "b", "direction": "in", "from": NUMBER, "to": "1"}
        answer = self.client.post("/calls/exchange/", told, headers={"authorization": f"Bearer {self.secret}"})
        assert answer.json() == {"call": PhoneCall.objects.get().pk, "announcement": None}

    def test_rubbish_is_answered_in_words_and_never_breaks(self):
        for words in ({"event": "boom"}, {"callId": ""}, {"callId": "x" * 129}, {"direction": "up"}):
            answer = self.says("newCall", **words)
            assert answer.status_code == 422, words
            assert answer.json()["error"]
        for body in (b"{", b"[1]", b"\xff\xfe{", b'{"event": {"a": 1}}', b"{" * 3000):
            answer = self.client.post(f"/calls/exchange/{self.secret}/", body, content_type="application/json")
            assert 400 <= answer.status_code < 500, body
        odd = {"from": "\x00\u202e<b>", "user": "1" * 500, "cause": "ş" * 500, "answeringNumber": "٣" * 40}
        assert self.says("newCall", "odd", **odd).status_code == 200

    def test_a_wrong_or_an_ended_secret_opens_nothing_and_is_counted(self):
        assert self.says("newCall", secret="x" * 32).status_code == 403
        exchanges.end(self.exchange, by=self.yonca)
        with time_machine.travel(now(), tick=False):  # a minute may end between two of forty
            assert {self.says("newCall").status_code for _ in range(40)} == {403, 429}
        assert not PhoneCall.objects.exists()
        assert self.secret not in str(Exchange.objects.values().get())

    def test_whoever_calls_in_an_outage_hears_of_it_first(self):
        assert self.says("newCall", "quiet").json()["announcement"] is None
        outage = outages.declare(municipalities=[self.odunpazari], components=[self.ebys], by=self.nermin)
        heard = self.says("newCall", "loud").json()["announcement"]
        assert heard["outage"] == outage.pk
        assert outage.title_tr in heard["text"]
        assert len(heard["text"]) <= 600
        assert heard["url"].endswith(f"/status/outages/{outage.pk}/")
        elsewhere = self.says("newCall", "stranger", **{"from": "05990000000"}).json()["announcement"]
        assert elsewhere is None, "it is no word to the rest of the country"
        assert self.says("hangup", "loud").json()["announcement"] is None

    def test_a_national_outage_is_told_to_everybody(self):
        outage = outages.declare(components=[self.tahsilat], by=self.nermin)
        assert outage.scope == "central"
        heard = self.says("newCall", **{"from": "anonymous"}).json()["announcement"]
        assert heard["outage"] == outage.pk


class WhoCalls(Line, TestCase):
    def test_a_deputy_is_known_and_says_for_whom(self):
        chief = a_contact(self.merzifon, address="+905990000001", name="Başkan")
        deputy = a_contact(self.merzifon, address="+905990000002", name="Vekil", duty=Contact.Duty.SECRETARY)
        chief.deputy = deputy
        chief.save()
        caller = callers.known("+905990000002")[0]
        assert (caller.municipality, caller.name, caller.stands_in_for) == (self.merzifon, "Vekil", "Başkan")

    def test_what_an_agent_said_once_is_known_the_next_time(self):
        call = self.a_lost_call("one", **{"from": "05990000009"})
        assert call.municipality is None
        log.note(call, CallWords(self.merzifon, None, "Zabıta", "Yazıcı"), by=self.ayse)
        again = self.a_lost_call("two", **{"from": "05990000009"})
        assert (again.municipality, again.who) == (self.merzifon, "Zabıta")

    def test_somebody_who_moved_to_another_place_does_not_ask_for_the_old_one(self):
        self.selim.memberships.update(until=now())
        assert callers.known(NUMBER) == []


class ATicketOfACall(Line, TestCase):
    def test_one_press_files_it_in_the_callers_name(self):
        self.says("newCall", user="214")
        self.client.force_login(self.ayse)
        call = PhoneCall.objects.get()
        assert "Odunpazarı" in self.client.get("/desk/calls/mine/").text
        page = self.client.get(f"/desk/calls/{call.pk}/")
        words = page.context["form"].initial
        answer = self.client.post(f"/desk/calls/{call.pk}/", words | {"act": "file"})
        ticket = Ticket.objects.get()
        assert answer.url == f"/tickets/{ticket.number}/"
        assert (ticket.requester, ticket.channel, ticket.municipality) == (self.selim, "phone", self.odunpazari)
        assert ticket.messages.get().author is None
        self.client.post(f"/desk/calls/{call.pk}/", words | {"act": "file"})
        assert Ticket.objects.count() == 1
        assert OutboxMessage.objects.filter(channel="email", address=self.selim.email).exists()
        assert not OutboxMessage.objects.filter(channel="sms").exists()

    def test_who_has_no_account_gets_the_number_by_sms_unless_they_said_stop(self):
        for last, is_told in (("1", True), ("2", False)):
            number = f"+90599000000{last}"
            if not is_told:
                inbound.opt_out(number)
            said = CallWords(self.merzifon, None, "Zabıta", "Yazıcı çalışmıyor")
            call = log.write(said, by=self.ayse, number=number, minutes=4)
            ticket = log.file_ticket(call, CallTerms(self.ebys, "one", "question"), by=self.ayse)
            message = OutboxMessage.objects.get(channel="sms", address=number)
            assert ticket.number in message.text
            assert (message.state != OutboxMessage.State.SUPPRESSED) is is_told
            assert call.duration == timedelta(minutes=4)

    def test_an_agent_needs_no_exchange_and_what_was_typed_stays(self):
        self.client.force_login(self.burak)
        typed = {"municipality": "yok böyle yer", "who": "Zabıta", "words": "Yazıcı", "minutes": "2", "act": "file"}
        page = self.client.post("/desk/calls/new/", typed)
        assert page.status_code == 422
        assert "Yazıcı" in page.text
        right = {"municipality": "Odunpazarı", "component": "EBYS"}
        self.client.post("/desk/calls/new/", typed | right)
        assert Ticket.objects.get().calls.get().caller_name == "Zabıta"

    def test_only_the_desk_writes_calls_down(self):
        with pytest.raises(NotYourTicket):
            log.write(CallWords(), by=self.selim)
        with pytest.raises(NotYourTicket):
            lost.ring_back(self.a_lost_call("x"), by=self.nermin)


class CallsNobodyAnswered(Line, TestCase):
    def test_attempts_of_one_number_are_one_line_until_somebody_rings_back(self):
        for number in range(3):
            call = self.a_lost_call(f"try{number}")
        self.a_lost_call("hidden", **{"from": "anonymous"})
        assert sorted((each.call.number, each.attempts) for each in lost.waiting(self.ayse)) == [("", 1), (NUMBER, 3)]
        assert lost.ring_back(call, by=self.burak) == 3
        assert [each.call.number for each in lost.waiting(self.ayse)] == [""]
        call.refresh_from_db()
        assert call.settled_by == self.burak
        with pytest.raises(lost.NothingLost):
            lost.ring_back(call, by=self.ayse)

    def test_whoever_tries_again_and_is_answered_is_owed_nothing(self):
        self.a_lost_call("first")
        self.says("newCall", "second")
        assert [call.call_id for call in PhoneCall.objects.waiting(now())] == ["second"]
        self.says("answer", "second", answeringNumber="214")
        assert lost.waiting(self.ayse) == []

    def test_a_call_of_which_the_exchange_says_no_more_is_lost(self):
        self.says("newCall")
        assert lost.waiting(self.ayse) == []
        with time_machine.travel(now() + timedelta(minutes=6), tick=False):
            assert len(lost.waiting(self.ayse)) == 1
            assert not PhoneCall.objects.waiting(now()).exists()

    def test_the_page_costs_the_same_however_many_wait(self):
        self.client.force_login(self.ayse)
        self.a_lost_call("one")
        before = self.queries()
        for number in range(8):
            self.a_lost_call(f"n{number}", **{"from": f"0599000001{number}"})
        assert self.queries() == before

    def queries(self) -> int:
        self.client.get("/desk/calls/")
        with CaptureQueriesContext(connection) as seen:
            self.client.get("/desk/calls/")
        return len(seen)


class AnExtension(Line, TestCase):
    def test_belongs_to_one_agent_who_may_give_it_up(self):
        with pytest.raises(log.ExtensionTaken):
            log.sit_at("214", by=self.burak)
        log.sit_at("", by=self.ayse)
        log.sit_at("214", by=self.burak)
        self.says("answer", answeringNumber="214")
        assert PhoneCall.objects.get().agent == self.burak

    def test_of_somebody_who_left_the_desk_is_free(self):
        people.revoke(self.ayse, by=self.yonca)
        assert not Extension.objects.exists()


class OldCalls(Line, TestCase):
    def test_go_after_their_year_and_the_ticket_stays(self):
        call = log.write(CallWords(self.odunpazari, self.selim, "Selim", "Yazıcı"), by=self.ayse, number=NUMBER)
        log.file_ticket(call, CallTerms(self.ebys, "one", "question"), by=self.ayse)
        assert retention.forget_calls(now() - timedelta(days=365)) == 0
        assert retention.forget_calls(now() + timedelta(seconds=1)) == 1
        assert Ticket.objects.exists()
