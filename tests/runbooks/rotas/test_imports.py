"""A rota that was kept elsewhere: read, shown, taken whole or not at all."""

import json
from datetime import time

import pytest
from django.test import TestCase
from django.utils.translation import override

from runbooks.models import Rota, RotaLayer, Shift
from runbooks.rotas import on_call
from runbooks.rotas.imports import calendars, opsgenie, taking
from runbooks.rotas.imports.drafts import RotaFileIsWrong
from tests.cast import Cast
from tests.runbooks.rotas.builders import at
from tests.runbooks.rotas.test_shifts import AtNine

NIGHTS = (("friday", "saturday"), ("saturday", "sunday"))
NO_EXPORT = ["", "{", "[]", "{}", "null", "7", '{"schedules": 7}', '{"schedules": [7]}', "[" * 5000]
WEEK = {"type": "weekly", "length": 1, "startDate": "2026-11-30T09:00:00+03:00"}


def schedule(*rotations, **fields):
    return {"name": "Platform Nöbeti", "timezone": "Europe/Istanbul", "rotations": list(rotations), **fields}


def rotation(*people, **fields):
    participants = [{"type": "user", "username": f"{name}@example.test"} for name in people]
    return {"name": "Birinci", "participants": participants, **WEEK, **fields}


def drafts_of(*schedules):
    with override("en"):
        return opsgenie.read(json.dumps({"schedules": list(schedules)}))


class FromOpsgenie(AtNine, TestCase):
    def test_rotations_and_overrides_become_rules_and_shifts(self):
        user = {"type": "user", "username": "kemal@example.test"}
        override_ = {"user": user, "startDate": "2026-12-01T18:00:00+03:00", "endDate": "2026-12-02T06:00:00+03:00"}
        drafts = drafts_of(
            schedule(rotation("nermin", "leyla"), rotation("leyla", "nermin", name="İkinci"), overrides=[override_])
        )
        self.assertEqual((drafts[0].key, drafts[0].problems), ("platform-nobeti", []))
        self.assertIn("becomes the backup", drafts[0].remarks[0])
        [rota] = taking.take(drafts, by=self.leyla)
        self.assertEqual(on_call.at(rota, at(0, 12)), on_call.OnCall(self.nermin, self.leyla))
        self.assertEqual(on_call.at(rota, at(1, 20)), on_call.OnCall(self.kemal, self.leyla))
        self.assertEqual(on_call.at(rota, at(7, 12)), on_call.OnCall(self.leyla, self.nermin))

    def test_taking_the_same_file_again_does_nothing(self):
        drafts = drafts_of(schedule(rotation("nermin", "leyla")))
        self.assertFalse(taking.difference(drafts[0]).is_nothing)
        taking.take(drafts, by=self.leyla)
        rows = list(Shift.objects.values_list("pk", "ends_at"))
        self.assertTrue(taking.difference(drafts[0]).is_nothing)
        taking.take(drafts, by=self.leyla)
        self.assertEqual(list(Shift.objects.values_list("pk", "ends_at")), rows)

    def test_another_file_of_the_same_name_changes_what_differs(self):
        taking.take(drafts_of(schedule(rotation("nermin", "leyla"))), by=self.leyla)
        [draft] = drafts_of(schedule(rotation("kemal")))
        change = taking.difference(draft)
        self.assertEqual((len(change.new_rules), len(change.ending)), (1, 1))
        [rota] = taking.take([draft], by=self.leyla)
        self.assertEqual(on_call.at(rota, at(0, 12)).first, self.kemal)
        self.assertEqual(RotaLayer.objects.filter(ends_at=None).count(), 1)

    def test_hours_are_translated(self):
        cases = [
            ({"type": "time-of-day", "restriction": hours(8, 17)}, ("1234567", time(8), time(17))),
            (
                {"type": "weekday-and-time-of-day", "restrictions": [days("monday", 9, "saturday", 9)]},
                ("12345", time(9), time(9)),
            ),
            (
                {
                    "type": "weekday-and-time-of-day",
                    "restrictions": [days(day, 20, other, 8) for day, other in NIGHTS],
                },
                ("56", time(20), time(8)),
            ),
        ]
        for restriction, expected in cases:
            [draft] = drafts_of(schedule(rotation("nermin", timeRestriction=restriction)))
            self.assertEqual(draft.problems, [])
            [rule] = draft.rules
            self.assertEqual((rule.days, rule.opens, rule.closes), expected)

    def test_every_mistake_is_named_and_nothing_is_taken(self):
        mixed = {
            "type": "weekday-and-time-of-day",
            "restrictions": [days("monday", 9, "monday", 17), days("tuesday", 8, "tuesday", 17)],
        }
        cases = [
            (rotation("nobody"), "nobody@example.test"),
            (rotation("nermin", type="hourly"), "by the hour"),
            (rotation("nermin", length=0), "length"),
            (rotation("nermin", startDate="yesterday"), "yesterday"),
            (rotation("nermin", timeRestriction=mixed), "differ from day to day"),
            (rotation("nermin", participants=[{"type": "team", "name": "A takımı"}]), "A takımı"),
            (rotation(), "no participants"),
            (rotation("nermin", "nermin"), "twice"),
        ]
        for wrong, word in cases:
            drafts = drafts_of(schedule(rotation("leyla", name="Doğru"), wrong))
            self.assertTrue(any(word in problem for problem in drafts[0].problems), (word, drafts[0].problems))
            with self.assertRaises(taking.DraftHasProblems):
                taking.take(drafts, by=self.leyla)
        self.assertFalse(Rota.objects.exclude(pk=self.rota.pk).exists())

    def test_what_fails_half_way_leaves_nothing(self):
        self.nermin.contact_ways.filter(kind="sms").update(verified_at=None)
        drafts = drafts_of(schedule(rotation("leyla")), schedule(rotation("nermin"), name="Gece"))
        with self.assertRaisesMessage(Exception, "Nermin Kaya"):
            taking.take(drafts, by=self.leyla)
        self.assertFalse(Rota.objects.exclude(pk=self.rota.pk).exists())


