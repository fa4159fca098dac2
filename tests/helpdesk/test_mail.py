"""Letters: trimmed, guarded, delivered once, to the ticket they name."""

import pytest
from django.test import TestCase

from helpdesk import tickets
from helpdesk.mail import auto_replies, quotes
from helpdesk.mail.intake import Letter, deliver
from helpdesk.models import Message, Ticket
from tests.cast import Cast, a_component
from tests.helpdesk.builders import a_ticket, the_queue


@pytest.mark.parametrize(
    ("quoted", "own"),
    [
        ("Düzeldi.\n\n21 Kas 2026 Cmt, 14:05 tarihinde Nöbet <d@n.tr> şunu yazdı:\n> Nasıl?", "Düzeldi."),
        ("Hâlâ aynı\r\n\r\nOn Sat, Nov 21, 2026 at 2:05 PM Nöbet <d@n.tr> wrote:\r\n> Nasıl?", "Hâlâ aynı"),
        ("Bakar mısınız\n\n-----Özgün İleti-----\nKimden: Nöbet", "Bakar mısınız"),
        ("Evet\n________________________________\nFrom: Nöbet\nSent: Saturday", "Evet"),
        ("Olmadı\nKimden: Nöbet <d@n.tr>\nGönderildi: Cumartesi", "Olmadı"),
        ("Tamam\n> eski\n> satırlar\n", "Tamam"),
        ("Teşekkürler\n-- \nSelim Aydın\nBilgi İşlem", "Teşekkürler"),
        ("Olmadı\n\niPhone'umdan gönderildi", "Olmadı"),
        ("> satır arası\nYanıtım burada\n> devamı\nve burada", "> satır arası\nYanıtım burada\n> devamı\nve burada"),
        ("> yalnız alıntı", "> yalnız alıntı"),
    ],
)
def test_the_writers_own_words_are_kept(quoted, own):
    assert quotes.written(quoted) == own


@pytest.mark.parametrize(
    ("headers", "sender", "subject"),
    [
        ({"auto-submitted": "auto-replied"}, "a@b.tr", "Re: talep"),
        ({"precedence": "bulk"}, "a@b.tr", "Bülten"),
        ({"list-id": "<duyuru.b.tr>"}, "a@b.tr", "Duyuru"),
        ({"content-type": "multipart/report; report-type=delivery-status"}, "a@b.tr", "Undelivered"),
        ({}, "MAILER-DAEMON@b.tr", "Undelivered"),
        ({}, "a@b.tr", "Otomatik yanıt: izindeyim"),
        ({}, "desk@nobet.tr", "Kendimiz"),
        ({}, "", "Kimsesiz"),
    ],
)
def test_nobody_answers_a_machine(headers, sender, subject):
    assert auto_replies.reason_to_ignore(headers, sender, subject, "desk@nobet.tr")


def test_a_person_is_answered():
    assert auto_replies.reason_to_ignore({"auto-submitted": "no"}, "a@b.tr", "Makbuz kesilmiyor", "desk@nobet.tr") == ""


class ALetter(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        a_component("DIGER", tier="C")

    def write(self, subject="Makbuz kesilmiyor", text="Para çekiliyor.", message_id="<1@b.tr>", sender=None):
        return deliver(Letter(message_id, sender or self.selim.email, subject, text))

    def test_it_becomes_a_ticket_of_the_writers_municipality(self):
        ticket = self.write()
        self.assertEqual(
            (ticket.municipality, ticket.channel, ticket.requester), (self.odunpazari, "email", self.selim)
        )

    def test_the_same_letter_twice_is_one_ticket(self):
        self.write()
        self.write()
        self.assertEqual(Ticket.objects.count(), 1)

    def test_its_number_leads_it_to_its_ticket(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.wait(ticket, by=self.ayse, body="Hangi vezne?")
        for _ in range(2):
            self.write(
                subject=f"Re: [{ticket.number}] Makbuz", text="Üç numara.\n> Hangi vezne?", message_id="<2@b.tr>"
            )
        self.assertEqual(Message.objects.filter(ticket=ticket, body="Üç numara.").count(), 1)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, "waiting_on_us")

    def test_a_foreign_number_opens_nothing(self):
        ticket = a_ticket(municipality=self.merzifon, by=self.hatice)
        self.write(subject=f"[{ticket.number}] Merhaba")
        self.assertEqual(ticket.messages.count(), 1)
        self.assertEqual(Ticket.objects.count(), 2)

    def test_a_thank_you_to_a_closed_ticket_does_not_reopen_it(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
        self.write(subject=f"Re: [{ticket.number}] Makbuz", text="Teşekkürler")
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, "resolved")
        self.assertEqual(Ticket.objects.count(), 1)

    def test_anything_else_to_a_closed_ticket_reopens_it_once(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
        for _ in range(2):
            self.write(subject=f"Re: [{ticket.number}] Makbuz", text="Teşekkürler ama bizde hâlâ çalışmıyor")
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, "waiting_on_us")
        self.assertEqual(ticket.messages.filter(side="them").count(), 2)

    def test_strangers_and_machines_file_nothing(self):
        self.assertIsNone(self.write(sender="kimse@baska.tr"))
        self.assertIsNone(self.write(sender=self.stranger.email))
        self.assertIsNone(self.write(subject="Otomatik yanıt: izindeyim"))
        self.assertEqual(Ticket.objects.count(), 0)
