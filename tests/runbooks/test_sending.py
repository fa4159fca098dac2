"""From approval to the closing equation: once each, however often workers die."""

from datetime import timedelta
from unittest import mock

import time_machine
from django.test import TestCase
from django.utils import timezone

from foundation import now
from foundation.live.models import Event
from foundation.outbox import housekeeping, outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import Batch, OutboxMessage
from monitoring import outages
from runbooks.broadcasts.delivery import sending
from runbooks.models import Dispatch
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, drill_list_of, submitted

LEASE_OVER = sending.LEASE + timedelta(seconds=1)


class HandingOver(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        with mock.patch.object(sending, "FIRST", 1):
            approve(self.broadcast, self.kemal)

    def batch(self):
        return Batch.objects.get(key=f"broadcast:{self.broadcast.pk}")

    def test_every_recipient_becomes_one_message_of_one_released_batch(self):
        sending.dispatch_due()
        sending.dispatch_due()
        self.assertEqual((self.batch().intended, self.batch().state), (3, "released"))
        self.assertEqual(OutboxMessage.objects.filter(batch=self.batch()).values("address").distinct().count(), 3)

    def test_a_worker_that_died_half_way_is_taken_over(self):
        Dispatch.objects.claim(1)
        batch = sending.open_batch(self.broadcast)
        outbox.add(batch, "sms", [outbox.Addressee(address="+905320000000", text="x")])
        self.assertEqual(sending.dispatch_due(), 0)
        with time_machine.travel(now() + LEASE_OVER):
            self.assertEqual(sending.dispatch_due(), 1)
        self.assertEqual((self.batch().intended, self.batch().state), (3, "released"))

    def test_with_the_approval_the_first_wait_for_one_look_only(self):
        self.assertEqual(self.batch().state, "released")
        dispatch.deliver_sms()
        self.assertEqual(outbox.tally(self.batch()).delivered, 1)

    def test_the_head_of_the_list_is_handed_over_with_the_approval_and_nobody_twice(self):
        head = self.broadcast.recipients.included()[0]
        self.assertEqual(self.batch().messages.get().address, head.address)
        sending.dispatch_due()
        self.assertEqual((self.batch().intended, self.batch().messages.count()), (3, 3))

    def test_stopped_before_the_list_was_handed_over_nothing_leaves(self):
        stopped = sending.stop(self.broadcast, by=self.leyla)
        self.assertEqual((stopped.aborted, stopped.gone, stopped.on_the_line), (3, 0, 0))
        sending.dispatch_due()
        self.assertEqual(outbox.tally(self.batch()).aborted, 3)

    def test_what_waits_for_the_morning_can_be_stopped_before_anything_is_handed_over(self):
        later = submitted(self.nermin, lane="information")
        approve(later, self.kemal)
        self.assertIsNone(sending.stop(later, by=self.leyla))
        sending.dispatch_due()
        self.assertEqual(outbox.tally(sending.batch_of(later)).aborted, 3)

    def test_stopping_names_what_had_left(self):
        sending.dispatch_due()
        OutboxMessage.objects.filter(address="+905320000000").update(state="submitted")
        stopped = sending.stop(self.broadcast, by=self.leyla)
        self.assertEqual((stopped.aborted, stopped.gone), (2, 1))

    def test_a_pause_holds_and_a_resume_goes_on(self):
        sending.dispatch_due()
        sending.pause(self.broadcast, by=self.leyla)
        self.assertEqual((self.broadcast.status, self.batch().state), ("paused", "paused"))
        sending.resume(self.broadcast, by=self.leyla)
        self.assertEqual((self.broadcast.status, self.batch().state), ("sending", "released"))

    def test_a_pause_before_the_list_was_handed_over_is_heeded(self):
        sending.pause(self.broadcast, by=self.leyla)
        sending.dispatch_due()
        self.assertEqual(self.batch().state, "paused")

    def test_what_is_over_cannot_be_stopped(self):
        sending.stop(self.broadcast, by=self.leyla)
        with self.assertRaises(sending.NothingToHold):
            sending.stop(self.broadcast, by=self.leyla)

    def test_open_pages_hear_each_class_and_the_end(self):
        sending.dispatch_due()
        sending.follow()
        told = Event.objects.filter(kind="tally").count()
        sending.follow()
        self.assertEqual(Event.objects.filter(kind="tally").count(), told)
        OutboxMessage.objects.update(state="delivered")
        OutboxMessage.objects.filter(address="+905320000001").update(state="failed")
        sending.follow()
        self.broadcast.refresh_from_db()
        self.assertEqual(self.broadcast.status, "done")
        self.assertEqual((self.broadcast.told["delivered"], self.broadcast.told["failed"]), (2, 1))
        self.assertTrue(outbox.tally(self.batch()).adds_up)

    def test_the_first_leave_before_the_last_are_written_down(self):
        self.seen = []
        with mock.patch.object(sending, "CHUNK", 1), mock.patch.object(Dispatch, "renew", self.deliver_meanwhile):
            sending.dispatch_due()
        self.assertEqual(self.seen, [1, 2, 3])
        tally = outbox.tally(self.batch())
        self.assertEqual((tally.intended, tally.delivered), (3, 3))

    seen: list[int]

    def deliver_meanwhile(self, lease):
        """Between two portions: what has been let go so far is delivered, and its batch closed."""
        dispatch.deliver_sms()
        housekeeping.close_batches()
        self.seen.append(outbox.tally(self.batch()).delivered)
        return True

    def test_stopped_half_way_the_rest_is_written_down_as_kept_back(self):
        OutboxMessage.objects.update(state="submitted")
        self.assertEqual(sending.stop(self.broadcast, by=self.leyla).aborted, 2)
        sending.dispatch_due()
        tally = outbox.tally(self.batch())
        self.assertEqual((tally.intended, tally.aborted, tally.in_flight, tally.adds_up), (3, 2, 1, True))


class KeepingQuiet(Cast, TestCase):
    NIGHT = "2031-06-02T23:00:00+03:00"

    def due(self, **fields):
        contacts_in(self.odunpazari, 1)
        with time_machine.travel(self.NIGHT, tick=False):
            broadcast = submitted(self.nermin, **fields)
            approve(broadcast, self.kemal)
            sending.dispatch_due()
            self.client.force_login(self.nermin)
            page = self.client.get(broadcast.get_absolute_url()).content.decode()
        local = timezone.localtime(OutboxMessage.objects.get(batch__key=f"broadcast:{broadcast.pk}").due_at)
        self.assertEqual("21.00" in page, local.hour == 8)
        return local.hour

    def test_information_waits_for_the_morning_and_the_page_says_so(self):
        self.assertEqual(self.due(lane="information"), 8)

    def test_a_drill_too(self):
        drill_list_of(1)
        self.assertEqual(self.due(is_drill=True), 8)

    def test_life_safety_leaves_at_night(self):
        self.assertEqual(self.due(lane="life_safety"), 23)

    def test_an_outage_leaves_at_night_when_it_is_severe(self):
        severe = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        self.assertEqual(severe.severity, "S1")
        self.assertEqual(self.due(outage=severe), 23)

    def test_a_lesser_outage_waits(self):
        lesser = outages.declare(components=[self.rapor], scope="central", by=self.nermin)
        self.assertNotEqual(lesser.severity, "S1")
        self.assertEqual(self.due(outage=lesser), 8)
