"""Chosen files outlive an error on the form, for the person who chose them alone."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from foundation import now
from foundation.wire.files import draft_uploads
from foundation.wire.models import KeptFile
from helpdesk.models import Attachment, Ticket
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

ANSWERS = {"token": "t-1", "subject": "Makbuz çıkmıyor", "module": "TAHSILAT", "impact": "unit", "urgency": "stopped"}


def a_file(name="ekran.txt"):
    return SimpleUploadedFile(name, b"Hata 42")


@pytest.mark.usefixtures("a_folder_of_their_own")
class KeptFiles(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.client.force_login(self.selim)

    def post(self, **changes):
        return self.client.post("/tickets/new/", ANSWERS | changes)

    def kept_by(self, response) -> list[str]:
        return [reference for reference, _name, _size in response.context["form"].references()]

    def test_a_file_chosen_before_the_error_is_sent_with_the_next_try(self):
        again = self.post(impact="", attachments=[a_file()])
        self.assertContains(again, "ekran.txt")
        self.post(kept=self.kept_by(again), attachments=[a_file("ikinci.txt")])
        self.assertEqual(sorted(Attachment.objects.values_list("name", flat=True)), ["ekran.txt", "ikinci.txt"])
        self.assertEqual(Attachment.objects.get(name="ekran.txt").file.read(), b"Hata 42")
        self.assertFalse(KeptFile.objects.exists())

    def test_the_good_ones_stay_when_one_is_refused(self):
        again = self.post(attachments=[a_file(), SimpleUploadedFile("oyun.exe", b"MZ")])
        self.assertContains(again, "oyun.exe")
        self.assertEqual([name for _, name, _ in again.context["form"].references()], ["ekran.txt"])

    def test_a_tick_taken_away_leaves_it_out(self):
        self.post(impact="", attachments=[a_file()])
        self.post()
        self.assertEqual(Ticket.objects.count(), 1)
        self.assertFalse(Attachment.objects.exists())

    def test_nobody_sends_anothers_file_and_a_forged_name_names_nothing(self):
        references = self.kept_by(self.post(impact="", attachments=[a_file()]))
        self.client.force_login(self.hatice)
        self.post(kept=[*references, "uydurma", "\x00"])
        self.assertFalse(Attachment.objects.exists())

    def test_a_reply_keeps_its_files_too(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        url = f"/tickets/{ticket.number}/messages/"
        references = self.kept_by(self.client.post(url, {"body": "", "attachments": [a_file()]}))
        self.client.post(url, {"body": "Ekte", "kept": references})
        self.assertEqual(Attachment.objects.get().message.body, "Ekte")

    def test_what_nobody_sends_on_is_gone_after_a_day(self):
        self.post(impact="", attachments=[a_file()])
        kept = KeptFile.objects.get()
        self.assertEqual(draft_uploads.forget_old(), 0)
        KeptFile.objects.update(created_at=now() - timedelta(days=2))
        self.assertEqual(draft_uploads.forget_old(), 1)
        self.assertFalse(kept.file.storage.exists(kept.file.name))

    def test_a_persons_oldest_make_room(self):
        for number in range(draft_uploads.MOST_OF_ONE_PERSON + 2):
            draft_uploads.keep([a_file(f"{number}.txt")], by=self.selim)
        self.assertEqual(KeptFile.objects.count(), draft_uploads.MOST_OF_ONE_PERSON)
        self.assertFalse(KeptFile.objects.filter(name="0.txt").exists())


@pytest.fixture
def a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
