"""One's own ways, what calls without being reported, and the doors for programs."""

from datetime import timedelta

import time_machine
from django.test import TestCase
from django.urls import reverse

from foundation import now
from foundation.accounts import people
from foundation.leases.models import SweepMark
from foundation.outbox.models import OutboxMessage, Route
from helpdesk.models import Ticket
from helpdesk.tickets import assignment
from monitoring.models import Outage
from runbooks.metrics import collector
from runbooks.models import ContactWay, Matter, Page
from runbooks.paging import ladders, matters, watching, ways
from runbooks.paging.retention import forget_matters
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket
from tests.runbooks.nights import an_outage


class OnesOwnWays(Cast, TestCase):
    def code(self) -> str:
        text = OutboxMessage.objects.order_by("-pk").values_list("text", flat=True)[0]
        return next(
            word.strip(".") for word in text.split() if word.strip(".").isdecimal() and len(word.strip(".")) == 4
        )

    def test_a_way_counts_once_its_code_came_back(self):
        way = ways.add(self.nermin, kind="sms", address="0532 000 01 77")
        self.assertEqual(way.address, "+905320000177")
        self.assertNotIn("+905320000177", [one.address for one in ways.usable([self.nermin])[self.nermin.pk]])
        with self.assertRaises(ways.WayCodeWrong):
            ways.verify(way, "x")
        ways.verify(way, self.code())
        self.assertEqual([one.address for one in ways.usable([self.nermin])[self.nermin.pk]], ["+905320000177"])

    def test_addresses_that_cannot_be_one_are_refused_with_the_reason(self):
        for kind, address, why in (
            ("sms", "0222 211 12 13", ways.LandLine),
            ("sms", "+44 7700 900123", ways.NotANumber),
            ("sms", "yok", ways.NotANumber),
            ("email", "yok", ways.NotALetterbox),
        ):
            with self.subTest(address), self.assertRaises(why):
                ways.add(self.nermin, kind=kind, address=address)
        ways.add(self.nermin, kind="email", address="Nermin@Example.test")
        with self.assertRaises(ways.WayIsListed):
            ways.add(self.nermin, kind="email", address="nermin@example.test")

    def test_a_trial_leaves_once_a_minute_and_shows_how_long_it_took(self):
        way = self.nermin.contact_ways.create(kind="sms", address="+905320000177", verified_at=now())
        ways.try_now(way)
        with self.assertRaises(ways.WayJustTried):
            ways.try_now(way)
        sent = OutboxMessage.objects.get()
        OutboxMessage.objects.update(state="delivered", moved_at=sent.batch.released_at + timedelta(seconds=4))
        self.assertEqual(ways.listed(self.nermin)[0].took, 4.0)

    def test_who_is_revoked_is_called_no_more(self):
        self.nermin.contact_ways.create(kind="sms", address="+905320000177", verified_at=now())
        people.revoke(self.nermin, by=self.yonca)
        self.assertFalse(ContactWay.objects.exists())

    def test_the_page_takes_a_way_and_says_what_is_wrong_with_one(self):
        self.client.force_login(self.nermin)
        wrong = self.client.post(reverse("runbooks:ways"), {"kind": "sms", "address": "0222 211 12 13"})
        self.assertContains(wrong, "sabit hat", status_code=422)
        self.client.post(reverse("runbooks:ways"), {"kind": "sms", "address": "0532 000 01 77"})
        self.assertContains(self.client.get(reverse("runbooks:ways")), "+90532")


