"""One person alone, and what follows: everyone is told, somebody else reviews."""

from datetime import timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase

from foundation import now
from foundation.journal.models import Entry
from foundation.outbox.models import Batch, OutboxMessage
from runbooks.broadcasts.approval import approval, break_glass
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.models import Broadcast, BrokenGlass, Dispatch
from tests.cast import Cast
from tests.runbooks.builders import contacts_in, submitted

REASON = "Kemal uçakta, Yonca hastanede; belediyeler bekliyor."


class BreakingTheGlass(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.leyla)

    def break_it(self, by=None, **changes):
        given = {
            "binding": self.broadcast.binding,
            "typed_count": 3,
            "reason": REASON,
            "confirmation": Confirmation("totp", now()),
            **changes,
        }
        break_glass.break_glass(self.broadcast, by=by or self.leyla, **given)
        return BrokenGlass.objects.get()

    def test_the_submitter_may_send_alone_and_it_says_so_for_ever(self):
        broken = self.break_it()
        self.assertEqual((self.broadcast.status, self.broadcast.authority), ("sending", "broken_glass"))
        self.assertTrue(Dispatch.objects.filter(broadcast=self.broadcast).exists())
        self.assertEqual((broken.person, broken.reason), (self.leyla, REASON))
        entry = Entry.objects.get(kind="broadcast.glass_broken")
        self.assertEqual((entry.person_id, entry.personal.text), (self.leyla.pk, REASON))

    def test_the_whole_watch_is_told_at_once(self):
        self.kemal.phone = "+905320000777"
        self.kemal.save()
        self.break_it()
        letters = OutboxMessage.objects.filter(channel="email").values_list("address", flat=True)
        watch = {self.leyla.email, self.nermin.email, self.kemal.email, self.yonca.email}
        self.assertEqual(set(letters), watch)
        batch = Batch.objects.get(key__startswith="glass:", messages__channel="sms")
        self.assertEqual(batch.state, "released")
        self.assertEqual(batch.messages.get().address, "+905320000777")

    def test_every_rule_but_the_second_person_holds(self):
        refusals = {
            break_glass.BreakGlassReasonMissing: {"reason": "acil"},
            approval.WrongCount: {"typed_count": 4},
            approval.SomethingChanged: {"binding": "0" * 64},
            approval.NotFresh: {"confirmation": Confirmation("totp", now() - timedelta(minutes=6))},
            break_glass.MayNotBreakGlass: {"by": self.nermin},
        }
        for refusal, changes in refusals.items():
            with self.subTest(refusal.__name__), self.assertRaises(refusal):
                self.break_it(**changes)
        with time_machine.travel(now() + timedelta(minutes=11)), self.assertRaises(approval.TooLate):
            self.break_it()
        self.assertFalse(Dispatch.objects.exists())

    def test_somebody_else_reviews_it_once(self):
        broken = self.break_it(by=self.leyla)
        with self.assertRaises(approval.MayNotApprove):
            break_glass.review(broken, by=self.nermin, note=REASON)
        with self.assertRaises(break_glass.BreakGlassReasonMissing):
            break_glass.review(broken, by=self.kemal, note="tamam")
        break_glass.review(broken, by=self.kemal, note=REASON)
        with self.assertRaises(break_glass.AlreadyReviewed):
            break_glass.review(broken, by=self.yonca, note=REASON)
        self.assertFalse(break_glass.unreviewed().exists())

    def test_an_approver_does_not_review_what_they_sent_alone(self):
        broken = self.break_it(by=self.kemal)
        with self.assertRaises(break_glass.OwnGlass):
            break_glass.review(broken, by=self.kemal, note=REASON)
        with self.assertRaises(IntegrityError), transaction.atomic():
            BrokenGlass.objects.update(reviewed_by=self.kemal, reviewed_at=now(), review=REASON)

    def test_approvers_are_reminded_once_a_day_until_then(self):
        self.break_it()
        with time_machine.travel(now() + timedelta(days=1, minutes=1)):
            break_glass.remind_of_reviews()
            break_glass.remind_of_reviews()
        reminded = OutboxMessage.objects.filter(batch__key__startswith="glass-review:").values_list(
            "address", flat=True
        )
        self.assertEqual(sorted(reminded), sorted([self.kemal.email, self.yonca.email]))

    def test_without_glass_the_database_still_wants_two(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Broadcast.objects.filter(pk=self.broadcast.pk).update(
                status="sending", approved_by=self.leyla, approved_at=now()
            )

    def test_the_page_asks_and_tells(self):
        self.client.force_login(self.nermin)
        self.assertNotContains(self.client.get(self.broadcast.get_absolute_url()), "/glass/")
        self.break_it()
        self.client.force_login(self.kemal)
        self.assertContains(self.client.get(self.broadcast.get_absolute_url()), "/review/")
        self.assertContains(self.client.get("/broadcasts/"), self.broadcast.number)
        self.client.post(f"{self.broadcast.get_absolute_url()}review/", {"note": REASON})
        self.assertEqual(BrokenGlass.objects.get().reviewed_by, self.kemal)
