"""Plans and runs do as they say."""

from datetime import timedelta

import pytest
import time_machine
from django.test import TestCase

from foundation import now
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import OutboxMessage
from monitoring import outages
from runbooks import demo
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.compose import audience, drafts
from runbooks.broadcasts.delivery import follow_ups, sending
from runbooks.broadcasts.report import cap
from runbooks.models import Broadcast, DrillNumber, Run, Step
from runbooks.plans import catalogue
from runbooks.runs import engine, http_steps, starting
from tests.cast import Cast, assemble
from tests.runbooks.builders import a_draft, approve, contacts_in, drill_list_of, submitted
from tests.runbooks.plans import a_plan, an_endpoint
from tests.servers import free_port
from tests.standins import twilio

DRILL_NUMBERS = {f"+90559{place:07d}" for place in range(3)}


@pytest.fixture
def gateway(settings):
    """Twilio's stand-in, whose ledger is the judge of what left."""
    settings.SMS_GATEWAY, settings.TWILIO_ACCOUNT_SID = "twilio", twilio.ACCOUNT
    settings.TWILIO_AUTH_TOKENS, settings.TWILIO_FROM = [twilio.TOKEN], "NOBET"
    settings.SMS_SEGMENTS_PER_SECOND, settings.OUTBOX_POST_TIMEOUT = 1000, 20
    with twilio.running(free_port()) as remote:
        settings.TWILIO_API_BASE = remote.url
        remote.set(callbacks_on=False)
        dispatch._closing.clear()
        yield remote


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("plan", ["DR-03", "of our own"])
@time_machine.travel("2026-12-01T09:00Z")  # drills keep quiet at night
def test_a_drill_reaches_its_drill_list_and_nothing_else(gateway, plan):
    stage = assemble()
    contacts_in(stage.odunpazari, 20)
    drill_list_of(3)
    if plan == "DR-03":
        demo.stock()
    else:
        a_plan("broadcast", code="DR-03")
    definition = catalogue.Runbook.objects.current().get(code="DR-03").definition
    message = next(step for step in definition["steps"] if step["kind"] == "broadcast")
    run = starting.start(catalogue.Runbook.objects.current().get(code="DR-03"), by=stage.nermin, is_drill=True)
    run.steps.filter(outcome="").delete()
    waiting = starting.steps.reach(run, message["key"])
    engine.go_on()
    waiting.refresh_from_db()
    prepared = waiting.broadcast
    drafts.revise(prepared, by=stage.nermin, text="Deneme", chases=True)
    approval.submit(prepared, by=stage.nermin)
    approve(prepared, stage.kemal)
    sending.dispatch_due()
    dispatch.deliver_sms()
    follow_ups.chase_due()
    assert {row["to"] for row in gateway.ledger()["accepted"]} == DRILL_NUMBERS
    assert set(OutboxMessage.objects.filter(batch__key__startswith="broadcast:").values_list("address", flat=True)) == (
        DRILL_NUMBERS
    )


class ADrill(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        contacts_in(self.odunpazari, 5)

    def numbers(self, broadcast):
        return {one.address for one in audience.find_for(broadcast).included}

    def test_reaches_the_list_whatever_its_rule_says(self):
        drill_list_of(3)
        listed = audience.AudienceRule(file=(("+905320000001", "Kişi", "it", ""),))
        for rule in (audience.AudienceRule(), audience.AudienceRule(duties=("it",)), listed):
            self.assertEqual(self.numbers(a_draft(self.nermin, is_drill=True, rule=rule)), DRILL_NUMBERS)

    def test_without_a_list_is_refused_in_a_sentence(self):
        with self.assertRaises(approval.DrillListEmpty):
            submitted(self.nermin, is_drill=True)

    def test_a_correction_of_it_stays_on_the_list(self):
        drill_list_of(3)
        drill = submitted(self.nermin, is_drill=True)
        approve(drill, self.kemal)
        sending.dispatch_due()
        DrillNumber.objects.filter(address="+905590000002").delete()
        correction = drafts.correct(drill, by=self.nermin)
        self.assertEqual(self.numbers(correction), {"+905590000000", "+905590000001"})

    def test_goes_after_nobody_who_is_silent(self):
        drill_list_of(1)
        self.assertFalse(a_draft(self.nermin, is_drill=True, chases=True).chases)

    def test_has_a_cap_of_its_own(self):
        drill_list_of(1)
        for _time in range(approval.DAILY_CAP):
            approve(submitted(self.nermin, is_drill=True), self.kemal)
        with self.assertRaises(approval.CapReached):
            approve(submitted(self.nermin, is_drill=True), self.kemal)
        approve(submitted(self.nermin), self.kemal)  # a drill uses up nothing of what a crisis needs

    def test_its_list_is_kept_by_who_answers_for_it_and_comes_back_as_typed(self):
        self.client.force_login(self.leyla)
        kept = self.client.post("/drills/list/", {"numbers": "0 532 111 22 33; Deniz\n+90 533 444 55 66"})
        self.assertRedirects(kept, "/drills/list/")
        self.assertEqual(set(DrillNumber.objects.values_list("address", flat=True)), {"+905321112233", "+905334445566"})
        wrong = self.client.post("/drills/list/", {"numbers": "0532 111 22 33\nabc; Deniz"})
        self.assertContains(wrong, "abc; Deniz", status_code=422)
        self.assertContains(wrong, "2", status_code=422)
        self.assertEqual(DrillNumber.objects.count(), 2)
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.post("/drills/list/", {"numbers": ""}).status_code, 403)


