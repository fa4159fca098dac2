"""Those who asked to be told: how they come in, what they hear, how they leave."""

import json
import re
from datetime import timedelta

import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.directory.models import Component
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import ConsoleMessage, OutboxMessage
from monitoring import outages
from monitoring.maintenance import windows
from monitoring.models import Announcement, Maintenance, Node, State, Subscriber, Told
from monitoring.subscribers import notify, signup
from tests.cast import Cast

NUMBER = "+905321234567"
LETTER = "memur@odunpazari.example"
Channel = Subscriber.Channel


class SubscriberCase(Cast, TestCase):
    def setUp(self):
        super().setUp()
        cache.clear()
        self.enterContext(time_machine.travel("2026-06-01 12:00+03:00"))
        self.tahsilat = Component.objects.get(pk="TAHSILAT")
        self.ebys = Component.objects.get(pk="EBYS")

    def a_subscriber(self, channel=Channel.EMAIL, address="", components=(), **wishes) -> Subscriber:
        address = address or {Channel.EMAIL: LETTER, Channel.SMS: NUMBER}.get(channel, "https://b.example/durum")
        subscriber = Subscriber.objects.create(channel=channel, address=address, confirmed_at=now(), **wishes)
        subscriber.components.set(components)
        return subscriber

    def an_outage(self, **facts):
        facts = {"components": [self.tahsilat], "scope": "central", "title_tr": "Tahsilat çalışmıyor"} | facts
        return outages.declare(title_en="Collections are down", text_tr="Ekip çalışıyor.", text_en="On it.", **facts)

    def told(self) -> list[tuple[str, str]]:
        """(address, first words) of what was handed to the outbox since the last look."""
        notify.announce_due()
        rows = list(OutboxMessage.objects.filter(batch__key__startswith="status:").order_by("pk"))
        new, self.seen = rows[getattr(self, "seen", 0) :], len(rows)
        return [(row.address, row.subject or row.text) for row in new]


