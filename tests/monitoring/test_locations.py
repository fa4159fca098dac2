"""Several places ask the same question: most of those that are believed decide."""

import asyncio
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.test import TestCase, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation import now
from monitoring import locations, sweeps
from monitoring.checks import verdicts
from monitoring.checks.verdicts import HERE, Flaps, Memory, Result, Streak, Verdict, VerdictRule
from monitoring.models import Check, Node, Outage, Prober, State, Transition
from monitoring.nodes import health
from monitoring.probing import jobs, recording, resident, shards
from monitoring.probing.probe import Probe
from monitoring.probing.recording import CheckChange
from tests.monitoring.land import a_province, an_operator

CITIES = ("ankara", "izmir", "van")
RULE = VerdictRule(failures=3, confirm_seconds=20, successes=2, recover_seconds=60)


class FromSeveralPlaces(TestCase):
    """Each location keeps its own prober's memory; the row keeps all of them."""

    def setUp(self):
        a_province("69", 5)
        self.node = Node.objects.get(code="69002")
        self.clock = self.enterContext(time_machine.travel("2026-11-21 10:00:00Z", tick=False))
        self.memories = {}
        for city in CITIES:
            self.sign_of_life(city)
        self.answers(*CITIES, raw=Result.OK, times=4)

    def sign_of_life(self, *cities: str, **facts) -> None:
        for city in cities:
            Prober.objects.update_or_create(
                name=city, defaults={"location": city, "cycle_ended_at": now(), "checks": 5} | facts
            )

    def answers(self, *cities: str, raw: Result, times: int = 3, alive: bool = True) -> None:
        """The node answers these cities so, `times` times, thirty seconds apart."""
        for _time in range(times):
            self.clock.shift(30)
            if alive:
                self.sign_of_life(*CITIES)
            for city in cities:
                self.hears(city, raw)

    def hears(self, city: str, raw: Result) -> None:
        question, before = self.memories.get(city) or recording_of(self.node, city)
        at = now().timestamp()
        after = verdicts.decide(before, question.rule, raw, at, location=city)
        self.memories[city] = question, after
        if after is not before:
            error = "timeout" if raw is Result.FAIL else ""
            recording.record([CheckChange(question, before, after, error, 0.1, at)], city)

    def state(self) -> str:
        self.node.refresh_from_db()
        return self.node.state

    def test_one_of_three_is_not_believed_alone_and_suspicion_ends(self):
        self.answers("van", raw=Result.FAIL, times=2)
        self.assertIsNotNone(Node.objects.get(pk=self.node.pk).suspected_at)
        self.answers("van", raw=Result.FAIL, times=2)
        self.assertEqual(self.state(), State.OK)
        self.assertIsNone(self.node.suspected_at)
        self.assertFalse(Outage.objects.exists())

    def test_two_of_three_take_it_down_with_all_three_in_the_evidence(self):
        self.answers("van", "izmir", raw=Result.FAIL)
        self.assertEqual(self.state(), State.OUTAGE)
        evidence = Transition.objects.get(check_of__node=self.node, new="down").evidence
        self.assertEqual((set(evidence["locations"]), evidence["quorum"]), (set(CITIES), 2))
        self.assertFalse(evidence["single_vantage"])
        self.assertEqual(evidence["locations"]["ankara"]["failures"], 0)

    def test_most_must_see_it_work_again(self):
        self.answers(*CITIES, raw=Result.FAIL)
        self.answers("ankara", raw=Result.OK, times=4)
        self.assertEqual(self.state(), State.OUTAGE)
        self.answers("izmir", raw=Result.OK, times=4)
        self.assertEqual(self.state(), State.OK)
        self.assertFalse(Outage.objects.open().exists())

    def test_a_silent_location_holds_nothing_up(self):
        self.answers("van", raw=Result.FAIL)
        self.clock.shift(60)
        self.sign_of_life("van")  # ankara and izmir fell silent
        sweeps.look_around()
        self.assertEqual(self.state(), State.OUTAGE)
        self.assertIsNotNone(health.blind_since(now()))

    def test_a_location_that_is_back_has_its_vote_again(self):
        self.answers("van", raw=Result.FAIL)
        self.sign_of_life("ankara", "izmir", canary_ok=False)
        sweeps.look_around()
        self.assertEqual(self.state(), State.OUTAGE)
        self.sign_of_life(*CITIES, canary_ok=True)
        self.answers("ankara", "izmir", raw=Result.OK, times=3)
        sweeps.look_around()
        self.assertEqual(self.state(), State.OK)

    def test_a_location_without_a_line_takes_nothing_down(self):
        self.sign_of_life("van", "izmir", canary_ok=False)
        sweeps.look_around()
        for _time in range(4):
            self.clock.shift(30)
            self.sign_of_life("ankara")
            self.sign_of_life("van", "izmir", canary_ok=False)
            self.hears("izmir", Result.NA)
        self.assertEqual(self.state(), State.OK)

    def test_a_new_process_goes_on_where_its_location_stopped(self):
        self.answers("van", raw=Result.FAIL, times=2)
        _question, memory = recording_of(self.node, "van")
        self.assertEqual(memory.streak("van").failures, 2)
        _question, memory = recording_of(self.node, "ankara")
        self.assertEqual((memory.streak("ankara").failures, memory.streak("van").failures), (0, 0))

    def test_the_page_says_who_saw_what(self):
        self.answers("van", "izmir", raw=Result.FAIL)
        self.client.force_login(an_operator())
        page = self.client.get(f"/monitoring/nodes/{self.node.code}/")
        for city in CITIES:
            self.assertContains(page, city)
        self.sign_of_life("van", failing=40)
        self.assertContains(self.client.get("/monitoring/nodes/"), "van")


