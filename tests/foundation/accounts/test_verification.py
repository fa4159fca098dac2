"""Contacts are asked whether their addresses are right: each once, answered by a press and never by opening a link."""

import re
from datetime import timedelta

import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation import now
from foundation.accounts import contacts, people
from foundation.accounts.verification import answers, asking, progress
from foundation.accounts.verification.asking import RoundScope
from foundation.directory.models import Contact, VerificationRequest, VerificationRound
from foundation.directory.retention import forget_verifications
from foundation.journal.models import Entry
from foundation.outbox import inbound
from foundation.outbox.lanes import QUIET_UNTIL
from foundation.outbox.models import Batch, OutboxMessage
from tests.cast import Cast, a_contact
from tests.wall.walking import signed_in

SOON = timedelta(seconds=11)


def unproved(place, **fields) -> Contact:
    return a_contact(place, **{"verified_at": None, **fields})


def secret_in(message: OutboxMessage) -> str:
    found = re.search(r"/k/([^/\s]+)/", message.words)
    assert found
    return found[1]


def secret_of(address: str) -> str:
    return secret_in(OutboxMessage.objects.filter(address=address).latest("pk"))


class Asking(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.it = unproved(self.odunpazari, channel="email", address="bt@odunpazari.test")
        self.mayor = unproved(self.odunpazari, duty="mayor", address="+905991112233")

    def carried(self, scope: RoundScope | None = None, by=None) -> VerificationRound:
        round_ = asking.order(scope or RoundScope(), by=by or self.yonca)
        with time_machine.travel(now() + SOON):
            asking.carry_owed()
            asking.carry_owed()
        round_.refresh_from_db()
        return round_

    def test_each_address_gets_one_sealed_message_in_turkish_and_sms_keep_quiet_at_night(self):
        round_ = self.carried()
        assert round_.ended_at and round_.total == 2
        sms, mail = OutboxMessage.objects.order_by("-channel")
        assert (sms.channel, sms.address, mail.address) == ("sms", "+905991112233", "bt@odunpazari.test")
        assert "Odunpazarı Belediyesi" in sms.words and "Bu numara" in sms.words and sms.is_sealed and mail.is_sealed
        assert Batch.objects.get().state == Batch.State.RELEASED
        assert sms.due_at.astimezone().time() >= QUIET_UNTIL or sms.due_at <= now() + SOON
        assert not Contact.objects.filter(verified_at__isnull=False, municipality=self.odunpazari).exists()

    def test_an_address_of_several_duties_is_asked_once_and_answers_for_all(self):
        unproved(self.odunpazari, duty="secretary", address="+905991112233")
        unproved(self.merzifon, duty="it", address="+905991112233")
        assert self.carried().total == 2
        answers.answer(secret_of("+905991112233"), "yes")
        assert Contact.objects.filter(address="+905991112233", verified_at__isnull=False).count() == 3

    def test_verified_denied_and_stopped_ones_are_not_asked(self):
        a_contact(self.odunpazari)
        unproved(self.odunpazari, denied_at=now())
        stopped = unproved(self.odunpazari, address="+905994445566")
        inbound.opt_out("+905994445566")
        round_ = self.carried()
        assert round_.total == 3
        (left_out,) = round_.requests.filter(outcome="refused")
        assert left_out.address == stopped.address and "Dur" in left_out.why
        assert not OutboxMessage.objects.filter(address=stopped.address).exists()

    def test_where_sms_carry_no_links_it_is_said(self):
        with self.settings(SMS_GATEWAY="twilio"):
            round_ = asking.order(RoundScope(), by=self.yonca)
        (left_out,) = round_.requests.filter(outcome="refused")
        assert left_out.address == self.mayor.address and "bağlantı" in left_out.why

    def test_scope_is_a_municipality_a_province_or_a_duty(self):
        unproved(self.merzifon, channel="email", address="bt@merzifon.test")
        for scope, total in (
            (RoundScope(municipality=self.merzifon), 1),
            (RoundScope(province=self.eskisehir_province), 2),
            (RoundScope(duty="mayor"), 1),
        ):
            with transaction.atomic():
                assert asking.order(scope, by=self.yonca).total == total
                transaction.set_rollback(True)

    def test_municipal_administrators_ask_their_own_only(self):
        asking.order(RoundScope(municipality=self.odunpazari), by=self.zehra)
        for scope, person in (
            (RoundScope(), self.zehra),
            (RoundScope(municipality=self.merzifon), self.zehra),
            (RoundScope(municipality=self.odunpazari), self.selim),
            (RoundScope(), self.leyla),
        ):
            with self.assertRaises(asking.NotYourRound):
                asking.order(scope, by=person)

    def test_nobody_is_asked_twice_within_a_day(self):
        self.carried()
        with self.assertRaises(asking.NobodyToAsk):
            asking.order(RoundScope(), by=self.yonca)
        with time_machine.travel(now() + timedelta(days=2)):
            assert asking.order(RoundScope(), by=self.yonca).total == 2

    def test_stopped_in_time_nothing_leaves_and_it_may_be_asked_again(self):
        round_ = asking.order(RoundScope(), by=self.yonca)
        assert asking.stop(round_, by=self.yonca) == 2
        with time_machine.travel(now() + timedelta(minutes=1)):
            asking.carry_owed()
        assert not OutboxMessage.objects.exists()
        with self.assertRaises(asking.RoundIsOver):
            asking.stop(round_, by=self.yonca)
        assert self.carried().total == 2

    def test_a_worker_that_dies_between_two_parts_leaves_what_the_next_finishes(self):
        round_ = asking.order(RoundScope(), by=self.yonca)
        asking.ask_some(round_, 1)
        assert OutboxMessage.objects.count() == 1 and Batch.objects.get().state == Batch.State.OPEN
        with time_machine.travel(now() + SOON):
            asking.carry_owed()
        assert OutboxMessage.objects.count() == 2 and Batch.objects.get().state == Batch.State.RELEASED

    def test_right_verifies_and_not_me_takes_it_back(self):
        self.carried()
        secret = secret_of(self.it.address)
        answers.answer(secret, "yes")
        self.it.refresh_from_db()
        first = self.it.verified_at
        assert first and Entry.objects.filter(kind="contact.verified").count() == 1
        with time_machine.travel(now() + timedelta(hours=1)):
            answers.answer(secret, "yes")
            self.it.refresh_from_db()
            assert self.it.verified_at == first and Entry.objects.filter(kind="contact.verified").count() == 1
            answers.answer(secret, "no")
        self.it.refresh_from_db()
        assert self.it.verified_at is None and self.it.denied_at
        assert Entry.objects.filter(kind="contact.denied").count() == 1
        assert VerificationRequest.objects.get(address=self.it.address).answer == "no"

    def test_a_code_that_comes_back_ends_a_denial(self):
        Contact.objects.filter(pk=self.it.pk).update(denied_at=now())
        contacts.send_code(self.it, by=self.zehra)
        code = re.search(r"\d{6}", OutboxMessage.objects.get(address=self.it.address).words)
        assert code
        contacts.verify(self.it, code[0], by=self.zehra)
        self.it.refresh_from_db()
        assert self.it.verified_at and self.it.denied_at is None

    def test_a_link_too_old_says_so(self):
        self.carried()
        secret = secret_of(self.it.address)
        with time_machine.travel(now() + timedelta(days=15)), self.assertRaises(answers.RequestGone):
            answers.answer(secret, "yes")
        with self.assertRaises(answers.RequestGone):
            answers.find("made-up")

    def test_the_database_keeps_its_promises(self):
        round_ = self.carried()
        asked = round_.requests.get(address=self.it.address)
        for change in ({"answer": "yes"}, {"sent_at": None}, {"address": self.mayor.address, "channel": "sms"}):
            with self.assertRaises(IntegrityError), transaction.atomic():
                VerificationRequest.objects.filter(pk=asked.pk).update(**change)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Contact.objects.filter(pk=self.it.pk).update(verified_at=now(), denied_at=now())

    def test_what_is_forgotten_goes_whole(self):
        self.carried()
        Contact.objects.filter(pk=self.it.pk).update(person=self.selim)
        people.erase(self.selim, by=self.yonca)
        assert list(VerificationRequest.objects.values_list("address", flat=True)) == [self.mayor.address]
        forget_verifications(now() + timedelta(days=1))
        assert not VerificationRequest.objects.exists() and Contact.objects.filter(pk=self.mayor.pk).exists()


class Pages(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.mayor = unproved(self.odunpazari, duty="mayor", address="+905991112233")

    def ask(self) -> str:
        asking.order(RoundScope(municipality=self.odunpazari), by=self.zehra)
        with time_machine.travel(now() + SOON):
            asking.carry_owed()
        return secret_of(self.mayor.address)

    def test_opening_the_link_changes_nothing_and_one_press_verifies(self):
        address = reverse("accounts:contact_answer", args=[self.ask()])
        for method in ("get", "head", "get"):
            assert getattr(Client(), method)(address).status_code == 200
        self.mayor.refresh_from_db()
        assert self.mayor.verified_at is None
        page = Client().get(address).content.decode()
        assert "Bu numara doğru" in page and "+905991112233" not in page and "Odunpazarı Belediyesi" in page
        assert Client().post(address, {"answer": "belki"}).status_code == 422
        browser = Client()
        assert browser.post(address, {"answer": "yes"}).status_code == 302
        assert "doğru olarak kaydedildi" in browser.get(address).content.decode()
        self.mayor.refresh_from_db()
        assert self.mayor.verified_at

    def test_not_me_is_kept_and_shown_to_the_administrator(self):
        Client().post(reverse("accounts:contact_answer", args=[self.ask()]), {"answer": "no"})
        page = signed_in(self.zehra).get(reverse("accounts:contacts", args=["26010"])).content.decode()
        assert "“bu ben değilim”" in page and "Hepsine sor" not in page

    def test_one_press_of_an_administrator_asks_all_and_the_page_says_when(self):
        browser = signed_in(self.zehra)
        press = reverse("accounts:contacts_verification", args=["26010"])
        assert browser.post(press).status_code == 302
        assert browser.post(press).status_code == 409
        with time_machine.travel(now() + SOON):
            asking.carry_owed()
        assert "henüz yanıt yok" in browser.get(reverse("accounts:contacts", args=["26010"])).content.decode()
        assert signed_in(self.hatice).post(press).status_code == 404

    def test_whoever_said_stop_is_shown_as_stopped_even_after_the_press(self):
        secret = self.ask()
        inbound.opt_out(self.mayor.address)
        address = reverse("accounts:contact_answer", args=[secret])
        assert "BASLA" in Client().get(address).content.decode()
        Client().post(address, {"answer": "yes"})
        page = signed_in(self.zehra).get(reverse("accounts:contacts", args=["26010"])).content.decode()
        assert "“Dur” ile durduruldu" in page and ">doğrulandı<" not in page

    def test_the_page_of_a_round_counts_by_province_in_as_many_questions_for_any_number(self):
        browser = signed_in(self.yonca)

        def asked(count: int) -> int:
            for number in range(count):
                unproved(self.merzifon, channel="email", address=f"k{count}-{number}@merzifon.test")
            round_ = asking.order(RoundScope(province=self.amasya_province), by=self.yonca)
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(reverse("accounts:verification", args=[round_.pk]))
            assert progress.of(round_).whole.total == count and page.status_code == 200
            return len(queries)

        asked(1)
        assert asked(2) == asked(60)

    def test_a_round_is_begun_from_the_register(self):
        browser = signed_in(self.yonca)
        answer = browser.post(reverse("accounts:verifications"), {"province": "26", "duty": ""})
        self.assertRedirects(answer, reverse("accounts:verification", args=[VerificationRound.objects.get().pk]))
        assert "Eskişehir" in browser.get(reverse("accounts:verifications")).content.decode()
        assert browser.post(reverse("accounts:verifications"), {"province": "99"}).status_code == 422
