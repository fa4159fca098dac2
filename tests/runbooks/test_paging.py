"""A fault at night: who is called, when, until somebody answers."""

from datetime import timedelta

import time_machine
from django.test import TestCase

from foundation import now
from foundation.journal.models import Entry
from foundation.outbox import inbound
from foundation.outbox.models import OutboxMessage, Suppression
from monitoring import outages
from runbooks.models import Awake, Matter, Notice, Page
from runbooks.paging import answering, ladders, matters
from tests.cast import Cast
from tests.runbooks.nights import NIGHT, an_outage, called, code_of, on_call, pass_time, replies, telephones, told


class ANight(Cast, TestCase):
    def setUp(self):
        travel = time_machine.travel(NIGHT, tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)
        super().setUp()
        telephones(self)
        on_call(self.nermin, self.leyla)

    def page(self) -> Page:
        return Page.objects.select_related("matter").get()

    def look(self, seconds: float = 5) -> None:
        pass_time(self.clock, seconds)


class AnOutageAtThree(ANight):
    def test_the_first_on_the_rota_is_told_within_a_minute(self):
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(len(told(self.nermin)), 1)
        self.assertIn(code_of(self.nermin), told(self.nermin)[0])
        self.assertIn("Tahsilat kesintisi", told(self.nermin)[0])
        self.assertEqual(told(self.leyla), [])
        self.assertLessEqual(self.page().first_call_after, timedelta(seconds=60))

    def test_nobody_is_called_before_the_outage_is_declared_and_its_worker_looks(self):
        an_outage(self.tahsilat)
        self.assertEqual(Page.objects.count(), 0)
        self.assertEqual(Matter.objects.open().count(), 1)

    def test_the_first_is_silent_and_the_second_is_reached_within_five_minutes(self):
        an_outage(self.tahsilat)
        self.look(240)
        self.assertEqual(len(told(self.leyla)), 1)
        self.assertEqual(len(told(self.nermin)), 1)
        self.assertLess(self.leyla.summonses.get().at - NIGHT, timedelta(minutes=5))

    def test_nobody_answers_and_the_ladder_comes_to_its_end(self):
        an_outage(self.tahsilat)
        self.look(30 * 60)
        page = self.page()
        self.assertEqual(page.status, Page.Status.UNANSWERED)
        self.assertEqual(called(page), [self.nermin.pk, self.leyla.pk, self.yonca.pk])
        self.assertTrue(Entry.objects.filter(kind="page.unanswered").exists())
        answering.acknowledge(page, by=self.leyla)
        self.assertEqual(self.page().taken_by, self.leyla)

    def test_an_answer_stops_the_ladder(self):
        outage = an_outage(self.tahsilat)
        self.look()
        replies(self.nermin, f"{code_of(self.nermin)} bakıyorum")
        self.look(25 * 60)
        self.assertEqual(self.page().taken_by, self.nermin)
        self.assertEqual(told(self.leyla), [])
        outage.refresh_from_db()
        self.assertEqual(outage.acknowledged_by, self.nermin)

    def test_an_outage_taken_on_the_board_calls_nobody_else(self):
        outage = an_outage(self.tahsilat)
        self.look()
        outages.acknowledge(outage, self.kemal)
        self.look(10 * 60)
        self.assertEqual(self.page().taken_by, self.kemal)
        self.assertEqual(told(self.leyla), [])

    def test_the_end_of_the_outage_ends_its_page(self):
        outage = an_outage(self.tahsilat)
        self.look()
        outages.end(outage)
        self.look(10 * 60)
        self.assertEqual(self.page().status, Page.Status.OVER)
        self.assertEqual(told(self.leyla), [])

    def test_a_drill_wakes_nobody(self):
        an_outage(self.tahsilat, is_drill=True)
        self.look()
        self.assertEqual(Matter.objects.count(), 0)

    def test_what_the_watch_declared_itself_is_theirs(self):
        an_outage(self.tahsilat, by=self.nermin)
        self.look(10 * 60)
        self.assertEqual(self.page().taken_by, self.nermin)
        self.assertEqual(told(self.leyla), [])

    def test_two_looks_at_once_tell_nobody_twice(self):
        an_outage(self.tahsilat)
        for _again in range(3):
            ladders.go_on()
        self.assertEqual(Notice.objects.filter(way="sms").count(), 1)


class NoProgress(ANight):
    def test_an_s1_without_progress_calls_again_its_owner_first(self):
        an_outage(self.tahsilat)
        self.look()
        replies(self.nermin, code_of(self.nermin))
        self.look(31 * 60)
        page = self.page()
        self.assertEqual((page.status, page.round), (Page.Status.RINGING, 2))
        self.assertEqual(self.nermin.summonses.count(), 2)

    def test_progress_keeps_it_taken(self):
        outage = an_outage(self.tahsilat)
        self.look()
        replies(self.nermin, code_of(self.nermin))
        self.look(20 * 60)
        outages.publish(outage, stage="identified", text_tr="Neden bulundu.", by=self.nermin)
        self.look(12 * 60)
        self.assertEqual(self.page().status, Page.Status.TAKEN)
        self.look(40 * 60)
        self.assertEqual(self.page().status, Page.Status.RINGING)

    def test_worse_than_it_was_calls_again(self):
        outage = an_outage(self.tahsilat, severity="S2")
        self.look()
        answering.acknowledge(self.page(), by=self.nermin)
        outage.severity = "S1"
        matters.report(matters.of_outage(outage))
        self.look()
        page = self.page()
        self.assertEqual((page.status, page.matter.severity, page.round), (Page.Status.RINGING, "S1", 2))


