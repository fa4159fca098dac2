"""Two people, one message: every forged way to a broadcast fails."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase

from foundation import now
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.broadcasts.compose import bindings
from runbooks.models import Approval, Broadcast, Dispatch
from tests.cast import Cast, a_person
from tests.runbooks.builders import a_draft, approve, contacts_in, submitted


class SubmittingABroadcast(Cast, TestCase):
    def test_it_freezes_the_list_and_binds_the_text(self):
        contacts_in(self.odunpazari, 3)
        broadcast = submitted(self.nermin)
        contacts_in(self.merzifon, 2, first=900)
        self.assertEqual(broadcast.recipients.included().count(), 3)
        self.assertTrue(bindings.is_as_submitted(broadcast))

    def test_only_the_watch_may(self):
        contacts_in(self.odunpazari, 1)
        draft = a_draft(self.nermin)
        for person in (self.selim, self.ayse, self.stranger):
            with self.assertRaises(approval.MayNotPrepare):
                approval.submit(draft, by=person)

    def test_a_message_to_nobody_is_refused(self):
        with self.assertRaises(approval.NobodyToSendTo):
            submitted(self.nermin)

    def test_the_second_submission_learns_that_it_moved_on(self):
        contacts_in(self.odunpazari, 1)
        broadcast = submitted(self.nermin)
        with self.assertRaises(approval.BroadcastMovedOn):
            approval.submit(broadcast, by=self.leyla)


class ApprovingABroadcast(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)

    def assert_refused(self, refusal, by=None, **changes):
        with self.assertRaises(refusal):
            approve(self.broadcast, by or self.kemal, **changes)
        self.assertFalse(Dispatch.objects.exists())

    def test_a_second_person_lets_it_go(self):
        approve(self.broadcast, self.kemal)
        self.assertEqual(self.broadcast.status, "sending")
        self.assertTrue(Dispatch.objects.filter(broadcast=self.broadcast).exists())
        self.assertEqual(Entry.objects.filter(kind="broadcast.approved").get().person_id, self.kemal.pk)

    def test_the_submitter_is_refused(self):
        Membership.objects.create(person=self.nermin, role="approver")
        del self.nermin.current_memberships
        self.assert_refused(approval.OwnBroadcast, by=self.nermin)

    def test_the_database_refuses_the_submitter_too(self):
        at = now()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Broadcast.objects.filter(pk=self.broadcast.pk).update(
                status="sending", approved_by=self.nermin, approved_at=at
            )
        with self.assertRaises(IntegrityError), transaction.atomic():
            Approval.objects.create(
                broadcast=self.broadcast,
                person=self.nermin,
                submitted_by=self.nermin,
                binding="x",
                typed_count=3,
                factor="totp",
            )

    def test_the_database_refuses_a_release_without_a_second_person(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Broadcast.objects.filter(pk=self.broadcast.pk).update(status="sending")

    def test_nobody_but_an_approver_may(self):
        for person in (self.selim, self.ayse, self.leyla, self.stranger):
            self.assert_refused(approval.MayNotApprove, by=person)

    def test_a_revoked_approver_may_not(self):
        self.kemal.is_active = False
        self.assert_refused(approval.MayNotApprove)

    def test_a_stale_factor_is_refused(self):
        self.assert_refused(approval.NotFresh, confirmation=Confirmation("totp", now() - timedelta(minutes=6)))
        self.assert_refused(approval.NotFresh, confirmation=Confirmation("totp", now() + timedelta(minutes=1)))

    def test_a_password_is_no_second_factor_where_one_is_required(self):
        with self.settings(REQUIRE_SECOND_FACTOR=True):
            self.assert_refused(approval.NotFresh, confirmation=Confirmation("password", now()))
            approve(self.broadcast, self.kemal, confirmation=Confirmation("webauthn", now()))

    def test_a_wrong_count_is_refused(self):
        self.assert_refused(approval.WrongCount, typed_count=4)

    def test_one_changed_letter_of_the_text_voids_it(self):
        Broadcast.objects.filter(pk=self.broadcast.pk).update(text=self.broadcast.text + ".")
        self.assert_refused(approval.SomethingChanged)

    def test_a_changed_correction_sender_lane_or_spelling_voids_it(self):
        for change in ({"correction": "x"}, {"sender": "BASKA"}, {"lane": "life_safety"}, {"spelling": "full"}):
            was = {name: getattr(self.broadcast, name) for name in change}
            Broadcast.objects.filter(pk=self.broadcast.pk).update(**change)
            self.assert_refused(approval.SomethingChanged)
            Broadcast.objects.filter(pk=self.broadcast.pk).update(**was)
        approve(self.broadcast, self.kemal)

    def test_a_recipient_slipped_in_voids_it(self):
        row = self.broadcast.recipients.first()
        row.pk, row.place, row.address = None, 99, "+905559999999"
        row.save()
        self.assert_refused(approval.SomethingChanged)

    def test_a_swapped_number_voids_it(self):
        self.broadcast.recipients.filter(place=1).update(address="+905559999999")
        self.assert_refused(approval.SomethingChanged)

    def test_the_approval_of_another_broadcast_is_worth_nothing(self):
        other = submitted(self.leyla)
        self.assert_refused(approval.SomethingChanged, binding=other.binding)

    def test_a_replayed_approval_finds_nothing_to_approve(self):
        approve(self.broadcast, self.kemal)
        with self.assertRaises(approval.BroadcastMovedOn):
            approve(self.broadcast, self.yonca)
        self.assertEqual(Dispatch.objects.count(), 1)

    def test_after_ten_minutes_it_has_to_be_submitted_again(self):
        with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
            self.assert_refused(approval.TooLate, confirmation=Confirmation("totp", now()))
            self.assertEqual(approval.lapse_overdue(), 1)
            self.broadcast.refresh_from_db()
            self.assertEqual(self.broadcast.status, "lapsed")
            approval.submit(self.broadcast, by=self.nermin)
            approve(self.broadcast, self.kemal)

    def test_what_was_withdrawn_is_not_approved(self):
        approval.withdraw(self.broadcast, by=self.nermin, note="Saat yanlış")
        self.assert_refused(approval.BroadcastMovedOn)

    def test_a_day_has_a_limit_that_life_safety_does_not_know(self):
        person = a_person("operator")
        for _number in range(approval.DAILY_CAP):
            approve(submitted(person), self.kemal)
        Dispatch.objects.all().delete()
        self.assert_refused(approval.CapReached)
        approve(submitted(self.nermin, lane="life_safety"), self.kemal)


class FiftyApprovalsAtOnce(Cast, TransactionTestCase):
    def test_one_of_them_sends(self):
        contacts_in(self.odunpazari, 3)
        broadcast = submitted(self.nermin)
        approvers = [a_person("approver") for _number in range(50)]
        start, outcomes = threading.Barrier(50, timeout=60), []

        def press(person):
            mine = Broadcast.objects.get(pk=broadcast.pk)
            count = mine.recipients.included().count()
            connection.close()
            start.wait()
            try:
                approve(mine, person, typed_count=count)
                outcomes.append("sent")
            except approval.BroadcastMovedOn:
                outcomes.append("moved on")
            finally:
                connection.close()

        threads = [threading.Thread(target=press, args=(person,)) for person in approvers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(outcomes), ["moved on"] * 49 + ["sent"])
        self.assertEqual((Dispatch.objects.count(), Approval.objects.count()), (1, 1))


@pytest.mark.django_db
def test_a_drill_never_leaves_its_lane(django_user_model):
    with pytest.raises(IntegrityError), transaction.atomic():
        Broadcast.objects.create(subject="x", text="x", sender="X", is_drill=True, lane="operational")