class ComingIn(SubscriberCase):
    def ask(self, path="/status/26010/subscribe/", **data):
        return self.client.post(
            path, {"channel": "email", "address": LETTER, "least_severity": "S4", "language": "tr"} | data
        )

    def letters(self) -> list:
        dispatch.deliver_email()
        return mail.outbox

    def test_a_letter_asks_and_only_the_button_behind_its_link_subscribes(self):
        answer = self.ask()
        self.assertRedirects(answer, "/status/subscriptions/asked/email/")
        (letter,) = self.letters()
        link = re.search(r"/status/subscriptions/\S+/", letter.body)[0]
        self.assertContains(self.client.get(link), "Onayla")
        self.assertFalse(Subscriber.objects.confirmed().exists())
        self.client.post(f"{link}confirmation/")
        subscriber = Subscriber.objects.confirmed().get()
        self.assertEqual((subscriber.address, subscriber.municipality), (LETTER, self.odunpazari))

    def test_a_telephone_proves_itself_by_the_code(self):
        answer = self.ask(channel="sms", address="0532 123 45 67")
        dispatch.deliver_sms()
        code = re.search(r"\d{6}", ConsoleMessage.objects.get().text)[0]
        wrong = "000000" if code != "000000" else "000001"
        self.assertEqual(self.client.post(answer.url, {"code": wrong}).status_code, 422)
        self.assertEqual(self.client.post(answer.url, {"code": code}).status_code, 302)
        self.assertEqual(Subscriber.objects.confirmed().get().address, NUMBER)

    def test_five_wrong_codes_close_the_question(self):
        answer = self.ask(channel="sms", address="0532 123 45 67")
        dispatch.deliver_sms()
        code = re.search(r"\d{6}", ConsoleMessage.objects.get().text)[0]
        for _ in range(5):
            self.client.post(answer.url, {"code": "abc"})
        self.assertEqual(self.client.post(answer.url, {"code": code}).status_code, 422)
        self.assertFalse(Subscriber.objects.confirmed().exists())

    def test_the_answer_is_the_same_whether_or_not_the_address_subscribes(self):
        unknown = self.ask()
        self.a_subscriber(municipality=self.odunpazari)
        with time_machine.travel(now() + signup.A_MOMENT):
            known = self.ask()
            self.assertEqual((known.status_code, known.url), (unknown.status_code, unknown.url))
            self.assertEqual(len(self.letters()), 2)

    def test_asking_again_changes_the_wishes_and_never_doubles(self):
        earlier = self.a_subscriber(municipality=self.odunpazari)
        again = signup.ask(channel="email", address=LETTER, municipality=self.odunpazari, least_severity="S1")
        signup.confirm(again)
        signup.confirm(again)
        self.assertEqual(Subscriber.objects.confirmed().get(), again)
        earlier.refresh_from_db()
        self.assertTrue(earlier.has_left)

    def test_one_address_is_asked_three_times_an_hour_whoever_asks(self):
        for place in range(3):
            with time_machine.travel(now() + place * signup.A_MOMENT):
                self.ask()
        refused = self.ask(address=LETTER.upper())
        self.assertEqual(refused.status_code, 422)
        self.assertContains(refused, LETTER.upper(), status_code=422)
        self.assertEqual(Subscriber.objects.count(), 3)

    def test_a_day_later_the_link_is_too_old(self):
        self.ask()
        subscriber = Subscriber.objects.get()
        with time_machine.travel(now() + timedelta(hours=25)):
            self.assertEqual(
                self.client.post(f"/status/subscriptions/{subscriber.token}/confirmation/").status_code, 410
            )

    def test_other_sites_cannot_make_their_visitors_ask(self):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = self.client.post(
                "/status/subscribe/", {"channel": "email", "address": LETTER, "least_severity": "S4"}, headers=headers
            )
            self.assertEqual(answer.status_code, 403)
        self.assertFalse(Subscriber.objects.exists())

    def test_bad_addresses_are_explained_and_kept_in_the_form(self):
        for channel, address in (
            ("email", "memur"),
            ("sms", "0222 123 45 67"),
            ("hook", "http://b.example/"),
            ("hook", "https://user:pass@b.example/"),
        ):
            answer = self.ask(channel=channel, address=address)
            self.assertContains(answer, "nb-error", status_code=422)
            self.assertContains(answer, address, status_code=422)
        self.assertFalse(Subscriber.objects.exists())


class Leaving(SubscriberCase):
    def test_one_click_of_a_mail_program_is_enough(self):
        subscriber = self.a_subscriber()
        path = f"/status/subscriptions/{subscriber.token}/ending/"
        self.assertEqual(self.client.get(path).status_code, 302)
        self.client.enforce_csrf_checks = True
        for _ in range(2):
            self.assertEqual(self.client.post(path, {"List-Unsubscribe": "One-Click"}).status_code, 200)
        subscriber.refresh_from_db()
        self.assertTrue(subscriber.has_left)
        self.assertNotIn(LETTER, subscriber.address)

    def test_the_code_in_an_sms_is_enough(self):
        subscriber = self.a_subscriber(Channel.SMS)
        typed = f" {subscriber.leaving_code[:4].lower()} {subscriber.leaving_code[4:]}"
        self.assertEqual(self.client.post("/status/unsubscribe/", {"code": "AAAA"}).status_code, 422)
        self.assertEqual(self.client.post("/status/unsubscribe/", {"code": typed}).status_code, 200)
        self.assertFalse(Subscriber.objects.confirmed().exists())

    def test_who_never_answered_and_who_left_are_forgotten(self):
        signup.ask(channel="email", address=LETTER)
        signup.leave(self.a_subscriber(address="b@b.example"))
        staying = self.a_subscriber(address="c@c.example")
        signup.forget_unproved(now() + timedelta(seconds=1))
        self.assertEqual(list(Subscriber.objects.all()), [staying])