def hours(start, end):
    return {"startHour": start, "startMin": 0, "endHour": end, "endMin": 0}


def days(first, start, last, end):
    return {"startDay": first, "endDay": last, **hours(start, end)}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", "7", '{"schedules": 7}', '{"schedules": [7]}', "[" * 5000]
)
@pytest.mark.once("sqlite", "asks no database")
def test_what_is_no_export_is_said_so(text):
    with pytest.raises(RotaFileIsWrong):
        opsgenie.read(text)


EVENT = """BEGIN:VEVENT\r
UID:{uid}@example.test\r
DTSTART;TZID=Europe/Istanbul:{start}\r
DTEND;TZID=Europe/Istanbul:{end}\r
SUMMARY:{title}\r
{more}END:VEVENT\r
"""


def calendar(*events):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def event(title, start="20261201T090000", end="20261202T090000", more="", uid="1"):
    return EVENT.format(title=title, start=start, end=end, more=more, uid=uid)


class FromACalendar(AtNine, TestCase):
    def read(self, *events):
        with override("en"):
            return calendars.read(calendar(*events), key="takvim", name="Takvim")

    def test_events_are_shifts_of_whom_they_name(self):
        drafts = self.read(
            event("Nermin Kaya"),
            event("Nöbet: leyla şahin (yedek)", uid="2"),
            event("?", "20261202T090000", "20261203T090000", "ATTENDEE:mailto:kemal@example.test\r\n", uid="3"),
        )
        self.assertEqual(drafts[0].problems, [])
        [rota] = taking.take(drafts, by=self.leyla)
        self.assertEqual(on_call.at(rota, at(1, 12)), on_call.OnCall(self.nermin, self.leyla))
        self.assertEqual(on_call.at(rota, at(2, 12)).first, self.kemal)
        self.assertTrue(taking.difference(drafts[0]).is_nothing)

    def test_repetitions_are_rounds_up_to_the_horizon(self):
        more = "RRULE:FREQ=WEEKLY;INTERVAL=2\r\nEXDATE;TZID=Europe/Istanbul:20261215T090000\r\n"
        [draft] = self.read(event("Nermin Kaya", more=more))
        self.assertEqual([f"{shift.starts_at:%d.%m}" for shift in draft.shifts][:3], ["01.12", "29.12", "12.01"])

    def test_every_mistake_is_named(self):
        cases = [
            ([event("Kimse")], "Kimse"),
            ([event("Nermin Kaya"), event("Kemal Öztürk", uid="2")], "both on call"),
            ([event("Nermin Kaya", end="20270601T090000")], "92 days"),
            ([event("Nermin Kaya", more="RRULE:FREQ=SECONDLY\r\n")], "cannot be read"),
            ([event("Nermin Kaya", "20200101T090000", "20200102T090000")], "lies ahead"),
        ]
        for events, word in cases:
            [draft] = self.read(*events)
            self.assertTrue(any(word in problem for problem in draft.problems), (word, draft.problems))

    def test_what_is_no_calendar_is_said_so(self):
        for text in ("", "x", "BEGIN:VCALENDAR", calendar(), "BEGIN:VEVENT\r\nEND:VEVENT\r\n"):
            with self.assertRaises(RotaFileIsWrong):
                calendars.read(text, key="x", name="x")


class ThePage(Cast, TestCase):
    def test_nothing_is_written_before_take_is_pressed(self):
        self.client.force_login(self.leyla)
        text = json.dumps(schedule(rotation("nermin", "leyla")))
        shown = self.client.post("/on-call/import/", {"text": text})
        self.assertContains(shown, "platform-nobeti")
        self.assertFalse(Rota.objects.exists())
        refused = self.client.post("/on-call/import/", {"text": text, "take": "1"})
        self.assertEqual(refused.status_code, 422)
        self.client.post("/on-call/import/", {"text": text, "take": "1", "signed": "on"})
        self.assertTrue(Rota.objects.filter(key="platform-nobeti").exists())
