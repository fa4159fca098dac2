"""Who stays silent is written to, then their deputy; who comes to us is taken to have seen it."""

from datetime import timedelta

import time_machine
from django.contrib.auth import user_logged_in
from django.test import TestCase

from foundation import now
from foundation.directory.models import Contact
from foundation.outbox import inbound
from foundation.outbox.models import Batch, OutboxMessage
from monitoring.models import Check, Node, Transition
from runbooks.broadcasts.compose.audience import AudienceRule
from runbooks.broadcasts.delivery import acknowledgements, follow_ups, sending
from runbooks.models import Recipient
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted


class TheSilent(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.here = contacts_in(self.odunpazari, 2)
        self.there = contacts_in(self.merzifon, 2, first=100)
        verified = {"municipality": self.odunpazari, "verified_at": now()}
        self.deputy = Contact.objects.create(channel="sms", duty="other", address="+905329999999", **verified)
        self.letter_box = Contact.objects.create(channel="email", duty="it", address="bim@ornek.bel.tr", **verified)
        Contact.objects.filter(pk=self.here[0].pk).update(deputy=self.deputy)
        self.broadcast = submitted(
            self.nermin, chases=True, text="Teyit kodu {kod}.", rule=AudienceRule(duties=("it",))
        )
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()

    def after(self, minutes):
        return time_machine.travel(self.broadcast.approved_at + timedelta(minutes=minutes))

    def chased(self, stage):
        return set(
            OutboxMessage.objects.filter(batch__key__endswith=f"chase-{stage}").values_list("address", flat=True)
        )

    def test_first_a_letter_then_their_deputies_each_once(self):
        with self.after(9):
            self.assertEqual(follow_ups.chase_due(), 0)
        with self.after(11):
            follow_ups.chase_due()
            follow_ups.chase_due()
        self.assertEqual(self.chased(1), {"bim@ornek.bel.tr"})
        letter = OutboxMessage.objects.get(address="bim@ornek.bel.tr")
        self.assertIn(self.broadcast.code, letter.text)
        self.assertIn("/acknowledgement/", letter.text)
        with self.after(21):
            follow_ups.chase_due()
            follow_ups.chase_due()
        self.assertEqual(self.chased(2), {"+905329999999"})
        self.assertEqual(Batch.objects.filter(key__contains="chase").count(), 2)
        self.assertEqual([stage.tally.intended for stage in follow_ups.stages(self.broadcast)], [1, 1])

    def test_who_has_answered_is_left_in_peace(self):
        acknowledgements.imply(self.selim, acknowledgements.Via.SIGN_IN)
        with self.after(21):
            follow_ups.chase_due()
        self.assertEqual(self.chased(1) | self.chased(2), set())

    def test_nobody_is_chased_unless_the_two_agreed_to_it(self):
        self.broadcast.chases = False
        self.broadcast.save()
        with self.after(30):
            self.assertEqual(follow_ups.chase_due(), 0)

    def silent_places(self):
        return set(acknowledgements.silent_municipalities(self.broadcast).values_list("code", flat=True))

    def test_signing_in_after_the_message_is_an_acknowledgement(self):
        user_logged_in.send(type(self.selim), request=None, user=self.selim)
        user_logged_in.send(type(self.ayse), request=None, user=self.ayse)
        self.assertEqual(self.silent_places(), {self.merzifon.code})
        self.assertEqual(self.broadcast.acknowledgements.get().via, "sign_in")
        self.assertEqual(acknowledgements.heard(self.broadcast).ways[0][1], 1)

    def test_an_answer_with_the_code_counts_from_the_number_it_went_to_only(self):
        inbound.receive("operator", sid="1", address="+905441112233", text=f"TEYIT {self.broadcast.code}")
        self.assertEqual(len(self.silent_places()), 2)
        inbound.receive("operator", sid="2", address="+905320000101", text=f"TEYIT {self.broadcast.code}")
        self.assertEqual(self.silent_places(), {self.odunpazari.code})
        self.assertIsNotNone(Recipient.objects.get(address="+905320000101").acknowledged_at)

    def test_a_machine_that_comes_back_speaks_for_its_municipality(self):
        node = Node.objects.create(municipality=self.merzifon, code="mer", name="Merzifon")
        check = Check.objects.create(node=node, kind=Check.Kind.HEARTBEAT, name="kalp", heartbeat_key="k1")
        back = {"check_of": check, "new": Check.Verdict.UP, "at": now() + timedelta(seconds=1)}
        Transition.objects.create(old=Check.Verdict.UNKNOWN, **back)
        self.assertEqual(acknowledgements.hear_machines(), 0)
        Transition.objects.create(old=Check.Verdict.DOWN, **back)
        self.assertEqual(acknowledgements.hear_machines(), 1)
        self.assertEqual(acknowledgements.hear_machines(), 0)
        self.assertEqual(self.silent_places(), {self.odunpazari.code})