def recording_of(node: Node, city: str):
    return next(pair for pair in recording.load(location=city) if pair[0].node_id == node.pk)


class Posts(TestCase):
    def test_another_division_of_a_location_forgets_the_old_one(self):
        for name in ("izmir 1/2", "izmir 2/2", "van"):
            Prober.objects.create(name=name, location=name.split()[0], cycle_ended_at=now())
        locations.enroll("izmir", 3)
        self.assertEqual(set(Prober.objects.values_list("name", flat=True)), {"van"})

    def test_one_silent_shard_silences_its_location(self):
        Prober.objects.create(name="izmir 1/2", location="izmir", cycle_ended_at=now())
        Prober.objects.create(name="izmir 2/2", location="izmir", cycle_ended_at=now() - timedelta(minutes=2))
        Prober.objects.create(name="van", location="van", cycle_ended_at=now())
        self.assertEqual(locations.believed(now()), {"van"})

    def test_a_location_that_fails_alone_is_named_and_a_real_outage_is_not_its_fault(self):
        rows = [Prober(name=city, location=city, checks=1000, failing=3) for city in CITIES]
        self.assertEqual(locations.alone(rows), [])
        rows[0].failing = 80
        self.assertEqual(locations.alone(rows), [("ankara", 77)])
        for row in rows:
            row.failing = 300
        self.assertEqual(locations.alone(rows), [])
        self.assertEqual(locations.alone(rows[:1]), [])

    def test_the_board_says_when_the_watch_itself_is_blind(self):
        self.client.force_login(an_operator())
        row = Prober.objects.create(name="alertmanager", period=120, cycle_ended_at=now() - timedelta(minutes=5))
        self.assertNotContains(self.client.get("/board/"), "İzleme çalışmıyor")
        Prober.objects.filter(pk=row.pk).update(cycle_ended_at=now() - timedelta(minutes=7))
        self.assertContains(self.client.get("/board/"), "İzleme çalışmıyor")

    def test_the_board_says_when_the_machine_that_asks_is_too_busy(self):
        self.client.force_login(an_operator())
        row = Prober.objects.create(name=HERE, location=HERE, cycle_ended_at=now(), lag=0.2, discarded=2)
        self.assertNotContains(self.client.get("/board/"), "çok meşgul")
        Prober.objects.filter(pk=row.pk).update(lag=0.4)
        for address in ("/board/", "/monitoring/nodes/"):
            self.assertContains(self.client.get(address), "Ölçümü yapan makine (bu konum) çok meşgul")

    def test_a_location_needs_a_name_and_a_shard_its_form(self):
        for words in (["--location", " "], ["--location", "x" * 41], ["--shard", "4/3"]):
            with self.assertRaises(CommandError):
                call_command("probe", *words)


