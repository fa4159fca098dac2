"""A plan in motion: who may do what, where it leads, what is written down."""

import socket
from datetime import timedelta
from threading import Thread
from unittest import mock

import time_machine
from django.test import TestCase

from foundation import now
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from monitoring import outages
from runbooks.broadcasts.approval import approval
from runbooks.models import Broadcast, Call, Rota, Run, Runbook, Shift
from runbooks.runs import engine, http_steps, starting, steps
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in
from tests.runbooks.plans import a_plan, an_endpoint


class Walking(Cast, TestCase):
    def a_run(self, *kinds, **fields):
        return starting.start(a_plan(*kinds), by=self.nermin, **fields)

    def step_of(self, run):
        return run.steps.get(outcome="")


class StartingARun(Walking):
    def test_it_keeps_its_own_copy_of_the_plan(self):
        run = self.a_run("manual", "manual")
        Runbook.objects.update(definition={"steps": []})
        run.refresh_from_db()
        steps.finish(self.step_of(run), by=self.nermin)
        self.assertEqual(self.step_of(run).key, "s2")

    def test_only_the_watch_may(self):
        plan = a_plan("manual")
        for person in (self.selim, self.ayse, self.stranger):
            with self.assertRaises(starting.MayNotRun):
                starting.start(plan, by=person)

    def test_the_first_step_is_open_and_written_down(self):
        run = self.a_run("manual")
        self.assertEqual(self.step_of(run).visit, 1)
        written = Entry.objects.filter(subject_type="runbooks.run", subject_id=run.pk).values_list("kind", flat=True)
        self.assertEqual(list(written), ["run.started", "step.reached"])


class CallingForPlans(Walking):
    def an_outage(self, **fields):
        return outages.declare(components=[self.tahsilat], scope="central", by=self.nermin, **fields)

    def test_an_outage_leaves_one_promise_and_a_worker_starts_the_run(self):
        a_plan("manual")
        outage = self.an_outage()
        self.assertEqual((Call.objects.count(), Run.objects.count()), (1, 0))
        engine.go_on()
        engine.go_on()
        self.assertEqual([(run.outage, run.status) for run in Run.objects.all()], [(outage, "running")])

    def test_a_plan_that_is_only_proposed_waits_for_a_person(self):
        a_plan("manual", start="proposed")
        self.an_outage()
        engine.go_on()
        run = Run.objects.get()
        self.assertEqual((run.status, run.steps.count()), ("proposed", 0))
        starting.begin(run, by=self.leyla)
        self.assertEqual((run.status, run.steps.count()), ("running", 1))
        with self.assertRaises(starting.RunMovedOn):
            starting.decline(run, by=self.leyla)

    def test_a_plan_for_something_else_is_not_called(self):
        a_plan("manual")
        outages.declare(components=[self.ebys], scope="central", by=self.nermin)
        engine.go_on()
        self.assertFalse(Run.objects.exists())

    def test_a_faulty_plan_prevents_neither_the_outage_nor_the_other_plans(self):
        faulty = a_plan("manual", code="DR-91")
        Runbook.objects.filter(pk=faulty.pk).update(definition={"triggers": [{"scopes": None}]})
        a_plan("manual", code="DR-92")
        outage = self.an_outage()
        engine.go_on()
        self.assertTrue(outage.is_open)
        self.assertEqual([run.code for run in Run.objects.all()], ["DR-92"])
        self.assertEqual(Call.objects.get().state, "waiting")

    def test_a_drill_outage_makes_a_drill_run(self):
        a_plan("manual")
        self.an_outage(is_drill=True)
        engine.go_on()
        self.assertTrue(Run.objects.get().is_drill)