class Hearing(SubscriberCase):
    def test_sms_hears_beginning_and_end_and_letters_every_update(self):
        self.a_subscriber(Channel.SMS)
        self.a_subscriber()
        outage = self.an_outage()
        begun = dict(self.told())
        self.assertTrue(begun[LETTER].startswith("[Nöbet] Kesinti: Tahsilat"))
        self.assertTrue(begun[NUMBER].startswith("NOBET: Tahsilat çalışmıyor."))
        outages.publish(outage, stage="identified", text_tr="Neden bulundu.", by=self.nermin)
        self.assertEqual([address for address, _ in self.told()], [LETTER])
        dispatch.deliver_sms()
        dispatch.deliver_email()
        outages.end(outage)
        over = dict(self.told())
        self.assertTrue(over[LETTER].startswith("[Nöbet] Bitti: Tahsilat"))
        self.assertIn("Bitti", over[NUMBER])

    def test_who_never_got_the_beginning_hears_no_end(self):
        self.a_subscriber(Channel.SMS)
        outage = self.an_outage()
        self.assertEqual(len(self.told()), 1)
        outages.end(outage)  # before the SMS left
        self.assertEqual(self.told(), [])
        dispatch.deliver_sms()
        self.assertFalse(ConsoleMessage.objects.exists())

    def test_who_subscribes_in_the_middle_hears_it_begin_and_end(self):
        outage = self.an_outage()
        self.told()
        self.a_subscriber()
        outages.publish(outage, stage="identified", text_tr="Neden bulundu.", by=self.nermin)
        self.assertIn("Kesinti", self.told()[0][1])

    def test_severity_and_components_are_respected(self):
        self.a_subscriber(address="all@a.example")
        self.a_subscriber(address="module@a.example", components=[self.ebys])
        self.a_subscriber(address="grave@a.example", least_severity="S1")
        self.an_outage(severity="S2")
        self.assertEqual([address for address, _ in self.told()], ["all@a.example"])

    def test_the_fault_of_one_municipality_is_for_its_own_subscribers(self):
        self.a_subscriber(address="country@a.example")
        self.a_subscriber(address="here@a.example", municipality=self.merzifon)
        self.a_subscriber(address="there@a.example", municipality=self.odunpazari)
        node = Node.objects.create(code="05004", name="Merzifon", municipality=self.merzifon, state=State.OUTAGE)
        outages.declare(nodes=[node], scope="local")
        self.assertEqual([address for address, _ in self.told()], ["here@a.example"])

    def test_a_municipality_that_is_back_hears_so_before_the_others(self):
        nodes = [
            Node.objects.create(code=place.code, name=place.name, municipality=place, state=State.OUTAGE)
            for place in (self.merzifon, self.odunpazari)
        ]
        for place in (self.merzifon, self.odunpazari):
            self.a_subscriber(address=f"{place.code}@a.example", municipality=place)
        outage = outages.declare(nodes=nodes, scope="regional")
        self.told()
        dispatch.deliver_email()
        Node.objects.filter(pk=nodes[0].pk).update(state=State.OK)
        outages.settle(outage)
        ((address, subject),) = self.told()
        self.assertEqual(address, "05004@a.example")
        self.assertIn("sizde", subject.lower())
        Node.objects.filter(pk=nodes[1].pk).update(state=State.OK)
        outages.settle(outage)
        self.assertEqual([address for address, _ in self.told()], ["26010@a.example"])

    def test_drills_and_hidden_outages_tell_nobody(self):
        self.a_subscriber()
        self.an_outage(is_drill=True)
        self.an_outage(is_public=False)
        self.assertEqual(self.told(), [])

    def test_a_merged_outage_is_finished_by_the_wider_one(self):
        self.a_subscriber(municipality=self.merzifon)
        node = Node.objects.create(code="05004", name="Merzifon", municipality=self.merzifon, state=State.OUTAGE)
        small = outages.declare(nodes=[node], scope="local")
        self.told()
        dispatch.deliver_email()
        wide = self.an_outage()
        outages.absorb(wide, [small])
        self.told()
        dispatch.deliver_email()
        self.assertEqual(Told.objects.filter(over_at=None).get().outage, wide)
        outages.end(wide)
        self.assertIn("Bitti", self.told()[-1][1])

    def test_a_webhook_reads_the_shape_of_statuspage(self):
        subscriber = self.a_subscriber(Channel.HOOK)
        outage = self.an_outage()
        notify.announce_due()
        document = json.loads(OutboxMessage.objects.get(channel="hook").text)
        self.assertEqual(document["incident"]["id"], str(outage.pk))
        self.assertEqual(document["page"]["status_indicator"], "critical")
        self.assertIn(subscriber.token, document["meta"]["unsubscribe"])

    def test_letters_speak_the_subscribers_language_and_carry_their_way_out(self):
        subscriber = self.a_subscriber(language="en")
        self.an_outage()
        notify.announce_due()
        dispatch.deliver_email()
        (letter,) = mail.outbox
        self.assertIn("Collections are down", letter.subject)
        self.assertIn("On it.", letter.body)
        self.assertIn(f"/{subscriber.token}/ending/", letter.extra_headers["List-Unsubscribe"])

    def test_a_second_worker_tells_nothing_twice(self):
        self.a_subscriber()
        self.an_outage()
        (claimed,) = Announcement.objects.claim(10)
        notify.settle(claimed)
        notify.settle(claimed)
        self.assertEqual(OutboxMessage.objects.filter(batch__key__startswith="status:").count(), 1)

    def test_the_number_of_queries_does_not_grow_with_subscribers(self):
        counts = []
        for size in (3, 60):
            for number in range(size):
                self.a_subscriber(address=f"{size}-{number}@a.example")
            outage = self.an_outage()
            with CaptureQueriesContext(connection) as seen:
                notify.announce_due()
            counts.append(len(seen))
            outages.end(outage)
            notify.announce_due()
        self.assertLessEqual(counts[1], counts[0] + 2)  # SQLite splits a long insert


