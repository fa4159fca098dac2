"""A ticket put aside leaves the open views, comes back by itself once, and no promise of it rests."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import SimpleTestCase, TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.journal.models import Entry
from foundation.language.formatting import ISTANBUL
from helpdesk import tickets
from helpdesk.incidents import major_incidents
from helpdesk.knowledge import acting
from helpdesk.models import DeskNotice, Macro, Snooze, Ticket, WakeReason
from helpdesk.refusals import NotYourTicket, TicketEnded
from helpdesk.search import finding
from helpdesk.snoozes import moments
from helpdesk.tickets import counters, queue, snoozing
from helpdesk.tickets.queue import QueueFilter
from helpdesk.tickets.snoozing import MomentIsOver, NoOutageToWaitFor
from monitoring import outages
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue
from tests.helpdesk.test_races import at_once

MONDAY = datetime(2026, 12, 7, 10, 30, tzinfo=ISTANBUL)


class WhatIsTyped(SimpleTestCase):
    def test_a_moment_is_read_in_the_words_of_the_desk(self):
        for typed, day, hour in (
            ("2s", 7, "12:30"),
            ("3 gün", 10, "10:30"),
            ("16:30", 7, "16:30"),
            ("09:15", 8, "09:15"),
            ("Yarın", 8, "09:00"),
            ("ÇARŞAMBA", 9, "09:00"),
            ("pazartesi", 14, "09:00"),
            ("15.12", 15, "09:00"),
            ("15.12.2026 14.00", 15, "14:00"),
            ("2026-12-15", 15, "09:00"),
        ):
            with self.subTest(typed):
                moment = moments.read(typed, MONDAY).astimezone(ISTANBUL)
                self.assertEqual((moment.day, f"{moment:%H:%M}"), (day, hour))

    def test_a_day_without_year_is_the_next_one(self):
        self.assertEqual(moments.read("01.02", MONDAY).date().isoformat(), "2027-02-01")

    def test_what_is_no_moment_to_come_is_none(self):
        for typed in (
            "",
            "makbuz",
            "31.02",
            "6.12.2026",
            "2025-01-01",
            "9999g",
            "29.02.2031",
            "1.1.2029",
            "25:00",
            "\x00",
        ):
            with self.subTest(typed):
                self.assertIsNone(moments.read(typed, MONDAY))


class PutAside(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue().team.members.add(self.ayse)
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        tickets.claim(self.ticket, by=self.ayse)
        self.client.force_login(self.ayse)

    def put_aside(self, **until) -> Snooze:
        return tickets.snooze(self.ticket, by=self.ayse, **until or {"event": "answer"})

    def later(self, **span) -> time_machine.travel:
        return time_machine.travel(now() + timedelta(**span), tick=False)

    def is_aside(self) -> bool:
        return Snooze.objects.standing().filter(ticket=self.ticket).exists()

    def listed(self, view: str, words: str = "") -> list[str]:
        return [row.number for row in queue.page(QueueFilter(view=view, words=words), self.ayse).rows]

    def test_it_leaves_the_open_views_and_counters_and_has_a_view_of_its_own(self):
        self.put_aside(until=now() + timedelta(hours=2))
        counters.recount()
        for view in ("mine", "team", "all"):
            self.assertEqual(self.listed(view), [])
        self.assertEqual(self.listed("snoozed"), [self.ticket.number])
        numbers = counters.numbers_for(self.ayse)
        self.assertEqual((numbers.mine, numbers.team, numbers.everything, numbers.snoozed), (0, 0, 0, 1))
        page = self.client.get("/desk/?view=snoozed")
        self.assertContains(page, "geri dönüş:")
        self.assertEqual(self.listed("all", "durum:ertelenen"), [self.ticket.number])
        self.assertEqual(self.listed("all", "durum:bizde"), [])
        self.assertEqual(len(finding.find("makbuz", self.ayse).tickets), 1)

    def test_no_clock_rests(self):
        due = self.ticket.next_due_at
        self.put_aside(until=now() + timedelta(days=2))
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).next_due_at, due)

    def test_it_comes_back_once_and_its_owner_is_told(self):
        self.put_aside(until=now() + timedelta(hours=2))
        with self.later(hours=1):
            self.assertEqual(snoozing.wake_due(), 0)
        with self.later(hours=2, seconds=1):
            self.assertEqual((snoozing.wake_due(), snoozing.wake_due()), (1, 0))
        self.assertEqual(DeskNotice.objects.filter(person=self.ayse, matter="woken").count(), 1)
        self.assertEqual(self.listed("mine"), [self.ticket.number])
        kinds = Entry.objects.filter(kind__in=("ticket.snoozed", "ticket.woken")).values_list("kind", flat=True)
        self.assertEqual(list(kinds.order_by("pk")), ["ticket.snoozed", "ticket.woken"])

    def test_whoever_put_aside_what_nobody_has_is_told(self):
        tickets.release(self.ticket, by=self.ayse)
        tickets.snooze(self.ticket, by=self.burak, until=now() + timedelta(hours=2))
        with self.later(hours=3):
            snoozing.wake_due()
        self.assertEqual(DeskNotice.objects.get(matter="woken").person, self.burak)

    def test_an_answer_brings_it_back_at_once(self):
        for until in ({"event": "answer"}, {"until": now() + timedelta(days=2)}):
            self.put_aside(**until)
            tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
            self.assertTrue(self.is_aside(), "what we write ourselves is no answer")
            tickets.reply(self.ticket, by=self.selim, body="Hâlâ aynı")
            self.assertFalse(self.is_aside())
            self.assertEqual(Snooze.objects.latest("pk").why, WakeReason.ANSWERED)

    def test_a_graver_class_brings_it_back_a_lighter_one_does_not(self):
        tickets.grade(self.ticket, severity="S2", by=self.ayse)
        self.put_aside()
        tickets.grade(self.ticket, severity="S3", by=self.burak, reason="Tek vezne")
        self.assertTrue(self.is_aside())
        tickets.grade(self.ticket, severity="S1", by=self.burak)
        self.assertFalse(self.is_aside())
        self.assertEqual(Snooze.objects.get().why, WakeReason.GRAVER)

    def test_it_ends_with_the_ticket_and_a_reopened_one_stands_in_the_queue(self):
        self.put_aside()
        tickets.resolve(self.ticket, by=self.ayse, note="Oldu")
        self.assertEqual(Snooze.objects.get().why, WakeReason.ENDED)
        self.assertFalse(DeskNotice.objects.filter(matter="woken").exists())
        tickets.reopen(self.ticket, by=self.selim, reason="Olmadı")
        self.assertEqual(self.listed("mine"), [self.ticket.number])
        tickets.withdraw(self.ticket, by=self.selim)
        with self.assertRaises(TicketEnded):
            self.put_aside()

    def test_until_its_outage_is_over(self):
        with self.assertRaises(NoOutageToWaitFor):
            self.put_aside(event="outage")
        outage = outages.declare(components=[self.tahsilat], by=self.nermin)
        incident = major_incidents.declare(outage, by=self.nermin)
        major_incidents.link(incident, self.ticket, by=self.ayse)
        self.put_aside(event="outage")
        self.assertEqual(snoozing.wake_due(), 0)
        major_incidents.end(incident)
        self.assertEqual((snoozing.wake_due(), snoozing.wake_due()), (1, 0))
        self.assertEqual(Snooze.objects.get().why, WakeReason.OUTAGE)

    def test_asked_again_it_changes_until_when_and_the_same_changes_nothing(self):
        first = self.put_aside(until=now() + timedelta(hours=2))
        entries = Entry.objects.count()
        self.put_aside(until=first.until)
        self.assertEqual(Entry.objects.count(), entries)
        self.put_aside(event="answer")
        self.assertEqual(list(Snooze.objects.values_list("until", "event")), [(None, "answer")])

    def test_what_the_sweep_saw_due_and_somebody_put_off_stays_aside(self):
        self.put_aside(until=now() + timedelta(hours=1))
        with self.later(hours=2):
            due = Snooze.objects.standing().filter(until__lte=now())
            self.put_aside(until=now() + timedelta(days=1))
            self.assertFalse(snoozing.end(due, self.ticket, why=WakeReason.DUE))
        self.assertTrue(self.is_aside())

    def test_a_moment_that_is_over_or_too_far_is_refused(self):
        for until in (now() - timedelta(minutes=1), now() + timedelta(days=400)):
            with self.assertRaises(MomentIsOver):
                self.put_aside(until=until)

    def test_only_the_desk_does_it(self):
        with self.assertRaises(NotYourTicket):
            tickets.snooze(self.ticket, by=self.selim, event="answer")
        self.put_aside()
        with self.assertRaises(NotYourTicket):
            tickets.wake(self.ticket, why=WakeReason.PERSON, by=self.selim)

    def test_the_database_keeps_one_snooze_a_ticket(self):
        self.put_aside()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Snooze.objects.create(ticket=self.ticket, event="answer")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Snooze.objects.update(event="", until=None)

    def test_a_macro_puts_aside_after_its_words(self):
        macro = Macro.objects.create(name="Bekle", text="Hangi vezne?", then="wait", snooze="monday")
        self.assertIn("pazartesi sabahı", acting.steps_of(macro)[-1])
        acting.carry_out(macro, Ticket.objects.get(pk=self.ticket.pk), by=self.ayse, blanks={})
        self.assertEqual(Snooze.objects.get().until, moments.after("monday", now()))


class OnThePage(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        self.path = f"/tickets/{self.ticket.number}"
        self.client.force_login(self.ayse)

    def picks(self, words: str = "") -> list[str]:
        page = self.client.get(f"{self.path}/correction/snooze/", {"words": words, "part": "choices"})
        return re.findall(r'name="value" value="(.*?)"', page.content.decode())

    def put(self, value: str):
        return self.client.post(f"{self.path}/correction/snooze/?view=unclaimed", {"value": value}, follow=True)

    def test_the_picker_offers_moments_and_reads_what_is_typed(self):
        self.assertEqual(len(self.picks()), 6)
        (typed,) = self.picks("3g")
        self.assertAlmostEqual(datetime.fromisoformat(typed), now() + timedelta(days=3), delta=timedelta(minutes=2))
        self.assertEqual(self.picks("cevap"), ["answer"])

    def test_past_the_next_due_moment_one_is_told_and_the_page_says_so(self):
        page = self.put(self.picks("haftaya")[0] if self.picks("haftaya") else self.picks("7g")[0])
        self.assertContains(page, "Süreler işlemeye devam ediyor:")
        self.assertContains(page, "Kuyruğa geri al")
        self.assertEqual(self.picks()[-1], "now")

    def test_waking_says_so_and_twice_does_nothing(self):
        self.put("answer")
        for _press in range(2):
            page = self.client.post(f"{self.path}/waking/", follow=True)
            self.assertContains(page, "Talep yeniden kuyrukta.")
        self.assertEqual(Entry.objects.filter(kind="ticket.woken").count(), 1)

    def test_rubbish_is_answered(self):
        for value in ("", "yarın", "2026-12-01T09:00", "9999-12-31T23:59:59+00:00", "\x00", "0001-01-01T00:00+14:00"):
            self.assertIn(self.put(value).status_code, (409, 422), value)
        self.assertFalse(Snooze.objects.exists())

    def test_the_history_says_it(self):
        self.put("answer")
        self.client.post(f"{self.path}/waking/")
        page = self.client.get(f"{self.path}/conversation/?history=1")
        self.assertContains(page, "erteledi: belediye cevap verene kadar")
        self.assertContains(page, "yeniden kuyrukta: biri geri aldı")

    def test_many_at_once(self):
        form = {"kind": "snooze", "confirmed": "yes", "number": [self.ticket.number]}
        refused = self.client.post("/desk/acts/new/", form)
        self.assertContains(refused, "Lütfen bir zaman ya da gün seçin.", status_code=422)
        self.client.post("/desk/acts/new/", form | {"act-moment": "answer"})
        self.assertEqual(Snooze.objects.get().event, "answer")
        day = (now() + timedelta(days=9)).date().isoformat()
        self.client.post("/desk/acts/new/", form | {"act-day": day})
        self.assertEqual(Snooze.objects.get().until, moments.morning_of(datetime.fromisoformat(day).date()))

    def test_the_list_asks_as_many_questions_with_one_aside_as_with_ten(self):
        def asked() -> int:
            with CaptureQueriesContext(connection) as counted:
                self.client.get("/desk/?view=snoozed")
            return len(counted)

        self.put("answer")
        self.client.get("/desk/?view=snoozed")
        one = asked()
        for _each in range(9):
            tickets.snooze(a_ticket(by=self.selim), by=self.ayse, event="answer")
        self.assertEqual(asked(), one)


@pytest.mark.both("ten wake one ticket in the same second")
class TenWakeIt(Cast, TransactionTestCase):
    def test_one_of_them_does(self):
        ticket = a_ticket(by=self.selim)
        tickets.snooze(ticket, by=self.ayse, event="answer")
        woke = at_once(lambda _number: tickets.wake(ticket, why=WakeReason.PERSON, by=self.ayse), range(10))
        self.assertEqual((woke.count(True), woke.count(False)), (1, 9))
        self.assertEqual(Entry.objects.filter(kind="ticket.woken").count(), 1)

    def test_ten_put_it_aside_and_one_row_stands(self):
        ticket = a_ticket(by=self.selim)
        kept = at_once(lambda _number: tickets.snooze(ticket, by=self.ayse, event="answer"), range(10))
        self.assertEqual({type(each) for each in kept}, {Snooze})
        self.assertEqual(Snooze.objects.count(), 1)