class StepsOfPeople(Walking):
    def test_finishing_the_last_step_finishes_the_run(self):
        run = self.a_run("manual")
        steps.finish(self.step_of(run), by=self.nermin, note="Yapıldı")
        run.refresh_from_db()
        self.assertEqual((run.status, run.steps.get().ended_by), ("finished", self.nermin))

    def test_the_second_person_learns_that_the_step_moved_on(self):
        run = self.a_run("manual", "manual")
        step = self.step_of(run)
        steps.finish(step, by=self.nermin)
        with self.assertRaises(steps.StepMovedOn):
            steps.finish(step, by=self.leyla)

    def test_a_step_is_for_its_role(self):
        step = self.step_of(self.a_run("manual"))
        for person in (self.kemal, self.ayse, self.selim):
            with self.assertRaises(steps.NotYourStep):
                steps.finish(step, by=person)

    def test_evidence_that_is_required_is_asked_for(self):
        with self.assertRaises(steps.NoteMissing):
            steps.finish(self.step_of(self.a_run("noted")), by=self.nermin, note="  ")

    def test_a_decision_leads_where_the_option_says(self):
        run = self.a_run("manual", "decision")
        steps.finish(self.step_of(run), by=self.nermin)
        steps.decide(self.step_of(run), by=self.nermin, choice="geri")
        self.assertEqual((self.step_of(run).key, self.step_of(run).visit), ("s1", 3))

    def test_a_choice_that_is_not_offered_is_refused(self):
        run = self.a_run("decision")
        with self.assertRaises(steps.NoSuchChoice):
            steps.decide(self.step_of(run), by=self.nermin, choice="uydurma")

    def test_an_overdue_step_reminds_the_person_on_call_and_again_later(self):
        rota = Rota.objects.create(key="nobet", name_tr="Nöbet", name_en="Watch")
        Shift.objects.create(rota=rota, person=self.leyla, starts_at=now(), ends_at=now() + timedelta(hours=8))
        run = self.a_run("manual")
        engine.go_on()
        self.assertFalse(OutboxMessage.objects.exists())
        for minutes in (6, 12):
            with time_machine.travel(now() + timedelta(minutes=minutes)):
                engine.go_on()
        self.assertEqual([message.address for message in OutboxMessage.objects.all()], [self.leyla.email] * 2)
        self.assertTrue(self.step_of(run).is_open)


class SigningAStep(Walking):
    def setUp(self):
        super().setUp()
        self.run_ = self.a_run("manual", "approval", "manual")
        steps.finish(self.step_of(self.run_), by=self.nermin)
        self.step = self.step_of(self.run_)

    def test_it_takes_as_many_people_as_the_plan_says(self):
        other = self.cast_operator()
        steps.sign(self.step, by=self.kemal, agrees=True)
        self.assertEqual(self.step_of(self.run_), self.step)
        steps.sign(self.step, by=other, agrees=True)
        self.assertEqual(self.step_of(self.run_).key, "s3")

    def test_nobody_signs_twice(self):
        steps.sign(self.step, by=self.kemal, agrees=True)
        with self.assertRaises(steps.AlreadySigned):
            steps.sign(self.step, by=self.kemal, agrees=True)

    def test_whoever_led_here_does_not_sign(self):
        with self.assertRaises(steps.LedHere):
            steps.sign(self.step, by=self.nermin, agrees=True)

    def test_one_no_leads_back(self):
        steps.sign(self.step, by=self.kemal, agrees=False)
        self.assertEqual(self.step_of(self.run_).key, "s1")

    def cast_operator(self):
        from_another_desk = type(self.nermin).objects.create(email="op2@example.test", name="Öteki Operatör")
        from_another_desk.memberships.create(role="operator")
        return from_another_desk


def hang_up_on(listening: socket.socket) -> None:
    caller, _ = listening.accept()
    caller.recv(65_536)
    caller.close()


