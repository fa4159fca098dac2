"""Which policy is followed, what a policy must be, and what the preview says."""

from datetime import datetime, timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase

from runbooks.models import Page, PagingPolicy
from runbooks.paging import policies
from runbooks.paging.policies import MatterFacts, PolicyDraft, PolicyIsWrong
from tests.cast import Cast
from tests.runbooks.nights import NIGHT, an_outage, on_call, pass_time, telephones, told

LEAD = {"who": "role", "role": "shift_lead", "ways": ["sms"], "minutes": 5, "is_end": True}
FIRST = {"who": "first", "rota": "nobet", "ways": ["sms", "email"], "minutes": 3, "is_end": False}
MORNING = datetime.fromisoformat("2026-11-30T08:30:00+03:00")  # the Monday after


def a_draft(**fields) -> PolicyDraft:
    return PolicyDraft(**{"name_tr": "Gece", "steps": (FIRST, LEAD), **fields})


class TheChoice(Cast, TestCase):
    def chosen(self, at=NIGHT, **facts) -> str:
        return str(policies.choose(MatterFacts(**{"kind": "outage", "severity": "S1", **facts}), at))

    def test_what_ships_covers_every_severity_and_kind(self):
        self.assertIn("hemen", self.chosen())
        self.assertIn("S2", self.chosen(severity="S2"))
        self.assertIn("mesai", self.chosen(severity="S3"))
        self.assertIn("ikinci onay", self.chosen(kind="approval").lower().replace("i̇", "i"))

    def test_the_first_that_fits_is_followed(self):
        policies.keep(None, a_draft(position=1, components=("TAHSILAT",)), by=self.leyla)
        self.assertEqual(self.chosen(components=("EBYS", "TAHSILAT")), "Gece")
        self.assertNotEqual(self.chosen(components=("EBYS",)), "Gece")

    def test_province_scope_and_hours_narrow_it(self):
        draft = a_draft(position=1, provinces=("26",), scopes=("regional",), hours="outside", calendar="tr-mesai")
        policies.keep(None, draft, by=self.leyla)
        self.assertEqual(self.chosen(province="26", scope="regional"), "Gece")
        self.assertNotEqual(self.chosen(province="05", scope="regional"), "Gece")
        self.assertNotEqual(self.chosen(at=MORNING + timedelta(hours=1), province="26", scope="regional"), "Gece")

    def test_the_last_resort_cannot_be_switched_off(self):
        last = PagingPolicy.objects.get(is_last_resort=True)
        policies.keep(last, a_draft(is_on=False), by=self.yonca)
        last.refresh_from_db()
        self.assertTrue(last.is_on)
        with self.assertRaises(PolicyIsWrong):
            policies.remove(last, by=self.yonca)
        with self.assertRaises(IntegrityError), transaction.atomic():
            PagingPolicy.objects.filter(pk=last.pk).update(is_on=False)


class WhatAPolicyMustBe(Cast, TestCase):
    def refused(self, words: str, **fields) -> None:
        with self.assertRaisesMessage(PolicyIsWrong, words):
            policies.keep(None, a_draft(**fields), by=self.leyla)

    def test_one_that_can_never_end_is_refused_when_it_is_typed(self):
        self.refused("hiç bitemez", steps=(FIRST,))
        self.refused("hiç bitemez", steps=(FIRST, {**FIRST, "is_end": True}))
        self.refused("kimse yok", steps=(FIRST, {**LEAD, "role": "vendor"}))
        self.refused("hiç bitmez", rounds=0)
        self.refused("hiç bitmez", rounds=10)

    def test_steps_name_whom_how_and_how_long(self):
        self.refused("1. basamak", steps=({**FIRST, "rota": ""}, LEAD))
        self.refused("1. basamak", steps=({**FIRST, "ways": []}, LEAD))
        self.refused("1. basamak", steps=({**FIRST, "minutes": 0}, LEAD))
        self.refused("kimseyi çağırmaz", steps=())
        self.refused("takvimi", waits=True)

    def test_only_those_who_answer_for_the_house_keep_them(self):
        with self.assertRaises(policies.MayNotKeepPolicies):
            policies.keep(None, a_draft(), by=self.nermin)


class ThePreview(Cast, TestCase):
    def setUp(self):
        """The cast holds its roles since before that night."""
        with time_machine.travel(NIGHT, tick=False):
            super().setUp()

    def test_it_names_who_is_called_when_and_how_from_the_real_rotas(self):
        with time_machine.travel(NIGHT, tick=False):
            telephones(self)
            on_call(self.nermin, self.leyla)
            steps = policies.rungs_of(PagingPolicy.objects.get(is_last_resort=True))
            seen = list(policies.preview(steps, rounds=1, start=NIGHT))
        self.assertEqual([one.minutes for one in seen], [0, 3, 6, 10, 15])
        self.assertEqual([called.person.name for called in seen[0].called], ["Nermin Kaya"])
        self.assertEqual([way.kind for way in seen[0].called[0].ways][0], "sms")

    def test_an_empty_step_is_passed_over_at_once_and_said(self):
        seen = list(policies.preview([FIRST, LEAD], rounds=1, start=NIGHT + timedelta(days=400)))
        self.assertIn("kimse yok", seen[0].said)
        self.assertEqual(seen[1].minutes, 0)


class QuietMatters(Cast, TestCase):
    def setUp(self):
        with time_machine.travel(NIGHT, tick=False):
            super().setUp()

    def test_an_s3_waits_for_office_hours(self):
        with time_machine.travel(NIGHT, tick=False) as clock:
            telephones(self)
            an_outage(self.rapor, severity="S3")
            pass_time(clock, 60)
            self.assertEqual(Page.objects.get().due_at, MORNING)
            self.assertEqual(told(self.leyla) + told(self.leyla, "email"), [])
            clock.move_to(MORNING)
            on_call(self.nermin)
            pass_time(clock, 30)
            self.assertEqual(len(told(self.nermin, "email")), 1)
