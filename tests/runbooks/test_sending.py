"""From approval to the closing equation: once each, however often workers die."""

from datetime import timedelta

import time_machine
from django.test import TestCase

from foundation import now
from foundation.live.models import Event
from foundation.outbox import outbox
from foundation.outbox.models import Batch, Message
from runbooks.broadcasts import sending
from runbooks.models import Dispatch
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted

LEASE_OVER = sending.LEASE + timedelta(seconds=1)


class HandingOver(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        approve(self.broadcast, self.kemal)

    def batch(self):
        return Batch.objects.get(key=f"broadcast:{self.broadcast.pk}")

    def test_every_recipient_becomes_one_message_of_one_released_batch(self):
        sending.dispatch_due()
        sending.dispatch_due()
        self.assertEqual((self.batch().intended, self.batch().state), (3, "released"))
        self.assertEqual(Message.objects.filter(batch=self.batch()).values("address").distinct().count(), 3)

    def test_a_worker_that_died_half_way_is_taken_over(self):
        Dispatch.objects.claim(1)
        batch = sending.open_batch(self.broadcast)
        outbox.add(batch, "sms", [outbox.Recipient(address="+905320000000", text="x")])
        self.assertEqual(sending.dispatch_due(), 0)
        with time_machine.travel(now() + LEASE_OVER):
            self.assertEqual(sending.dispatch_due(), 1)
        self.assertEqual((self.batch().intended, self.batch().state), (3, "released"))

    def test_stopped_before_the_list_was_handed_over_nothing_leaves(self):
        self.assertIsNone(sending.stop(self.broadcast, by=self.leyla))
        sending.dispatch_due()
        self.assertEqual(outbox.tally(self.batch()).aborted, 3)

    def test_stopping_names_what_had_left(self):
        sending.dispatch_due()
        Message.objects.filter(address="+905320000000").update(state="submitted")
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
        Message.objects.update(state="delivered")
        Message.objects.filter(address="+905320000001").update(state="failed")
        sending.follow()
        self.broadcast.refresh_from_db()
        self.assertEqual(self.broadcast.status, "done")
        self.assertEqual((self.broadcast.told["delivered"], self.broadcast.told["failed"]), (2, 1))
        self.assertTrue(outbox.tally(self.batch()).adds_up)
