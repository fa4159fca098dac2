"""Planned work that was done before its time: over everywhere at once, in the history, and told to calendars."""

import json
from collections import defaultdict
from datetime import timedelta

import icalendar
import time_machine
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from foundation import now
from foundation.outbox.models import OutboxMessage
from monitoring import outages, sweeps
from monitoring.alertmanager import client
from monitoring.maintenance import windows
from monitoring.models import Announcement, Check, Maintenance, Node, Outage, Silence, State, Subscriber
from monitoring.refusals import NoSuchRound, NothingRuns
from monitoring.status import feeds, report
from monitoring.status.page_cache import cached_pages
from monitoring.subscribers import notify
from tests.cast import Cast
from tests.monitoring.land import a_province

HOUR = timedelta(hours=1)


class WorkThatEndsEarly(Cast, TestCase):
    def setUp(self):
        super().setUp()
        a_province("91", 1)
        self.node = Node.objects.get(code="91000")
        moment = now().replace(microsecond=0) + timedelta(seconds=1)  # the cast has been here for a moment
        self.clock = self.enterContext(time_machine.travel(moment, tick=False))
        self.client.force_login(self.nermin)

    def a_window(self, **facts) -> Maintenance:
        facts = {"starts_at": now() - HOUR, "ends_at": now() + 3 * HOUR} | facts
        window = Maintenance(title_tr="Hat bakımı", title_en="Work on the line", **facts)
        return windows.plan(window, by=self.nermin, nodes=[self.node])

    def press(self, window: Maintenance, name: str = "maintenance_early_end"):
        return self.client.post(reverse(f"monitoring:{name}", args=[window.pk]), follow=True)

    def public(self, address: str) -> str:
        cached_pages.forget()
        return self.client.get(address).content.decode()

    def test_one_press_and_it_is_over_on_every_page(self):
        window = self.a_window()
        sweeps.follow_the_clock()
        self.assertIn("Hat bakımı", self.public("/status/"))
        page = self.press(window)
        self.assertContains(page, "erken bitti")
        self.assertNotContains(page, "Şimdi bitti")
        self.node.refresh_from_db()
        self.assertNotEqual(self.node.state, State.MAINTENANCE)
        self.assertNotIn("Hat bakımı", self.public("/status/"))
        self.assertNotIn("Hat bakımı", self.client.get(reverse("monitoring:node", args=["91000"])).content.decode())
        for name in ("active", "upcoming"):
            said = json.loads(self.public(f"/api/v2/scheduled-maintenances/{name}.json"))
            self.assertEqual(said["scheduled_maintenances"], [])
        self.assertEqual(windows.active(now()), [])

    def test_alerts_count_again_at_once(self):
        window = self.a_window()
        self.node.checks.update(verdict=Check.Verdict.DOWN)
        sweeps.follow_the_clock()
        self.assertFalse(Outage.objects.exists())
        self.press(window)
        outages.review(now())
        self.assertEqual(Outage.objects.open().get().affected.get().node, self.node)

    def test_the_history_keeps_what_took_place_and_no_more(self):
        window = self.a_window()
        window.components.set(["TAHSILAT"])
        self.press(window)
        self.clock.shift(2 * HOUR)
        spans: dict = defaultdict(list)
        report.add_maintenance(spans, now())
        [span] = spans["TAHSILAT"]
        self.assertEqual((span.start, span.end), (now() - 3 * HOUR, now() - 2 * HOUR))
        [line] = windows.overview(now())
        self.assertEqual((line.stage, line.window.planned_end), (Maintenance.Stage.COMPLETED, now() + HOUR))

    def test_of_a_rule_the_round_that_runs_is_over_and_the_next_one_comes(self):
        window = self.a_window(rule="FREQ=WEEKLY;COUNT=3")
        self.press(window)
        window.refresh_from_db()
        self.clock.shift(timedelta(seconds=1))
        found = list(windows.rounds(window, now() - 2 * HOUR, now() + timedelta(days=30)))
        self.assertEqual([end - start for start, end in found], [HOUR, 4 * HOUR, 4 * HOUR])
        self.assertFalse(windows.is_active(window, now()))
        self.assertTrue(windows.is_active(window, now() + timedelta(days=7)))

    def test_calendars_hear_of_it(self):
        once, weekly = self.a_window(), self.a_window(rule="FREQ=WEEKLY;COUNT=3")
        for window in (once, weekly):
            self.press(window)
        whole = icalendar.Calendar.from_ical(feeds.calendar(report.maintenance_for_calendars(now())))
        told = {str(event["uid"]).partition("@")[0]: [] for event in whole.events}
        for event in whole.events:
            told[str(event["uid"]).partition("@")[0]].append(event)
        [single] = told[f"maintenance-{once.pk}"]
        rule, short = told[f"maintenance-{weekly.pk}"]
        self.assertEqual((single["dtend"].dt, single["sequence"], single["status"]), (now(), 1, "CONFIRMED"))
        self.assertEqual((rule["dtend"].dt - rule["dtstart"].dt, rule["sequence"]), (4 * HOUR, 1))
        self.assertEqual(short["recurrence-id"].dt, timezone.localtime(weekly.starts_at))
        self.assertEqual((short["dtstart"].dt, short["dtend"].dt), (weekly.starts_at, now()))
        self.assertNotIn("rrule", short)
        Maintenance.objects.update(changed_at=now() - timedelta(days=31))
        self.assertEqual(report.maintenance_for_calendars(now()), [weekly])

    def test_its_end_is_told_now_and_the_next_round_is_owed(self):
        window = self.a_window(rule="FREQ=DAILY")
        ended = Announcement.objects.filter(maintenance=window, what="ended")
        self.assertEqual(ended.get().due_at, now() + 3 * HOUR)
        self.press(window)
        self.assertEqual(ended.get().due_at, now())

    def test_alertmanager_speaks_again(self):
        early, other = self.a_window(), self.a_window()
        for window in (early, other):
            Silence.objects.create(window=window, starts_at=window.starts_at, ends_at=window.ends_at, silence_id="s")
        self.press(early)
        self.assertEqual([one.window for one in client.silences_to_lift(now())], [early])

    def test_what_does_not_run_cannot_end_and_who_comes_second_is_told(self):
        coming, running = self.a_window(starts_at=now() + HOUR), self.a_window()
        with self.assertRaises(NothingRuns):
            windows.end_early(coming, by=self.nermin)
        stale = Maintenance.objects.get(pk=running.pk)
        windows.end_early(running, by=self.nermin)
        with self.assertRaises(NothingRuns):
            windows.end_early(stale, by=self.nermin)
        self.assertEqual(Maintenance.objects.get(pk=running.pk).revision, 1)
        self.assertContains(self.press(running), "sürmüyor", status_code=409)
        called_off = self.a_window()
        windows.call_off(called_off, by=self.nermin)
        with self.assertRaises(NothingRuns):
            windows.end_early(Maintenance.objects.get(pk=called_off.pk), by=self.nermin)

    def call_off(self, window: Maintenance, start):
        address = reverse("monitoring:maintenance_round_cancellation", args=[window.pk])
        return self.client.post(address, {"starts_at": start.isoformat()}, follow=True)

    def test_of_a_rule_one_round_is_called_off_and_the_others_stay(self):
        window = self.a_window(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, rule="FREQ=WEEKLY;COUNT=3")
        second = window.starts_at + timedelta(days=7)
        self.assertContains(self.call_off(window, second), "Bu tur iptal edildi")
        found = [start for start, _end in windows.rounds(self.again(window), now(), second + timedelta(days=30))]
        self.assertEqual(found, [window.starts_at, window.starts_at + timedelta(days=14)])
        self.assertContains(self.client.get(reverse("monitoring:maintenance")), "iptal edildi")
        self.assertEqual(self.call_off(window, second).status_code, 409)
        self.clock.move_to(second + timedelta(minutes=5))
        self.assertFalse(windows.is_active(self.again(window), now()))

    def test_calendars_hear_that_one_round_is_called_off(self):
        window = self.a_window(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, rule="FREQ=WEEKLY;COUNT=3")
        second = window.starts_at + timedelta(days=7)
        self.call_off(window, second)
        text = feeds.calendar(report.maintenance_for_calendars(now()))
        [event] = icalendar.Calendar.from_ical(text).events
        self.assertEqual([each.dt for each in event["exdate"].dts], [timezone.localtime(second)])
        self.assertIn("EXDATE;TZID=Europe/Istanbul:", text)
        self.assertEqual(event["sequence"], 1)

    def test_of_a_round_called_off_nobody_hears_that_it_begins_and_the_next_is_owed(self):
        window = self.a_window(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, rule="FREQ=WEEKLY;COUNT=2")
        owed = Announcement.objects.filter(maintenance=window, what__in=("begun", "ended")).order_by("due_at")
        self.call_off(window, window.starts_at)
        later = timedelta(days=7)
        self.assertEqual([each.due_at for each in owed], [window.starts_at + later, window.ends_at + later])
        off = Announcement.objects.get(maintenance=window, what="round_off")
        self.a_reader()
        notify.tell_of_window(off, self.again(window))
        letter = OutboxMessage.objects.get(address="okur@example.test")
        self.assertIn("Bu kez bakım yok", letter.subject)
        self.assertIn(timezone.localtime(window.starts_at).strftime("%d.%m.%Y %H.%M"), letter.text)
        self.call_off(self.again(window), window.starts_at + later)
        self.assertFalse(owed.all().exists())

    def test_a_letter_about_a_later_round_says_when_that_one_is(self):
        window = self.a_window(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, rule="FREQ=WEEKLY;COUNT=3")
        self.a_reader()
        second = window.starts_at + timedelta(days=7)
        begun = Announcement.objects.create(maintenance=window, what="begun", due_at=second)
        self.clock.move_to(second)
        notify.tell_of_window(begun, window)
        text = OutboxMessage.objects.get(address="okur@example.test").text
        self.assertIn(timezone.localtime(second).strftime("%d.%m.%Y %H.%M"), text)

    def test_the_silence_of_a_round_called_off_is_lifted_before_it_begins(self):
        window = self.a_window(starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, rule="FREQ=WEEKLY")
        Silence.objects.create(window=window, starts_at=window.starts_at, ends_at=window.ends_at, silence_id="s")
        self.assertEqual(client.silences_to_lift(now()), [])
        self.call_off(window, window.starts_at)
        self.assertEqual(len(client.silences_to_lift(now())), 1)
        self.assertEqual([start for _window, start, _end in client.rounds_to_silence(now())], [])

    def test_no_other_moment_is_a_round(self):
        once = self.a_window(starts_at=now() + HOUR)
        weekly = self.a_window(rule="FREQ=WEEKLY")
        stale = self.again(weekly)
        later = weekly.starts_at + timedelta(days=7)
        for window, start in ((once, once.starts_at), (weekly, weekly.starts_at), (weekly, later + HOUR)):
            self.assertEqual(self.call_off(window, start).status_code, 409)
        address = reverse("monitoring:maintenance_round_cancellation", args=[weekly.pk])
        for typed in ("", "yarın", "2026-01-01T00:00", "9999-99-99T00:00:00Z"):
            self.assertEqual(self.client.post(address, {"starts_at": typed}).status_code, 409)
        windows.call_off_round(weekly, later, by=self.nermin)
        with self.assertRaises(NoSuchRound):
            windows.call_off_round(stale, later, by=self.nermin)
        self.client.force_login(self.ayse)
        self.assertEqual(self.call_off(weekly, later + timedelta(days=7)).status_code, 403)

    def a_reader(self) -> None:
        facts = {"municipality": self.node.municipality, "confirmed_at": now(), "language": "tr"}
        Subscriber.objects.create(channel="email", address="okur@example.test", **facts)

    def again(self, window: Maintenance) -> Maintenance:
        return Maintenance.objects.get(pk=window.pk)

    def test_who_does_not_keep_the_watch_ends_nothing(self):
        window = self.a_window()
        self.client.force_login(self.ayse)
        self.assertEqual(self.press(window).status_code, 403)
        self.assertTrue(windows.is_active(Maintenance.objects.get(pk=window.pk), now()))
