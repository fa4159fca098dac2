"""A correction is for those who have, or may have, what it corrects."""

from unittest import mock

from django.test import TestCase

from foundation import now
from foundation.directory.models import Contact
from foundation.outbox.models import Batch, OutboxMessage
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.compose import audience, drafts
from runbooks.broadcasts.delivery import follow_ups, sending
from tests.cast import Cast
from tests.runbooks.builders import CORRECTION, TEXT, approve, contacts_in, submitted

BUTTON = "{} alıcıya düzeltme hazırla"


class Correcting(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.people = contacts_in(self.odunpazari, 5)
        self.broadcast = submitted(self.nermin, chases=True)
        with mock.patch.object(sending, "FIRST", 3):
            approve(self.broadcast, self.kemal)
        self.client.force_login(self.nermin)

    def end(self, place, state):
        OutboxMessage.objects.filter(address=self.people[place].address).update(state=state)

    def page(self):
        return self.client.get(self.broadcast.get_absolute_url())

    def correction(self):
        return drafts.correct(self.broadcast, by=self.nermin)

    def found(self, correction):
        return {one.address for one in audience.find(audience.AudienceRule.from_json(correction.rule)).included}

    def numbers(self, *places):
        return {self.people[place].address for place in places}

    def test_stopped_half_way_it_goes_to_those_it_had_reached_and_says_so(self):
        self.end(0, "delivered")
        self.end(1, "uncertain")
        sending.stop(self.broadcast, by=self.nermin)
        sending.dispatch_due()
        self.broadcast.refresh_from_db()
        self.assertContains(self.page(), BUTTON.format(2))
        correction = self.correction()
        approval.submit(correction, by=self.nermin)
        frozen = set(correction.recipients.included().values_list("address", flat=True))
        self.assertEqual(frozen, self.numbers(0, 1))

    def test_stopped_before_anything_left_there_is_nothing_to_correct(self):
        sending.stop(self.broadcast, by=self.nermin)
        self.assertNotContains(self.page(), "düzeltme hazırla")
        self.assertContains(self.page(), "düzeltilecek bir şey yok")

    def test_while_it_is_being_sent_it_is_for_everyone_but_those_it_cannot_reach(self):
        self.end(0, "failed")
        self.end(1, "suppressed")
        self.assertContains(self.page(), BUTTON.format(3))
        self.assertEqual(self.found(self.correction()), self.numbers(2, 3, 4))

    def test_a_draft_made_before_the_stop_heeds_it(self):
        self.end(0, "submitted")
        correction = self.correction()
        sending.stop(self.broadcast, by=self.nermin)
        self.assertEqual(self.found(correction), self.numbers(0))

    def test_who_has_opted_out_since_is_left_out(self):
        Contact.objects.filter(pk=self.people[4].pk).update(opted_out_at=now())
        self.assertContains(self.page(), BUTTON.format(4))
        self.assertEqual(self.found(self.correction()), self.numbers(0, 1, 2, 3))

    def test_deputies_who_were_written_to_are_among_them(self):
        OutboxMessage.objects.update(state="delivered")
        (deputy,) = contacts_in(self.odunpazari, 1, first=100)
        Contact.objects.filter(pk=self.people[0].pk).update(deputy=deputy)
        self.broadcast.recipients.exclude(address=deputy.address).update(acknowledged_at=None)
        batch = follow_ups._write_to_deputies(self.broadcast)
        self.assertEqual(Batch.objects.get(key=self.broadcast.chase_key(2)), batch)
        self.assertEqual(self.found(self.correction()), self.numbers(0, 1, 2, 3, 4) | {deputy.address})

    def test_editing_it_keeps_its_audience(self):
        self.end(0, "delivered")
        sending.stop(self.broadcast, by=self.nermin)
        correction = self.correction()
        page = self.client.get(f"{correction.get_absolute_url()}draft/")
        self.assertContains(page, "yalnız ulaştığı ya da ulaşmış olabileceği kişiler")
        self.assertNotContains(page, 'name="duties"')
        words = {"subject": "Düzeltme", "text": TEXT, "correction": CORRECTION, "spelling": "plain"}
        self.client.post(f"{correction.get_absolute_url()}draft/", words | {"duties": "mayor", "action": "save"})
        correction.refresh_from_db()
        self.assertEqual((correction.subject, self.found(correction)), ("Düzeltme", self.numbers(0)))

    def test_once_prepared_the_page_leads_to_it(self):
        correction = self.correction()
        self.assertContains(self.page(), f'href="{correction.get_absolute_url()}"')
        self.assertNotContains(self.page(), "düzeltme hazırla")