class NobodyThere(ANight):
    def test_a_rota_without_anybody_calls_operators_and_shift_leads_at_once(self):
        self.nermin.shifts.all().delete()
        self.leyla.shifts.all().delete()
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(len(told(self.nermin)), 1)
        self.assertEqual(len(told(self.leyla)), 1)
        self.assertEqual(Entry.objects.filter(kind="page.passed_over").count(), 2)

    def test_who_was_revoked_is_passed_over(self):
        type(self.nermin).objects.filter(pk=self.nermin.pk).update(is_active=False)
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(len(told(self.leyla)), 1)

    def test_who_has_no_telephone_gets_a_letter(self):
        type(self.nermin).objects.filter(pk=self.nermin.pk).update(phone="")
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(len(told(self.nermin, "email")), 1)

    def test_who_can_be_reached_nowhere_is_followed_by_the_next_at_once(self):
        type(self.nermin).objects.filter(pk=self.nermin.pk).update(phone="", email="")
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(len(told(self.leyla)), 1)
        self.assertEqual(Entry.objects.get(kind="page.unreachable").facts["person"], self.nermin.pk)


class AWayFails(ANight):
    def fail(self, address: str, reason: str = "30003 unreachable") -> None:
        OutboxMessage.objects.filter(address=address).update(state="failed", reason=reason)

    def test_a_failed_message_leads_to_the_next_person_at_once(self):
        type(self.nermin).objects.filter(pk=self.nermin.pk).update(email="")
        an_outage(self.tahsilat)
        self.look()
        self.fail(str(self.nermin.phone))
        self.look()
        self.assertEqual(len(told(self.leyla)), 1)
        failed = Notice.objects.get(person=self.nermin, state="failed")
        self.assertEqual(failed.reason, "30003 unreachable")

    def test_the_next_way_of_the_same_person_comes_first(self):
        self.nermin.contact_ways.create(kind="sms", address="+905320000101", place=0, verified_at=now())
        self.nermin.contact_ways.create(kind="sms", address="+905320000199", place=1, verified_at=now())
        an_outage(self.tahsilat)
        self.look()
        self.fail("+905320000101")
        self.look()
        self.assertTrue(OutboxMessage.objects.filter(address="+905320000199").exists())
        self.assertEqual(told(self.leyla), [])
        self.assertTrue(Notice.objects.get(address="+905320000199").instead)

    def test_a_message_that_does_not_leave_counts_as_failed(self):
        type(self.nermin).objects.filter(pk=self.nermin.pk).update(email="")
        an_outage(self.tahsilat)
        pass_time(self.clock, 70, carry=False)
        self.assertEqual(len(told(self.leyla)), 1)
        self.assertEqual(Notice.objects.get(person=self.nermin).reason, "not_left")

    def test_a_number_that_does_not_exist_is_not_tried(self):
        Suppression.objects.create(channel="sms", address=str(self.nermin.phone), reason="invalid")
        an_outage(self.tahsilat)
        self.look()
        self.assertEqual(told(self.nermin), [])
        self.assertEqual(len(told(self.nermin, "email")), 1)

    def test_a_word_to_stop_never_silences_a_duty_call(self):
        inbound.receive("console", sid="SM9", address=str(self.nermin.phone), text="DUR")
        an_outage(self.tahsilat)
        self.look()
        message = OutboxMessage.objects.get(channel="sms", address=str(self.nermin.phone))
        self.assertEqual(message.state, "delivered")


class AStorm(ANight):
    def test_forty_matters_in_a_minute_are_one_message_with_a_number(self):
        for number in range(40):
            an_outage(self.tahsilat, title_tr=f"Kesinti {number}", title_en=f"Outage {number}")
        self.look()
        self.assertEqual(len(told(self.nermin)), 1)
        self.assertIn("40", told(self.nermin)[0])
        replies(self.nermin, code_of(self.nermin))
        self.assertEqual(Page.objects.filter(taken_by=self.nermin).count(), 40)

    def test_those_that_come_later_gather(self):
        for number in range(30):
            an_outage(self.tahsilat, severity="S2", title_tr=f"Kesinti {number}", title_en=f"Outage {number}")
            self.look(10)
        self.assertLessEqual(len(told(self.nermin)), 6)
        self.look(180)
        self.assertEqual(Notice.objects.filter(person=self.nermin, state="waiting").count(), 0)

    def test_who_is_awake_gets_a_digest(self):
        replies(self.nermin, "Ayaktayım")
        self.assertEqual(Awake.objects.get().until - now(), timedelta(hours=4))
        for number in range(20):
            an_outage(self.tahsilat, severity="S2", title_tr=f"Kesinti {number}", title_en=f"Outage {number}")
            self.look(30)
        self.assertLessEqual(len(told(self.nermin)), 3)
