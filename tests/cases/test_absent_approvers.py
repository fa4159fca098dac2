"""An approver who is on leave is followed by the next, and the page says it."""

from datetime import timedelta

import time_machine
from django.test import TestCase
from django.urls import reverse

from foundation import now
from runbooks.models import Page
from runbooks.paging import ladders, watching
from runbooks.rotas import leave
from tests.cast import Cast, a_person
from tests.runbooks.builders import contacts_in, submitted
from tests.runbooks.nights import NIGHT, pass_time, telephones, told


class AnAbsentApprover(Cast, TestCase):
    def setUp(self):
        self.clock = self.enterContext(time_machine.travel(NIGHT))
        super().setUp()
        telephones(self)
        contacts_in(self.odunpazari, 3)

    def on_leave(self, *people):
        today = now().date()
        for person in people:
            leave.take(person, first_day=today, last_day=today + timedelta(days=3), by=self.leyla)

    def called(self) -> Page:
        submitted(self.nermin)
        self.clock.shift(watching.UNSIGNED_AFTER + timedelta(seconds=1))
        watching.look_around({})
        pass_time(self.clock, 30)
        ladders.go_on()
        return Page.objects.get(matter__kind="approval")

    def said(self, page: Page) -> str:
        self.client.force_login(self.nermin)
        return self.client.get(reverse("runbooks:page", args=[page.pk])).content.decode()

    def test_the_only_one_is_followed_by_the_end_of_the_line_at_once(self):
        self.on_leave(self.kemal)
        page = self.called()
        self.assertEqual(told(self.kemal), [])
        self.assertTrue(told(self.leyla))
        self.assertIn(f"{self.kemal.name} izinde", self.said(page))

    def test_another_approver_is_called_alone(self):
        other = a_person("approver", name="Öteki Onaycı", phone="+905320000109")
        self.on_leave(self.kemal)
        page = self.called()
        self.assertTrue(told(other))
        self.assertEqual((told(self.kemal), told(self.leyla)), ([], []))
        self.assertIn(f"{self.kemal.name} izinde", self.said(page))

    def test_at_the_end_of_the_line_nobody_is_too_far_away(self):
        self.on_leave(self.kemal, self.leyla, self.yonca)
        self.called()
        self.assertTrue(told(self.leyla))
