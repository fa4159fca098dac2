"""The threat model's first row, word by word: a fake crisis broadcast (reference, "Threat model", row 1).

phished clerk · CSRF · stolen token · forged approval · replayed approval · edited after
approval; and the controls that stand against them.
"""

from datetime import timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import Client, TestCase
from django.utils import timezone

from config.api import api
from foundation import now
from foundation.journal.models import Entry
from foundation.outbox import outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import OutboxMessage
from foundation.wire.api import tokens
from monitoring import outages
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.broadcasts.compose import drafts
from runbooks.broadcasts.delivery import sending
from runbooks.models import Approval, Broadcast, Dispatch
from tests.cast import Cast
from tests.runbooks.builders import TEXT, a_draft, approve, contacts_in, drill_list_of, submitted

ACTS = ["submission", "approval", "glass", "review", "withdrawal", "pause", "resumption", "stop", "correction"]
REASON = "Kemal uçakta, Yonca hastanede; belediyeler bekliyor."


class AFakeBroadcast(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        self.words = {"binding": self.broadcast.binding, "typed_count": "3", "reason": REASON, "note": REASON}

    def doors(self, *acts):
        return [f"{self.broadcast.get_absolute_url()}{act}/" for act in acts or ACTS]

    def a_fresh_session(self, person, **options):
        client = Client(**options)
        client.force_login(person)
        session = client.session
        session["account_authentication_methods_user"] = str(person.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": now().timestamp()}]
        session.save()
        return client

    def assert_nothing_left(self):
        sending.dispatch_due()
        self.broadcast.refresh_from_db()
        self.assertEqual(self.broadcast.status, "submitted")
        self.assertFalse(Dispatch.objects.exists() or OutboxMessage.objects.filter(channel="sms").exists())

    # --- phished clerk ------------------------------------------------------
    def test_a_phished_clerk_an_agent_and_a_stranger_reach_no_verb(self):
        for person in (self.selim, self.zehra, self.ayse, self.stranger):
            client = self.a_fresh_session(person)
            for door in [*self.doors(), "/broadcasts/new/", "/broadcasts/pre-approvals/new/"]:
                self.assertEqual(client.post(door, self.words).status_code, 403, f"{person} {door}")
        self.assertEqual(Broadcast.objects.count(), 1)
        self.assert_nothing_left()

    def test_a_phished_operator_can_neither_approve_nor_break_the_glass(self):
        client = self.a_fresh_session(self.nermin)
        for door in self.doors("approval", "glass"):
            self.assertIn(client.post(door, self.words).status_code, (403, 422), door)
        self.assert_nothing_left()

    # --- CSRF ---------------------------------------------------------------
    def test_another_site_moves_nothing_with_the_approvers_own_session(self):
        client = self.a_fresh_session(self.kemal, enforce_csrf_checks=True)
        for door in [*self.doors(), "/broadcasts/new/", "/drills/new/", "/broadcasts/pre-approvals/new/"]:
            self.assertEqual(client.post(door, self.words).status_code, 403, door)
        self.assert_nothing_left()

    # --- stolen token -------------------------------------------------------
    def test_a_stolen_token_of_an_approver_opens_no_door(self):
        scopes = ["broadcasts:read", "broadcasts:write", "runs:read", "runs:write"]
        _token, secret = tokens.issue(self.kemal, name="çalındı", scopes=scopes, lasting=timedelta(days=1))
        bearer = {"Authorization": f"Bearer {secret}"}
        self.assertEqual(self.client.get("/api/v1/broadcasts/", headers=bearer).status_code, 200)
        for door in self.doors():
            answer = self.client.post(door, self.words, headers=bearer)
            self.assertEqual((answer.status_code, "login" in answer["Location"]), (302, True), door)
        for path in api.get_openapi_schema()["paths"]:
            if "/broadcasts/" in path:
                address = path.replace("{pk}", str(self.broadcast.pk))
                for method in (self.client.post, self.client.put, self.client.patch, self.client.delete):
                    answer = method(address, self.words, content_type="application/json", headers=bearer)
                    self.assertIn(answer.status_code, (400, 405, 422), address)  # a draft at most, and not of these
        self.assert_nothing_left()

    # --- forged approval ----------------------------------------------------
    def test_an_approval_written_past_the_verb_sends_nothing(self):
        Approval.objects.create(
            broadcast=self.broadcast,
            person=self.kemal,
            submitted_by=self.nermin,
            binding=self.broadcast.binding,
            typed_count=3,
            factor="totp",
        )
        self.assert_nothing_left()

    def test_a_made_up_hash_and_that_of_a_drill_are_worth_nothing(self):
        drill_list_of(2)
        drill = submitted(self.nermin, is_drill=True)
        for binding in ("", "0" * 64, self.broadcast.binding.upper(), self.broadcast.audience_digest, drill.binding):
            with self.assertRaises(approval.SomethingChanged):
                approve(self.broadcast, self.kemal, binding=binding)
        self.assert_nothing_left()

    def test_a_second_factor_is_fresh_for_less_than_five_minutes(self):
        at = now()
        with time_machine.travel(at, tick=False):
            for age in (timedelta(minutes=5), timedelta(days=1), -timedelta(seconds=1)):
                with self.assertRaises(approval.NotFresh):
                    approve(self.broadcast, self.kemal, confirmation=Confirmation("totp", at - age))
            self.assert_nothing_left()
            approve(self.broadcast, self.kemal, confirmation=Confirmation("totp", at - timedelta(seconds=299)))

    # --- replayed approval --------------------------------------------------
    def test_what_an_approver_saw_before_it_was_changed_approves_nothing(self):
        seen = self.broadcast.binding
        approval.withdraw(self.broadcast, by=self.nermin)
        drafts.revise(self.broadcast, by=self.nermin, text=f"{TEXT} Lütfen bekleyin.")
        approval.submit(self.broadcast, by=self.nermin)
        with self.assertRaises(approval.SomethingChanged):
            approve(self.broadcast, self.kemal, binding=seen)
        self.assert_nothing_left()

    def test_the_same_press_twice_sends_once(self):
        client = self.a_fresh_session(self.kemal)
        answers = [client.post(self.doors("approval")[0], self.words).status_code for _time in range(2)]
        self.assertEqual(answers, [302, 409])
        self.assertEqual((Dispatch.objects.count(), Approval.objects.count()), (1, 1))


class EditedAfterApproval(Cast, TestCase):
    """The head of the list leaves with the approval itself; the rest is judged once more when it is handed over."""

    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        self.addCleanup(setattr, sending, "FIRST", sending.FIRST)
        sending.FIRST = 1
        approve(self.broadcast, self.kemal)

    def gone(self):
        dispatch.deliver_sms()
        sent = OutboxMessage.objects.filter(channel="sms").exclude(state="aborted")
        return set(sent.values_list("address", "text"))

    def assert_stopped(self):
        sending.dispatch_due()
        self.broadcast.refresh_from_db()
        self.assertEqual(self.broadcast.status, "stopped")
        self.assertEqual(Entry.objects.filter(kind="broadcast.altered").count(), 1)
        self.assertLessEqual({text for _address, text in self.gone()}, {drafts.spelled(TEXT, "plain")})
        self.assertTrue(outbox.tally(sending.batch_of(self.broadcast)).adds_up)

    def test_no_verb_edits_it(self):
        with self.assertRaises(drafts.NotADraft):
            drafts.revise(self.broadcast, by=self.nermin, text="Başka bir şey")

    def test_a_text_altered_behind_the_verbs_stops_it(self):
        Broadcast.objects.filter(pk=self.broadcast.pk).update(text="Hemen para gönderin")
        self.assert_stopped()

    def test_a_number_slipped_into_the_list_is_not_written_to(self):
        row = self.broadcast.recipients.first()
        row.pk, row.place, row.address = None, 99, "+905559999999"
        row.save()
        self.assert_stopped()
        self.assertNotIn("+905559999999", {address for address, _text in self.gone()})

    def test_what_nobody_touched_leaves_whole(self):
        sending.dispatch_due()
        self.assertEqual(len(self.gone()), 3)


class TheOtherControls(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 2)

    def test_three_an_hour_about_one_outage_and_no_more(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        for _number in range(approval.HOURLY_CAP):
            approve(submitted(self.nermin, outage=outage), self.kemal)
        fourth = submitted(self.nermin, outage=outage)
        with self.assertRaises(approval.HourlyCapReached):
            approve(fourth, self.kemal)
        approve(submitted(self.nermin), self.kemal)

    def test_a_correction_stands_ready_before_anything_is_submitted(self):
        with self.assertRaises(drafts.TextMayNotLeave):
            submitted(self.nermin, correction="")

    def test_drill_and_live_differ_in_data_colour_words_and_address(self):
        drill_list_of(2)
        live, drill = submitted(self.nermin), submitted(self.nermin, is_drill=True)
        self.client.force_login(self.kemal)
        pages = [self.client.get(each.get_absolute_url()).content.decode() for each in (live, drill)]
        self.assertEqual(
            [("rb-is-drill" in page, "rb-drill" in page) for page in pages], [(False, False), (True, True)]
        )
        self.assertEqual([each.number[:3] for each in (live, drill)], ["GND", "TTB"])
        self.assertEqual([each.lane for each in (live, drill)], ["operational", "drill"])
        self.assertEqual([each.get_absolute_url().split("/")[1] for each in (live, drill)], ["broadcasts", "drills"])
        texts = [next(drafts.messages_of(each)).text for each in (live, drill)]
        self.assertEqual([text.startswith("TATBIKAT: ") for text in texts], [False, True])
        for prefix, other in (("broadcasts", drill), ("drills", live)):
            answer = self.client.post(f"/{prefix}/{other.pk}/approval/", {"binding": other.binding, "typed_count": "2"})
            self.assertEqual(answer.status_code, 404)

    def test_a_draft_cannot_become_a_drill_or_a_drill_live_behind_the_verbs(self):
        for draft in (a_draft(self.nermin), a_draft(self.nermin, is_drill=True)):
            with self.assertRaises(IntegrityError), transaction.atomic():
                Broadcast.objects.filter(pk=draft.pk).update(is_drill=not draft.is_drill)

    def test_the_ten_minutes_end_on_the_dot(self):
        broadcast = submitted(self.nermin)
        end = broadcast.submitted_at + approval.APPROVAL_WINDOW
        with time_machine.travel(end, tick=False), self.assertRaises(approval.TooLate):
            approve(broadcast, self.kemal)
        with time_machine.travel(end - timedelta(seconds=1), tick=False):
            approve(broadcast, self.kemal)
        self.assertEqual(timezone.localtime(broadcast.approved_at), timezone.localtime(end - timedelta(seconds=1)))
