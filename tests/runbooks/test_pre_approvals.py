"""Messages of plans allowed in advance: they leave at once, and only as they were allowed."""

from datetime import timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase

from foundation import now
from foundation.directory.models import Membership
from foundation.outbox.models import OutboxMessage
from runbooks.broadcasts.approval import approval, pre_approvals
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.broadcasts.compose import bindings
from runbooks.models import Broadcast, Dispatch, PreApproval
from runbooks.runs import engine, starting
from tests.cast import Cast
from tests.runbooks.builders import contacts_in
from tests.runbooks.plans import STEPS, a_plan


class AllowingInAdvance(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.plan = a_plan("broadcast")
        self.asked = pre_approvals.ask("DR-90", "s1", by=self.nermin)

    def allow(self, by=None, **changes):
        given = {
            "binding": self.asked.binding,
            "most": 5,
            "days": 90,
            "confirmation": Confirmation("totp", now()),
            **changes,
        }
        pre_approvals.approve(self.asked, by=by or self.kemal, **given)

    def sent(self):
        """What a run of the plan leaves behind."""
        starting.start(self.plan, by=self.nermin)
        engine.go_on()
        return Broadcast.objects.get()

    def assert_two_people_are_asked(self):
        self.assertEqual(self.sent().status, "draft")
        self.assertFalse(Dispatch.objects.exists())

    def test_the_plan_sends_it_without_waiting_and_both_are_told(self):
        self.allow()
        broadcast = self.sent()
        self.assertEqual((broadcast.status, broadcast.authority), ("sending", "in_advance"))
        self.assertEqual((broadcast.submitted_by, broadcast.approved_by), (self.nermin, self.kemal))
        self.assertTrue(bindings.is_as_submitted(broadcast))
        self.assertEqual(broadcast.recipients.included().count(), 3)
        told = OutboxMessage.objects.filter(channel="email").values_list("address", flat=True)
        self.assertEqual(sorted(told), sorted([self.nermin.email, self.kemal.email]))
        with time_machine.travel(now() + timedelta(seconds=5)):
            engine.go_on()
        self.assertEqual(broadcast.of_step.outcome, "done")

    def test_without_it_two_people_are_asked_as_ever(self):
        self.assert_two_people_are_asked()

    def test_what_was_withdrawn_or_outlived_allows_nothing(self):
        self.allow()
        PreApproval.objects.update(good_until=now())
        self.assertFalse(PreApproval.objects.get().is_good)
        pre_approvals.withdraw(self.asked, by=self.leyla)
        self.assert_two_people_are_asked()

    def test_a_changed_letter_of_the_plan_voids_it(self):
        self.allow()
        changed = STEPS["broadcast"].replace("durdu", "durmadı")
        STEPS["changed"] = changed
        self.addCleanup(STEPS.pop, "changed")
        self.plan = a_plan("changed", version=2)
        self.assert_two_people_are_asked()
        self.assertTrue(pre_approvals.shelf()[0].changed)

    def test_a_larger_audience_than_allowed_waits(self):
        self.allow()
        contacts_in(self.merzifon, 3, first=500)
        self.assert_two_people_are_asked()

    def test_who_has_left_the_watch_no_longer_answers_for_it(self):
        self.allow()
        Membership.objects.filter(person=self.kemal).update(until=now())
        self.assert_two_people_are_asked()

    def test_nobody_allows_alone_stale_or_without_the_right(self):
        refusals = {
            pre_approvals.OwnRequest: {"by": self.asker_who_approves()},
            approval.MayNotApprove: {"by": self.leyla},
            approval.NotFresh: {"confirmation": Confirmation("totp", now() - timedelta(minutes=6))},
            approval.SomethingChanged: {"binding": "0" * 64},
            pre_approvals.TooFew: {"most": 2},
            pre_approvals.TooLong: {"days": 181},
        }
        for refusal, changes in refusals.items():
            with self.subTest(refusal.__name__), self.assertRaises(refusal):
                self.allow(**changes)
        with self.assertRaises(IntegrityError), transaction.atomic():
            PreApproval.objects.update(approved_by=self.nermin, approved_at=now(), good_until=now())

    def asker_who_approves(self):
        Membership.objects.create(person=self.nermin, role="approver")
        vars(self.nermin).pop("current_memberships", None)
        return self.nermin

    def test_a_step_has_one_at_a_time(self):
        with self.assertRaises(pre_approvals.AlreadyAsked):
            pre_approvals.ask("DR-90", "s1", by=self.leyla)

    def test_the_page_leads_two_people_through_it(self):
        self.client.force_login(self.kemal)
        page = self.client.get("/broadcasts/pre-approvals/")
        self.assertContains(page, f"/broadcasts/pre-approvals/{self.asked.pk}/approval/")
        wrong = self.client.post(f"/broadcasts/pre-approvals/{self.asked.pk}/approval/", {"most": "x"})
        self.assertEqual(wrong.status_code, 422)
        self.client.force_login(self.nermin)
        self.assertNotContains(self.client.get("/broadcasts/pre-approvals/"), f"{self.asked.pk}/approval/")
        self.client.post(f"/broadcasts/pre-approvals/{self.asked.pk}/withdrawal/")
        self.client.post("/broadcasts/pre-approvals/new/", {"plan_code": "DR-90", "step_key": "s1"})
        self.assertEqual(PreApproval.objects.filter(withdrawn_at=None).count(), 1)
