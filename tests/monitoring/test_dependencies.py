"""Who leans on whom: one fault is one outage, and planned work on one node alarms nobody behind it."""

from datetime import timedelta

import time_machine
from django.test import TestCase

from foundation import now
from monitoring import sweeps
from monitoring.models import Check, Dependency, Maintenance, Node, NodeTransition, Outage, State
from monitoring.probing import recording
from tests.monitoring.land import a_province, an_operator
from tests.monitoring.test_correlation import change, down, suspicion, up


class Leaning(TestCase):
    """A district's router and, behind it, the way in of two municipalities."""

    def setUp(self):
        a_province("69", 20)
        self.router, self.near, self.far = Node.objects.filter(municipality__province="69")[:3]
        for node in (self.near, self.far):
            Dependency.objects.create(node=node, parent=self.router)
        self.clock = time_machine.travel("2026-11-21 10:00:00Z", tick=False)
        self.time = self.clock.start()
        self.addCleanup(self.clock.stop)

    def pass_by(self, seconds: float) -> None:
        """Time goes on, and the sweep with it."""
        self.time.shift(seconds)
        sweeps.look_around()

    def states(self) -> list[str]:
        return [Node.objects.get(pk=node.pk).state for node in (self.router, self.near, self.far)]


class OneFault(Leaning):
    def test_what_falls_in_the_same_second_is_one_outage(self):
        self.assertTrue(down(self.near, self.router, self.far))
        self.pass_by(10)
        outage = Outage.objects.get()
        self.assertEqual(outage.affected.current().count(), 3)

    def test_who_is_sure_first_waits_while_the_parent_is_under_suspicion(self):
        recording.record([suspicion(self.router)])
        self.assertTrue(down(self.near))
        self.assertFalse(Outage.objects.exists())
        self.time.shift(5)
        down(self.router)
        self.pass_by(10)
        self.assertEqual(Outage.objects.get().affected.current().count(), 2)

    def test_a_suspicion_of_the_parent_that_comes_to_nothing_holds_nobody_for_long(self):
        recording.record([suspicion(self.router)])
        down(self.near)
        self.time.shift(5)
        recording.record([change(self.router, "up")])
        self.assertEqual(Outage.objects.get().affected.get().node, self.near)

    def test_a_suspicion_that_does_not_end_holds_nobody_for_long_either(self):
        recording.record([suspicion(self.router)])
        down(self.near)
        self.pass_by(31)
        self.assertEqual(Outage.objects.get().affected.get().node, self.near)


class PlannedWork(Leaning):
    def setUp(self):
        super().setUp()
        self.window = Maintenance.objects.create(
            title_tr="Yönlendirici", title_en="Router", starts_at=now(), ends_at=now() + timedelta(hours=1)
        )
        self.window.nodes.add(self.router)
        self.pass_by(10)

    def test_alarms_nobody_behind_it(self):
        down(self.router)
        down(self.near, self.far)
        self.pass_by(60)
        self.assertEqual(self.states(), [State.MAINTENANCE] * 3)
        self.assertFalse(Outage.objects.exists())
        self.assertEqual(self.near.checks.get().verdict, Check.Verdict.UNREACHABLE)
        self.assertEqual(NodeTransition.objects.filter(node=self.near).latest("pk").new, State.MAINTENANCE)
        self.client.force_login(an_operator())
        page = self.client.get(f"/monitoring/nodes/{self.near.code}/")
        self.assertContains(page, "Bağlı olduğu noktada bakım yapılıyor")
        self.assertContains(page, "bakımdaydı")
        self.assertNotContains(self.client.get(f"/monitoring/nodes/{self.router.code}/"), "Bağlı olduğu noktada")

    def test_explains_nothing_while_the_router_works(self):
        down(self.near)
        self.assertEqual(self.states()[1], State.OUTAGE)
        self.assertEqual(Outage.objects.get().affected.get().node, self.near)

    def test_does_not_end_an_outage_that_was_there_before(self):
        down(self.near)
        down(self.router)
        self.pass_by(60)
        self.assertTrue(Outage.objects.get().is_open)

    def test_who_comes_back_with_the_router_was_never_out(self):
        down(self.router)
        down(self.near)
        up(self.router)
        self.pass_by(40)
        self.assertFalse(Outage.objects.exists())
        up(self.near)
        self.assertEqual(self.states()[1], State.OK)
        self.pass_by(600)
        self.assertFalse(Outage.objects.exists())

    def test_who_does_not_is_out_after_a_while(self):
        down(self.router)
        down(self.near, self.far)
        up(self.router)
        up(self.far)
        self.pass_by(70)
        self.assertEqual(self.states(), [State.MAINTENANCE, State.OUTAGE, State.OK])
        outage = Outage.objects.get()
        self.assertEqual((outage.affected.get().node, outage.started_at), (self.near, now()))
        self.assertEqual(self.near.checks.get().verdict, Check.Verdict.DOWN)

    def test_that_goes_on_too_long_is_one_outage(self):
        down(self.router)
        down(self.near, self.far)
        self.pass_by(3600)
        self.pass_by(10)
        self.assertEqual(self.states(), [State.OUTAGE] * 3)
        self.assertEqual(Outage.objects.get().affected.current().count(), 3)

    def test_reaches_through_those_in_between(self):
        Dependency.objects.filter(node=self.far).update(parent=self.near)
        down(self.router)
        down(self.near)
        down(self.far)
        self.pass_by(60)
        self.assertEqual(self.states(), [State.MAINTENANCE] * 3)

    def test_on_one_of_two_ways_explains_nothing(self):
        other = Node.objects.filter(municipality__province="69")[3]
        Dependency.objects.filter(node=self.near).update(group="line")
        Dependency.objects.create(node=self.near, parent=other, group="line")
        down(self.router)
        down(self.near)
        self.assertEqual(self.states()[1], State.OUTAGE)
