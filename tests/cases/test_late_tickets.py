"""A bad hour is one letter to each reader, not a storm of our own."""

from datetime import datetime, timedelta

import time_machine
from django.test import TestCase

from foundation import now
from foundation.directory.models import Person
from foundation.language.formatting import ISTANBUL
from foundation.outbox.models import OutboxMessage
from helpdesk import escalations, tickets
from helpdesk.models import OwedWord
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket


class FourteenLateTickets(Cast, TestCase):
    def setUp(self):
        super().setUp()
        travel = time_machine.travel(datetime(2026, 11, 30, 10, tzinfo=ISTANBUL))  # at night the clocks rest
        travel.start()
        self.addCleanup(travel.stop)
        for place in range(14):
            ticket = a_ticket(municipality=self.odunpazari, subject=f"Talep {place}")
            tickets.claim(ticket, by=self.ayse)

    def two_months_later(self, waits=timedelta(0)):
        with time_machine.travel(now() + timedelta(days=60) + waits):
            escalations.look_at_the_clocks()
            return escalations.write_digests()

    def letters(self):
        return OutboxMessage.objects.filter(batch__key__startswith="sla").exclude(address="")

    def test_are_one_digest_a_person_with_one_word_a_matter(self):
        self.two_months_later()
        self.assertEqual(self.letters().count(), 0)
        self.assertGreater(OwedWord.objects.count(), 14)
        self.assertGreater(self.two_months_later(escalations.WORD_WAITS + timedelta(seconds=1)), 0)
        addresses = list(self.letters().values_list("address", flat=True))
        self.assertEqual(len(addresses), len(set(addresses)))
        mine = self.letters().get(address=self.ayse.email).text
        self.assertEqual([mine.count(f"· Talep {place}\n") for place in range(14)], [1] * 14)
        self.assertEqual(OwedWord.objects.count(), 0)

    def test_are_told_once(self):
        self.two_months_later()
        later = escalations.WORD_WAITS + timedelta(seconds=1)
        self.two_months_later(later)
        before = self.letters().count()
        self.assertEqual(self.two_months_later(2 * later), 0)
        self.assertEqual(self.letters().count(), before)

    def test_are_told_to_nobody_who_was_revoked_meanwhile(self):
        self.two_months_later()
        Person.objects.filter(pk=self.ayse.pk).update(is_active=False)
        self.two_months_later(escalations.WORD_WAITS + timedelta(seconds=1))
        self.assertFalse(self.letters().filter(address=self.ayse.email).exists())
        self.assertEqual(OwedWord.objects.filter(person=self.ayse).count(), 0)