class WhatCallsByItself(Cast, TestCase):
    def look(self, **periods) -> set[str]:
        watching.look_around(periods)
        return set(Matter.objects.open().values_list("kind", flat=True))

    def test_an_outage_whose_report_was_lost_is_found(self):
        an_outage(self.tahsilat)
        Matter.objects.all().delete()
        self.assertEqual(self.look(), {"outage"})

    def test_a_late_word_calls_and_a_new_one_ends_it(self):
        outage = an_outage(self.tahsilat)
        Outage.objects.filter(pk=outage.pk).update(next_update_at=now() - timedelta(minutes=5))
        self.assertEqual(self.look(), {"outage", "word"})
        Outage.objects.filter(pk=outage.pk).update(next_update_at=now() + timedelta(minutes=5))
        self.assertEqual(self.look(), {"outage"})

    def test_a_ticket_nobody_took_calls_until_somebody_takes_it(self):
        ticket = a_ticket(urgency=Ticket.Urgency.DANGER, impact=Ticket.Impact.ALL)
        matters.report(watching.of_ticket(ticket))
        self.assertEqual(self.look(), {"ticket"})
        assignment.claim(ticket, by=self.ayse)
        self.assertEqual(self.look(), set())

    def test_a_gateway_in_trouble_and_late_work_call(self):
        Route.objects.create(gateway="twilio", rate=1, ceiling=1, opened_at=now(), opened_because="20003 auth")
        SweepMark.objects.create(name="eski", succeeded_at=now() - timedelta(hours=1))
        self.assertEqual(self.look(eski=timedelta(seconds=5)), {"gateway", "sweep"})
        settling = Matter.objects.get(kind="sweep")
        self.assertGreater(settling.due_at, now())

    def test_nothing_calls_in_a_quiet_house(self):
        self.assertEqual(self.look(), set())


class ForPrograms(Cast, TestCase):
    def test_open_pages_and_the_first_word_are_measured(self):
        an_outage(self.tahsilat)
        ladders.go_on()
        samples = {
            (one.name, *one.labels.values()): one.value for family in collector.collect() for one in family.samples
        }
        self.assertEqual(samples["nobet_pages_open", "ringing"], 1)
        self.assertEqual(samples["nobet_page_seconds_bucket", "60"], 1)

    def test_old_calls_are_forgotten(self):
        an_outage(self.tahsilat)
        ladders.go_on()
        ladders.end(Matter.objects.get())
        self.assertEqual(forget_matters(now() + timedelta(seconds=1)), 1)
        self.assertFalse(Page.objects.exists())

    def test_the_preview_and_the_editor_answer_in_words(self):
        self.client.force_login(self.leyla)
        seen = self.client.get(reverse("runbooks:paging_policies"))
        self.assertContains(seen, "Orada kimse yok")
        never = {
            "name_tr": "Gece", "position": 1, "hours": "any", "rounds": 1, "taken_minutes": 0,
            "step-0-target": "first:nobet", "step-0-ways": ["sms"], "step-0-minutes": 3,
        }  # fmt: skip
        refused = self.client.post(reverse("runbooks:new_paging_policy"), never)
        self.assertContains(refused, "hiç bitemez", status_code=422)
        whole = never | {
            "step-1-target": "role:shift_lead", "step-1-ways": ["sms"], "step-1-minutes": 5, "step-1-is_end": "on",
        }  # fmt: skip
        shown = self.client.post(reverse("runbooks:new_paging_policy"), whole | {"act": "preview"})
        self.assertContains(shown, "Leyla Şahin")
        self.assertEqual(self.client.post(reverse("runbooks:new_paging_policy"), whole).status_code, 302)

    def test_a_page_shows_its_ladder_and_is_taken_there(self):
        with time_machine.travel(now(), tick=False):
            an_outage(self.tahsilat)
            ladders.go_on()
            self.client.force_login(self.leyla)
            page = Page.objects.get()
            self.assertContains(self.client.get(reverse("runbooks:pages")), "kimse yok, hemen sonrakine geçildi")
            self.client.post(reverse("runbooks:page_acknowledgement", args=[page.pk]))
            self.assertContains(self.client.get(reverse("runbooks:page", args=[page.pk])), "Leyla Şahin üstlendi")
            self.assertContains(self.client.get(reverse("runbooks:board")), reverse("runbooks:page", args=[page.pk]))