class AnAlertToOfficials(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        contacts_in(self.odunpazari, 2)

    def released(self, **fields):
        broadcast = submitted(self.nermin, **fields)
        approve(broadcast, self.kemal)
        return broadcast

    def test_is_restricted_and_out_of_the_feed_that_anyone_reads(self):
        broadcast = self.released(subject="Yalnız yetkililere")
        said = cap.alert(broadcast).decode()
        self.assertIn("<scope>Restricted</scope><restriction>", said)
        self.assertNotContains(self.client.get("/broadcasts/cap/"), "Yalnız yetkililere")
        self.assertEqual(self.client.get(f"/broadcasts/cap/{broadcast.pk}.xml").status_code, 404)
        self.client.force_login(self.nermin)
        self.assertContains(self.client.get("/broadcasts/cap/"), "Yalnız yetkililere")
        self.client.force_login(self.selim)
        self.assertEqual(self.client.get(f"/broadcasts/cap/{broadcast.pk}.xml").status_code, 404)

    def test_is_public_when_a_person_says_so_on_the_composer(self):
        self.client.force_login(self.nermin)
        typed = {"subject": "Herkese", "text": "Tahsilat durdu.", "correction": "Düzeltme.", "spelling": "plain"}
        self.client.post("/broadcasts/new/", {**typed, "lane": "operational", "is_public": "on", "action": "save"})
        broadcast = Broadcast.objects.get()
        self.assertTrue(broadcast.is_public)
        approval.submit(broadcast, by=self.nermin)
        approve(broadcast, self.kemal)
        self.client.logout()
        self.assertContains(self.client.get("/broadcasts/cap/"), "Herkese")
        self.assertContains(self.client.get(f"/broadcasts/cap/{broadcast.pk}.xml"), "<scope>Public</scope>")

    def test_cannot_be_made_public_behind_the_second_persons_back(self):
        broadcast = submitted(self.nermin)
        Broadcast.objects.filter(pk=broadcast.pk).update(is_public=True)
        with self.assertRaises(approval.SomethingChanged):
            approve(broadcast, self.kemal)


class APlan(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        contacts_in(self.odunpazari, 2)

    def test_runs_once_at_a_time_without_an_outage(self):
        plan = a_plan("manual")
        first = starting.start(plan, by=self.nermin)
        self.assertEqual(starting.start(plan, by=self.leyla), first)
        newer = a_plan("manual", "manual", version=2)
        self.assertEqual(starting.start(newer, by=self.leyla), first)
        self.assertEqual(Run.objects.count(), 1)

    def test_says_who_comes_second_that_they_joined(self):
        a_plan("manual")
        self.client.force_login(self.nermin)
        self.client.post("/runbooks/DR-90/runs/")
        joined = self.client.post("/runbooks/DR-90/runs/", follow=True)
        self.assertContains(joined, "You have joined its run")

    def test_is_drilled_beside_its_run_in_earnest(self):
        drill = starting.start(a_plan("manual"), by=self.nermin, is_drill=True)
        self.assertNotEqual(starting.start(drill.runbook, by=self.nermin), drill)

    def test_begins_the_proposed_run_when_a_person_starts_it(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        proposed = starting.propose(a_plan("manual"), outage=outage)
        begun = starting.start(proposed.runbook, by=self.nermin, outage=outage)
        self.assertEqual((begun, begun.status), (proposed, "running"))

    def message_of(self, run):
        engine.go_on()
        return run.steps.get().broadcast

    def test_broken_off_sends_its_message_no_more(self):
        for was_submitted in (False, True):
            run = starting.start(a_plan("broadcast", code=f"DR-8{was_submitted:d}"), by=self.nermin)
            message = self.message_of(run)
            if was_submitted:
                approval.submit(message, by=self.nermin)
            starting.abandon(run, by=self.leyla, note="Yanlış plan")
            message.refresh_from_db()
            self.assertEqual(message.status, "draft")
            with self.assertRaises(approval.RunIsOver):
                approval.submit(Broadcast.objects.get(pk=message.pk), by=self.nermin)
            with self.assertRaises(approval.RunIsOver):
                approve(message, self.kemal)

    def test_left_out_sends_its_message_no_more_and_the_page_says_so(self):
        run = starting.start(a_plan("broadcast", "manual"), by=self.nermin)
        message = self.message_of(run)
        approval.submit(message, by=self.nermin)
        starting.steps.skip(run.steps.get(), by=self.nermin, note="Gerek yok")
        message.refresh_from_db()
        with self.assertRaises(approval.RunIsOver):
            approve(message, self.kemal)
        self.client.force_login(self.kemal)
        page = self.client.get(message.get_absolute_url())
        self.assertContains(page, "cannot be sent any more")
        self.assertNotContains(page, "/approval/")

    def test_goes_on_at_once_when_its_message_has_left(self):
        run = starting.start(a_plan("broadcast", "manual"), by=self.nermin)
        message = self.message_of(run)
        approval.submit(message, by=self.nermin)
        approve(message, self.kemal)
        engine.go_on()
        self.assertEqual([step.outcome for step in run.steps.all()], ["done", ""])

    def test_goes_on_at_once_when_its_message_leaves_after_the_reminder(self):
        run = starting.start(a_plan("broadcast", "manual"), by=self.nermin)
        message = self.message_of(run)
        with time_machine.travel(now() + timedelta(minutes=6)) as clock:
            engine.go_on()
            self.assertIsNotNone(run.steps.get().reminded_at)
            self.assertLess(run.steps.get().due_at, now() + timedelta(seconds=10))
            approval.submit(message, by=self.nermin)
            approve(message, self.kemal)
            clock.shift(1)
            engine.go_on()
        self.assertEqual([step.outcome for step in run.steps.all()], ["done", ""])


class ACall(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        an_endpoint("http://127.0.0.1:9")
        self.run_of_call = starting.start(a_plan("http"), by=self.nermin)

    def page(self):
        self.client.force_login(self.nermin)
        return self.client.get(f"/runbooks/runs/{self.run_of_call.pk}/standing/")

    def killed(self, when):
        """A worker that dies there: nothing of what follows is done."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(http_steps, "call", self.die)
            if when == "before the call":
                patch.setattr(engine, "_call", self.die)
            with pytest.raises(KeyboardInterrupt):
                engine.go_on()

    def die(self, step):
        raise KeyboardInterrupt

    def test_that_was_killed_is_not_said_to_be_on_its_way(self):
        self.killed("in the call")
        step = Step.objects.get()
        self.assertLess(step.leased_until, now() + timedelta(seconds=8))  # the plan's 2 s and some
        self.assertContains(self.page(), "no answer yet")
        with time_machine.travel(step.leased_until + timedelta(seconds=1)):
            self.assertContains(self.page(), "nobody is calling")
            self.assertEqual(Step.objects.due().count(), 1)

    def test_that_was_not_made_is_not_said_to_be_on_its_way(self):
        self.killed("before the call")
        self.assertContains(self.page(), "about to call")
        self.assertLess(Step.objects.get().leased_until, now() + timedelta(seconds=16))

    def test_whose_lease_has_gone_to_another_worker_is_not_made_twice(self):
        (mine,) = Step.objects.claim(1, lease=timedelta(seconds=-1))
        Step.objects.claim(1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(http_steps, "call", self.die)
            engine._call(mine)
