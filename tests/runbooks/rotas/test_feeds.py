"""Shifts in calendar programs: one's own by a key that can be ended, a rota's for those who may see it."""

from datetime import timedelta

import icalendar
from django.test import TestCase

from runbooks.rotas import calendar_keys, leave, overrides
from tests.runbooks.rotas.builders import MONDAY, a_layer, at
from tests.runbooks.rotas.test_shifts import AtNine


class Feeds(AtNine, TestCase):
    def setUp(self):
        super().setUp()
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)

    def events(self, answer):
        return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")

    def test_a_key_opens_ones_own_and_every_rota_and_ends(self):
        secret = calendar_keys.renew(self.nermin)
        mine = self.events(self.client.get(f"/on-call/me.ics?key={secret}"))
        self.assertEqual({str(event["summary"]) for event in mine}, {"Nöbet: Nermin Kaya (nöbetçi)"})
        everybody = self.events(self.client.get(f"/on-call/nobet.ics?key={secret}"))
        self.assertEqual(len(everybody), 2 * len(mine))
        calendar_keys.renew(self.nermin)
        self.assertEqual(self.client.get(f"/on-call/me.ics?key={secret}").status_code, 404)

    def test_without_a_key_or_an_account_there_is_nothing(self):
        secret = calendar_keys.renew(self.nermin)
        calendar_keys.revoke(self.nermin)
        for path in ("/on-call/me.ics", "/on-call/me.ics?key=x", f"/on-call/me.ics?key={secret}", "/on-call/nobet.ics"):
            self.assertEqual(self.client.get(path).status_code, 404, path)
        stranger = calendar_keys.renew(self.selim)
        self.assertEqual(self.client.get(f"/on-call/nobet.ics?key={stranger}").status_code, 404)
        self.client.force_login(self.ayse)
        self.assertEqual(self.client.get("/on-call/nobet.ics").status_code, 200)

    def test_a_key_of_somebody_who_left_opens_nothing(self):
        secret = calendar_keys.renew(self.nermin)
        self.nermin.is_active = False
        self.nermin.save()
        self.assertEqual(self.client.get(f"/on-call/me.ics?key={secret}").status_code, 404)

    def test_hours_are_of_this_country_and_the_zone_travels_along(self):
        self.client.force_login(self.nermin)
        text = self.client.get("/on-call/nobet.ics").content.decode()
        self.assertIn("BEGIN:VTIMEZONE", text)
        self.assertIn("DTSTART;TZID=Europe/Istanbul:20261130T090000", text)

    def test_overrides_and_leave_are_what_every_list_page_feed_and_api_shows(self):
        """grafana/oncall 1296 and 4755."""
        overrides.put(self.rota, person=self.kemal, rank=1, starts_at=at(1, 9), ends_at=at(2, 9), by=self.leyla)
        leave.take(
            self.nermin, first_day=MONDAY + timedelta(days=3), last_day=MONDAY + timedelta(days=3), by=self.nermin
        )
        self.client.force_login(self.yonca)
        feed = {
            event.decoded("dtstart"): str(event["summary"])
            for event in self.events(self.client.get("/on-call/nobet.ics"))
        }
        self.assertIn("Kemal", feed[at(1, 9)])
        self.assertIn("Leyla", feed[at(3)])
        for page in ("/on-call/", "/on-call/nobet/?month=2026-12"):
            self.assertContains(self.client.get(page), "Kemal Öztürk")
            self.assertContains(self.client.get(page), "Nermin Kaya yerine")