class StepsOfNobet(Walking):
    def answers(self, *outcomes):
        return mock.patch.object(http_steps, "call", side_effect=outcomes)

    def test_a_call_that_is_answered_leads_on(self):
        run = self.a_run("http", "manual")
        with self.answers(http_steps.Answered(200, "ok")):
            engine.go_on()
        self.assertEqual(self.step_of(run).key, "s2")
        self.assertEqual(run.steps.get(visit=1).evidence, {"status": 200, "body": "ok"})

    def test_a_failed_call_is_retried_and_then_laid_before_a_person(self):
        run = self.a_run("http")
        with self.answers(http_steps.CallFailed("503"), http_steps.CallFailed("503")):
            engine.go_on()
            with time_machine.travel(now() + timedelta(minutes=11)):
                engine.go_on()
        step = self.step_of(run)
        self.assertTrue(step.needs_person)
        steps.settle(step, by=self.nermin, outcome="again", note="Yeniden deneyin")
        with self.answers(http_steps.Answered(200, "")), time_machine.travel(now() + timedelta(hours=1)):
            engine.go_on()
        self.assertEqual(run.steps.get().outcome, "done")

    def test_an_interrupted_call_follows_the_plan(self):
        for kind, calls_made, outcome in (("http", 1, "done"), ("http-ask", 0, ""), ("http-skip", 0, "skipped")):
            run = starting.start(a_plan(kind, code=f"DR-{50 + len(kind)}"), by=self.nermin)
            run.steps.update(called_at=now())
            with self.answers(http_steps.Answered(200, "")) as call:
                engine.go_on()
            self.assertEqual((call.call_count, run.steps.get().outcome), (calls_made, outcome), kind)

    def test_a_silent_endpoint_is_asked_again_only_where_the_plan_allows(self):
        asked = self.a_run("http-ask")
        with self.answers(http_steps.CallUnanswered("reset")):
            engine.go_on()
        self.assertTrue(self.step_of(asked).needs_person)

    def test_a_drill_calls_nobody(self):
        run = starting.start(a_plan("http"), by=self.nermin, is_drill=True)
        with self.answers() as call:
            engine.go_on()
        self.assertEqual((call.call_count, run.steps.get().evidence), (0, {"simulated": True}))

    def test_a_plan_reaches_no_address_inside_the_house(self):
        an_endpoint("http://127.0.0.1:5432")
        run = self.a_run("http")
        refused = http_steps.call(self.step_of(run))
        self.assertIsInstance(refused, http_steps.CallFailed)
        self.assertIn("127.0.0.1 is not an address we connect to", refused.reason)

    def test_a_line_that_breaks_after_the_question_leaves_a_doubt(self):
        run = self.a_run("http")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            an_endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}", may_be_private=True)
            Thread(target=lambda: hang_up_on(listening), daemon=True).start()
            self.assertIsInstance(http_steps.call(self.step_of(run)), http_steps.CallUnanswered)

    def test_a_wait_ends_when_the_component_works_again(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        run = starting.start(a_plan("wait"), by=self.nermin)
        engine.go_on()
        self.assertEqual(run.steps.get().outcome, "")
        outages.end(outage, by=self.nermin)
        with time_machine.travel(now() + timedelta(seconds=4)):
            engine.go_on()
        self.assertEqual(run.steps.get().outcome, "done")

    def test_a_wait_ends_when_its_time_is_over(self):
        outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        run = starting.start(a_plan("wait"), by=self.nermin)
        with time_machine.travel(now() + timedelta(seconds=11)):
            engine.go_on()
        self.assertEqual(run.steps.get().outcome, "elapsed")

    def test_a_broadcast_step_lays_one_draft_ready_and_ends_when_two_people_sent_it(self):
        contacts_in(self.odunpazari, 2)
        run = self.a_run("broadcast")
        engine.go_on()
        with time_machine.travel(now() + timedelta(seconds=4)):
            engine.go_on()
        draft = Broadcast.objects.get()
        self.assertNotIn("{saat}", draft.text)
        walking_back = run.steps.get()
        self.assertEqual((walking_back.broadcast, walking_back.outcome), (draft, ""))
        from_draft_to_sent(draft, self.nermin, self.kemal)
        with time_machine.travel(now() + timedelta(seconds=8)):
            engine.go_on()
        self.assertEqual(run.steps.get().outcome, "done")

    def test_a_step_of_nobet_may_be_left_out_with_a_reason(self):
        run = self.a_run("broadcast", "manual")
        with self.assertRaises(steps.NoteMissing):
            steps.skip(self.step_of(run), by=self.nermin, note="")
        steps.skip(self.step_of(run), by=self.nermin, note="Herkes biliyor")
        self.assertEqual(self.step_of(run).key, "s2")

    def test_an_abandoned_run_does_nothing_more(self):
        run = self.a_run("http")
        starting.abandon(run, by=self.leyla, note="Yanlış plan")
        with self.answers() as call:
            engine.go_on()
        self.assertEqual((call.call_count, run.steps.get().outcome), (0, "skipped"))


def from_draft_to_sent(draft, first, second):
    approval.submit(draft, by=first)
    approve(draft, second)