sights = st.dictionaries(
    st.sampled_from(CITIES),
    st.tuples(
        st.one_of(
            st.integers(1, 5).map(lambda n: Streak(failures=n, since=1000.0 - 15 * n)),
            st.integers(1, 5).map(lambda n: Streak(successes=n, since=1000.0 - 40 * n)),
        ),
        st.booleans().map(lambda flapping: Flaps(is_flapping=flapping)),
    ),
)


@settings(max_examples=300, deadline=None)
@given(sights, st.sets(st.sampled_from(CITIES)), st.sampled_from([Verdict.UP, Verdict.DOWN]))
def test_the_verdict_follows_the_count_of_believed_locations(seen, believed, before):
    after = verdicts.together(Memory(before), seen, RULE, 1000.0, believed=believed)
    voters = [seen[name] for name in seen if name in believed]
    most = len(voters) // 2 + 1
    failing = sum(s.failures >= 3 and 1000 - s.since >= 20 for s, _flaps in voters)
    working = sum(s.successes >= 2 and 1000 - s.since >= 60 for s, _flaps in voters)
    turned = failing >= most if before is Verdict.UP else working >= most
    assert (after.verdict is not before) == turned
    assert after.flaps.is_flapping == (sum(flaps.is_flapping for _s, flaps in voters) >= most)


@pytest.mark.parametrize("name", CITIES)
def test_each_location_gets_back_what_it_stored(name):
    stored = {city: (Streak(failures=len(city), since=5.0), Flaps(ring=3)) for city in CITIES}
    packed = verdicts.pack_sights(stored)
    memory = verdicts.unpack(packed, verdict=Check.Verdict.UP, since=1.0, confirmed_at=1.0, location=name)
    assert memory.streaks == ((name, stored[name][0]),)
    assert memory.flaps == stored[name][1]