class Maintenances(SubscriberCase):
    def a_window(self, **facts) -> Maintenance:
        facts = {"starts_at": now() + timedelta(hours=2), "ends_at": now() + timedelta(hours=4)} | facts
        window = Maintenance(title_tr="Ödeme bakımı", title_en="Payments", **facts)
        return windows.plan(window, by=self.nermin, components=[self.tahsilat])

    def test_letters_hear_it_planned_begun_and_over_and_sms_only_begun(self):
        self.a_subscriber()
        self.a_subscriber(Channel.SMS)
        window = self.a_window()
        self.assertEqual([address for address, _ in self.told()], [LETTER])
        with time_machine.travel(window.starts_at + timedelta(seconds=5)):
            self.assertEqual({address for address, _ in self.told()}, {LETTER, NUMBER})
        with time_machine.travel(window.ends_at + timedelta(seconds=5)):
            self.assertEqual([address for address, _ in self.told()], [LETTER])

    def test_a_window_that_was_called_off_does_not_begin(self):
        self.a_subscriber()
        window = self.a_window()
        self.told()
        windows.call_off(window, by=self.nermin)
        self.assertIn("iptal", self.told()[0][1])
        with time_machine.travel(window.starts_at + timedelta(seconds=5)):
            self.assertEqual(self.told(), [])

    def test_a_repeating_window_owes_its_next_round(self):
        window = self.a_window(rule="FREQ=DAILY")
        with time_machine.travel(window.ends_at + timedelta(seconds=5)):
            notify.announce_due()
            begun = Announcement.objects.filter(what="begun", state="waiting").get()
            self.assertEqual(begun.due_at, window.starts_at + timedelta(days=1))

    def test_other_modules_are_not_told(self):
        self.a_subscriber(components=[self.ebys])
        self.a_window()
        self.assertEqual(self.told(), [])
