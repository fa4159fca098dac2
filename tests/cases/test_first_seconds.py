"""The equation and the stop button of a broadcast hold from its first second on."""

import re
from datetime import timedelta
from unittest import mock

from django.test import TestCase

from foundation.wire.api import tokens
from runbooks.broadcasts.delivery import sending
from runbooks.broadcasts.report import page as broadcast_page
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted


class ABroadcastInItsFirstSeconds(Cast, TestCase):
    """The first of the list are handed over with the approval; the rest is written down a moment later."""

    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        contacts_in(self.odunpazari, 9)
        self.broadcast = submitted(self.nermin)
        with mock.patch.object(sending, "FIRST", 2):
            approve(self.broadcast, self.kemal)
        self.client.force_login(self.leyla)

    def tally(self):
        return broadcast_page.standing(self.broadcast).tally

    def page(self):
        return self.client.get(self.broadcast.get_absolute_url()).content.decode()

    def test_shows_the_whole_audience_as_intended_and_the_rest_as_a_number_of_its_own(self):
        tally = self.tally()
        self.assertEqual((tally.intended, tally.in_flight, tally.not_yet_queued, tally.adds_up), (9, 2, 7, True))
        self.assertRegex(re.sub(r"(<[^>]*>|\s)+", " ", self.page()), "not yet handed over 7 ")
        issued = tokens.issue(self.nermin, name="x", scopes=["broadcasts:read"], lasting=timedelta(days=1))
        secret = next(part for part in issued if isinstance(part, str))
        bearer = {"Authorization": f"Bearer {secret}"}
        told = self.client.get(f"/api/v1/broadcasts/{self.broadcast.pk}/tally/", headers=bearer).json()
        self.assertEqual((told["intended"], told["not_yet_queued"], told["adds_up"]), (9, 7, True))

    def test_offers_to_stop_all_that_has_not_left_and_does(self):
        self.assertIn("Stop the remaining 9 messages", re.sub(r"\s+", " ", self.page()))
        stopped = sending.stop(self.broadcast, by=self.leyla)
        self.assertEqual(stopped.aborted, 9)
        tally = self.tally()
        self.assertEqual((tally.intended, tally.aborted + tally.not_yet_queued, tally.adds_up), (9, 9, True))
        sending.dispatch_due()
        self.assertEqual((self.tally().aborted, self.tally().not_yet_queued), (9, 0))

    def test_tells_open_pages_the_same_numbers(self):
        sending.follow()
        self.broadcast.refresh_from_db()
        self.assertEqual((self.broadcast.told["intended"], self.broadcast.told["not_yet_queued"]), (9, 7))

    def test_has_no_such_number_once_the_list_is_handed_over(self):
        sending.dispatch_due()
        self.assertEqual(self.tally().not_yet_queued, 0)
        self.assertNotIn("not yet handed over", self.page())
