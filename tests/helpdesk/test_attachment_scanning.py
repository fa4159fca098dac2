"""A file leaves only after the scanner called it clean; while the scanner is away it is held, not passed."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from helpdesk import tickets
from helpdesk.models import Attachment, Message
from helpdesk.tickets import attachment_scanning
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket
from tests.standins.clamd import BAD, Clamd

NOBODY = "tcp://127.0.0.1:9"


class AFileOfATicket(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, by=self.selim)

    def send(self, content=b"Hata 42"):
        file = SimpleUploadedFile("ekran.txt", content)
        return tickets.reply(self.ticket, by=self.selim, body="Ekte", attachments=[file])

    def download(self):
        attachment = Attachment.objects.get()
        self.client.force_login(self.ayse)
        return self.client.get(f"/tickets/{self.ticket.number}/attachments/{attachment.pk}/")

    def test_it_is_held_while_the_scanner_is_away_and_leaves_once_it_is_back(self):
        with self.settings(CLAMD_ADDRESS=NOBODY):
            self.send()
            attachment_scanning.ask_about_waiting()
            self.assertEqual(self.download().status_code, 409)
            self.assertContains(self.client.get(f"/tickets/{self.ticket.number}/"), "taranıyor")

        with Clamd() as scanner, self.settings(CLAMD_ADDRESS=scanner.address):
            self.assertEqual(attachment_scanning.ask_about_waiting(), 1)
        self.assertEqual(b"".join(self.download()), b"Hata 42")

    def test_an_infected_one_is_deleted_and_said_to_be(self):
        with Clamd() as scanner, self.settings(CLAMD_ADDRESS=scanner.address):
            self.send(BAD)
            path = Path(Attachment.objects.get().file.path)
            with self.captureOnCommitCallbacks(execute=True):
                attachment_scanning.ask_about_waiting()
            self.assertFalse(path.exists())
            self.assertEqual(self.download().status_code, 410)
            self.assertContains(self.client.get(f"/tickets/{self.ticket.number}/"), "zararlı yazılım")

    def test_one_that_the_scanner_cannot_judge_does_not_stand_before_the_others(self):
        with Clamd() as scanner, self.settings(CLAMD_ADDRESS=scanner.address):
            self.send()
            scanner.says = b"INSTREAM size limit exceeded. ERROR"
            attachment_scanning.ask_about_waiting()
            scanner.says = None
            self.send(b"Sonraki")
            self.assertEqual(
                list(Attachment.objects.waiting().values_list("message__ticket", flat=True)), [self.ticket.pk] * 2
            )
            self.assertEqual(Attachment.objects.waiting().first().size, len(b"Sonraki"))

    def test_the_form_says_so_and_keeps_what_was_typed(self):
        self.client.force_login(self.selim)
        with Clamd() as scanner, self.settings(CLAMD_ADDRESS=scanner.address):
            file = SimpleUploadedFile("fatura.txt", BAD)
            page = self.client.post(
                f"/tickets/{self.ticket.number}/messages/", {"body": "Faturamız ekte", "attachments": [file]}
            )
        self.assertContains(page, "zararlı yazılım")
        self.assertContains(page, "Faturamız ekte")
        self.assertFalse(Message.objects.filter(body="Faturamız ekte").exists())

    def test_without_a_scanner_files_leave_at_once(self):
        self.send()
        self.assertEqual(b"".join(self.download()), b"Hata 42")
        self.assertEqual(attachment_scanning.ask_about_waiting(), 0)