@override_settings(PROBE_SHARDS=2)
class SharedOutByCelery(TestCase):
    def test_a_post_has_one_holder_until_the_lease_lapses(self):
        post = resident.Post(0, 2)
        with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
            self.assertTrue(shards.claim(post, "first"))
            self.assertFalse(shards.claim(post, "second"))
            self.assertEqual(shards.vacant(), [1])
            clock.shift(20)
            self.assertTrue(shards.claim(post, "first"), "who stands there renews")
            clock.shift(29)
            self.assertFalse(shards.claim(post, "second"))
            clock.shift(2)
            self.assertEqual(shards.vacant(), [0, 1])
            self.assertTrue(shards.claim(post, "second"))
            shards.give_up(post, "first")
            self.assertEqual(shards.vacant(), [1])

    def test_only_empty_posts_are_rung_for_and_none_where_nothing_is_shared(self):
        shards.claim(resident.Post(1, 2), "somebody")
        with mock.patch.object(jobs.stand_at, "apply_async") as rung:
            self.assertEqual(jobs.ring(), 1)
        self.assertEqual(rung.call_args.args[0], [0, 2])
        with override_settings(PROBE_SHARDS=0), mock.patch.object(jobs.stand_at, "apply_async") as rung:
            self.assertEqual(jobs.ring(), 0)
        self.assertFalse(rung.called)

    def test_who_comes_second_goes_home(self):
        shards.claim(resident.Post(0, 2), "somebody")
        with mock.patch.object(shards, "stand_while_mine") as stood:
            self.assertFalse(shards.take(0, 2))
        self.assertFalse(stood.called)

    def test_who_stands_there_leaves_the_post_free(self):
        async def briefly(post, owner):
            self.assertEqual((post.name, post.location), ("here 2/2", "here"))

        with mock.patch.object(shards, "stand_while_mine", briefly):
            self.assertTrue(shards.take(1, 2))
        self.assertEqual(shards.vacant(), [0, 1])

    def stood_at_by(self, *owners: str) -> None:
        for index, owner in enumerate(owners):
            shards.claim(resident.Post(index, len(owners)), owner)

    def test_who_has_a_free_thread_relieves_whoever_has_two_posts_more(self):
        self.stood_at_by("izmir:7/aa", "izmir:7/bb")
        stood = []

        def occupy(post, owner):
            stood.append((post.name, {worker: len(found) for worker, found in shards.held().items()}))

        quick = mock.patch.multiple(shards, RENEW=0, LEAVES_WITHIN=0, occupy=occupy)
        with quick, mock.patch.object(jobs.relieve, "apply_async") as rung:
            self.assertEqual(jobs.ring(), 0)
            self.assertTrue(rung.called)
            self.assertTrue(shards.relieve())
        self.assertEqual(stood, [("here 2/2", {"izmir:7": 1, shards.this_worker(): 1})])
        self.assertFalse(shards.claim(resident.Post(0, 2), "another"), "the other post is still theirs")

    def test_even_shares_are_left_alone(self):
        self.stood_at_by("izmir:7/aa", "van:9/bb")
        with mock.patch.object(jobs.relieve, "apply_async") as rung:
            jobs.ring()
        self.assertFalse(rung.called)
        self.stood_at_by("izmir:7/aa", f"{shards.this_worker()}/bb")
        self.assertFalse(shards.relieve())

    def test_of_two_that_come_to_relieve_one_does(self):
        self.stood_at_by("izmir:7/aa", "izmir:7/bb")
        seen = shards.held()
        Prober.objects.filter(name="here 2/2").update(owner="van:9/cc")
        with mock.patch.object(shards, "held", return_value=seen), mock.patch.object(shards, "occupy") as stood:
            self.assertFalse(shards.relieve())
        self.assertFalse(stood.called)


@contextmanager
def a_stand(keep):
    """Nobody is asked; `keep` says whether the post is still ours, for leases of a fifth of a second."""

    async def stand(post, over):
        await over.wait()

    with mock.patch.multiple(shards, stand=stand, keep=keep, LEASE=timedelta(seconds=0.2), RENEW=0):
        yield


async def test_a_lease_that_cannot_be_renewed_is_left_to_others():
    with a_stand(lambda post, owner: time.sleep(0.02)):
        await asyncio.wait_for(shards.stand_while_mine(resident.Post(), "me"), 10)


async def test_a_database_that_was_away_stops_no_look_at_the_registry():
    pause, marks = asyncio.Event(), iter([OperationalError("away"), ("old",), ("new",)])

    def mark():
        found = next(marks)
        if isinstance(found, Exception):
            raise found
        return found

    with mock.patch.multiple(resident, registry_mark=mark, LOOK_FOR_NEW=0.01):
        await asyncio.wait_for(resident.watch_registry(("old",), pause, asyncio.Event()), 10)
    assert pause.is_set()


EDITS = {
    "kind": Check.Kind.TCP,
    "target": "http://127.0.0.1:8/anders",
    "interval": 45,
    "timeout": 2.5,
    "rules": {"method": "HEAD"},
    "failures_to_confirm": 4,
    "confirm_seconds": 40,
    "successes_to_recover": 3,
    "recover_seconds": 90,
}


@pytest.mark.django_db
@pytest.mark.parametrize("field", EDITS)
def test_a_prober_notices_whatever_people_edit_of_a_question(field, monkeypatch):
    monkeypatch.setattr(resident, "fresh_connection", nullcontext)  # the test's own is the fresh one
    a_province("69", 1)
    before, question = resident.registry_mark(), Probe.of(Check.objects.get())
    assert resident.registry_mark() == before
    Check.objects.update(**{field: EDITS[field]})
    assert Probe.of(Check.objects.get()) != question, "it is part of the question"
    assert resident.registry_mark() != before
