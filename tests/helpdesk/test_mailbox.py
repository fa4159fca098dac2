"""Letters out of a real mailbox: once each, whatever breaks on the way."""

from email.message import EmailMessage
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import TestCase

from foundation.wire import addresses
from foundation.wire.addresses import Fetched
from helpdesk.mail import fetching, intake, oauth
from helpdesk.models import Attachment, Message, ReceivedLetter, Ticket
from tests.cast import Cast, a_component
from tests.helpdesk.builders import the_queue
from tests.standins.imap import Mailbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class AMailbox(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        a_component("DIGER", tier="C")
        self.box = self.enterContext(Mailbox())
        self.enterContext(self.settings(IMAP_URL=self.box.url))

    def a_letter(self, subject="Makbuz kesilmiyor", text="Para çekiliyor.", message_id="<1@b.tr>", files=()) -> bytes:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.selim.email, "destek@nobet.demo", subject
        if message_id:
            letter["Message-ID"] = message_id
        letter.set_content(text)
        for name, content in files:
            letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        return letter.as_bytes()

    def bodies(self) -> list[str]:
        return list(Message.objects.order_by("pk").values_list("body", flat=True))

    def test_is_emptied_once(self):
        self.box.put(self.a_letter())
        self.box.put(self.a_letter("İkinci", message_id="<2@b.tr>"))

        self.assertEqual(fetching.fetch(), 2)
        self.assertEqual(fetching.fetch(), 0)
        self.assertEqual(sorted(Ticket.objects.values_list("subject", flat=True)), ["Makbuz kesilmiyor", "İkinci"])
        self.assertEqual(self.box.unseen(), [])

    def test_opens_by_a_token_that_is_renewed_with_the_newest_refresh_token(self):
        self.box.put(self.a_letter())
        asked = []

        def sign_in(method, url, *, timeout, allow_private, data):
            asked.append(data)
            return Fetched(200, b'{"access_token": "kisa", "expires_in": 3600, "refresh_token": "yeni"}')

        terms = {"token_url": "https://oturum.example/token", "client_id": "nobet", "refresh_token": "eski"}
        with self.settings(IMAP_OAUTH=terms), mock.patch.object(addresses, "fetch", sign_in):
            cache.clear()
            assert [fetching.fetch(), fetching.fetch()] == [1, 0]
            assert self.box.signed_in_by == "user=destek\1auth=Bearer kisa\1\1"
            oauth.forget()
            fetching.fetch()
        assert [data["refresh_token"] for data in asked] == ["eski", "yeni"]

    def test_the_same_letter_in_two_copies_is_one_ticket(self):
        self.box.put(self.a_letter())
        self.box.put(self.a_letter())

        self.assertEqual(fetching.fetch(), 2)
        self.assertEqual(Ticket.objects.count(), 1)

    def test_a_line_cut_between_delivery_and_mark_delivers_once(self):
        for message_id in ("<1@b.tr>", ""):
            with self.subTest(message_id=message_id):
                Ticket.objects.all().delete()
                self.box.put(self.a_letter(message_id=message_id))
                self.box.hang_up_before = "STORE"
                with pytest.raises(Exception):  # noqa: B017, PT011  imaplib's own error, or the socket's
                    fetching.fetch()
                self.assertEqual(Ticket.objects.count(), 1)

                self.assertEqual(fetching.fetch(), 1)
                self.assertEqual(Ticket.objects.count(), 1)

    def test_a_database_that_is_away_leaves_the_letter_unseen(self):
        self.box.put(self.a_letter())
        with mock.patch.object(intake, "file_once", side_effect=OperationalError), pytest.raises(OperationalError):
            fetching.fetch()
        self.assertEqual(self.box.unseen(), [1])

        fetching.fetch()
        self.assertEqual(Ticket.objects.count(), 1)

    def test_a_letter_that_breaks_something_is_flagged_and_stops_nobody(self):
        self.box.put(self.a_letter("Bozuk"))
        self.box.put(self.a_letter("Sağlam", message_id="<2@b.tr>"))
        real = intake.file_once

        def fragile(writer, letter, key):
            if letter.subject == "Bozuk":
                raise ValueError
            return real(writer, letter, key)

        with mock.patch.object(intake, "file_once", fragile), self.assertLogs("helpdesk.mail.fetching", "ERROR"):
            self.assertEqual(fetching.fetch(), 2)
        self.assertEqual(Ticket.objects.get().subject, "Sağlam")
        self.assertEqual(self.box.letters[1].flags, {r"\Seen", r"\Flagged"})
        broken = ReceivedLetter.objects.get(state="broken")
        self.assertEqual((broken.reason, broken.subject, broken.sender), ("poison", "Bozuk", self.selim.email))
        self.assertIn("Para çekiliyor.", broken.text)

    def test_files_come_along_and_those_we_do_not_take_are_named(self):
        self.box.put(self.a_letter(files=[("ekran.png", PNG), ("zararli.exe", b"MZ")]))

        fetching.fetch()

        self.assertEqual(Attachment.objects.get().name, "ekran.png")
        self.assertIn("alınamadı", self.bodies()[0])

    def test_an_oversized_letter_is_read_in_part_and_its_words_are_kept(self):
        self.box.put(self.a_letter(files=[("dev.png", PNG + b"\0" * 300_000)]))
        with mock.patch.object(fetching, "LARGEST", 100_000):
            fetching.fetch()

        self.assertLess(self.box.most_sent, 101_000)
        self.assertTrue(self.bodies()[0].startswith("Para çekiliyor."))
        self.assertIn("alınamadı", self.bodies()[0])
        self.assertFalse(Attachment.objects.exists())

    def test_malformed_letters_harm_nobody(self):
        sender = self.selim.email.encode()
        rubbish = [
            b"",
            b"\xff\xfe\x00 no header at all",
            b"From: " + sender + b"\r\nSubject: =?utf-9?B?!!!?=\r\nMessage-ID: <3@b.tr>\r\n\r\nMetin\x00 burada",
            b"From: " + sender + b"\r\nMessage-ID: <4@b.tr>\r\n"
            b"Content-Type: text/plain; charset=klingon\r\n\r\nHarfler \xfe\xff",
            b"From: " + sender + b"\r\nMessage-ID: <5@b.tr>\r\nContent-Type: multipart/mixed\r\n\r\n--yok",
            b"From: " + sender + b"\r\nMessage-ID: <6@b.tr>\r\nSubject: " + b"x" * 100_000 + b"\r\n\r\nUzun",
        ]
        for raw in rubbish:
            self.box.put(raw)
        self.box.put(self.a_letter("Sonuncu", message_id="<9@b.tr>"))

        self.assertEqual(fetching.fetch(), len(rubbish) + 1)
        self.assertTrue(Ticket.objects.filter(subject="Sonuncu").exists())
        self.assertIn("Metin burada", "".join(self.bodies()))
        self.assertEqual(self.box.unseen(), [])
        self.assertFalse([letter for letter in self.box.letters.values() if r"\Flagged" in letter.flags])

    def test_a_letter_written_as_a_page_keeps_its_words(self):
        letter = EmailMessage()
        letter["From"], letter["Subject"], letter["Message-ID"] = self.selim.email, "Sayfa", "<7@b.tr>"
        letter.set_content("<style>p{}</style><p>Ödeme &amp; makbuz</p><script>x()</script>", subtype="html")
        self.box.put(letter.as_bytes())

        fetching.fetch()

        self.assertEqual(self.bodies(), ["Ödeme & makbuz"])
