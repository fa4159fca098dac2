"""Letters: trimmed, guarded, delivered once, to the ticket they name."""

import pytest
from django.test import TestCase

from helpdesk import tickets
from helpdesk.mail import auto_replies, quotes
from helpdesk.mail.intake import deliver
from helpdesk.mail.parsing import Letter
from helpdesk.models import Message, ReceivedLetter, Ticket
from tests.bench.letters import measure, shown_of
from tests.cast import Cast, a_component
from tests.helpdesk.builders import a_ticket, the_queue
from tests.helpdesk.letter_corpus import corpus


@pytest.mark.parametrize(
    ("quoted", "own"),
    [
        ("Düzeldi.\n\n21 Kas 2026 Cmt, 14:05 tarihinde Nöbet <d@n.tr> şunu yazdı:\n> Nasıl?", "Düzeldi."),
        ("Hâlâ aynı\r\n\r\nOn Sat, Nov 21, 2026 at 2:05 PM Nöbet <d@n.tr> wrote:\r\n> Nasıl?", "Hâlâ aynı"),
        (
            "Bakar mısınız\n\n-----Özgün İleti-----\nKimden: Nöbet\nTarih: 21.11.2026\nKime: Vezne\n\nNasıl?",
            "Bakar mısınız",
        ),
        (
            "Evet\n________________________________\nFrom: Nöbet\nSent: Saturday, Nov 21, 2026\nTo: Vezne\n\nNasıl?",
            "Evet",
        ),
        ("Olmadı\nKimden: Nöbet <d@n.tr>\nGönderildi: 21 Kasım 2026 Cumartesi\nKonu: Makbuz\n\nNasıl?", "Olmadı"),
        ("Tamam\n> eski\n> satırlar\n", "Tamam"),
        ("Teşekkürler\n-- \nSelim Aydın\nBilgi İşlem", "Teşekkürler"),
        ("Olmadı\n\niPhone'umdan gönderildi", "Olmadı"),
        ("> satır arası\nYanıtım burada\n> devamı\nve burada", "> satır arası\nYanıtım burada\n> devamı\nve burada"),
        ("> yalnız alıntı", "> yalnız alıntı"),
    ],
)
def test_the_writers_own_words_are_kept(quoted, own):
    assert quotes.written(quoted) == own


MACHINES = [
    ({"auto-submitted": "auto-replied"}, "a@b.tr", "Re: talep", "absence"),
    ({"auto-submitted": "auto-replied", "return-path": "<>"}, "a@b.tr", "Re: talep", "absence"),
    ({"x-auto-response-suppress": "All", "in-reply-to": "<1@n>"}, "a@b.tr", "Otomatik yanıt: izin", "absence"),
    ({"precedence": "bulk"}, "a@b.tr", "Bülten", "list"),
    ({"list-id": "<duyuru.b.tr>"}, "a@b.tr", "Duyuru", "list"),
    ({"content-type": "multipart/report; report-type=delivery-status"}, "a@b.tr", "Undelivered", "bounce"),
    ({"return-path": "<>"}, "a@b.tr", "Undelivered", "bounce"),
    ({}, "MAILER-DAEMON@b.tr", "Undelivered", "bounce"),
    ({}, "desk@nobet.tr", "Kendimiz", "ourselves"),
    ({}, "", "Kimsesiz", "bounce"),
]
PEOPLE = [
    ({"auto-submitted": "no"}, "Makbuz kesilmiyor"),
    ({}, "Otomatik yanıt: sistem bunu yazıyor, neden?"),
    ({"in-reply-to": "<1@n>"}, "Otomatik yanıt ekranı açılmıyor"),
    ({"x-auto-response-suppress": "All"}, "İzindeyim ama sistem açılmıyor"),
]


@pytest.mark.parametrize(("headers", "sender", "subject", "reason"), MACHINES)
def test_nobody_answers_a_machine(headers, sender, subject, reason):
    assert auto_replies.reason_to_ignore(headers, sender, subject, {"desk@nobet.tr"}) == reason


@pytest.mark.parametrize(("headers", "subject"), PEOPLE)
def test_a_person_is_answered_whatever_the_subject(headers, subject):
    assert auto_replies.reason_to_ignore(headers, "a@b.tr", subject, {"desk@nobet.tr"}) == ""


@pytest.mark.parametrize(
    ("text", "is_thanks"),
    [
        ("Teşekkürler", True),
        ("Çok teşekkür ederiz, elinize sağlık.\nSelim Aydın", True),
        ("Teşekkürler, hâlâ çalışmıyor.", False),
        ("Teşekkürler, peki rapor?", False),
        ("Sağ olun 4711", False),
        ("Tamam", False),
    ],
)
def test_only_thanks_says_nothing_else(text, is_thanks):
    assert quotes.only_thanks(text, ["Selim Aydın"]) is is_thanks


OURS = "Merhaba,\nHangi veznede oluyor?\n\nhttps://nobet.example/tickets/DST-2026-000001/"
BLOCK = f"Kimden: Destek\nGönderilme: 21 Kasım 2026 14:05\nKime: Vezne\nKonu: Makbuz\n\n{OURS}"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (
            "Sistem şunu veriyor:\nFrom: vezne-3 hata 500\nAçılmıyor.",
            "Sistem şunu veriyor:\nFrom: vezne-3 hata 500\nAçılmıyor.",
        ),
        (f"Üçüncüde.\n\n{BLOCK}", "Üçüncüde."),
        (
            'Hala bozuk.\n\n21.11.2026, 14:05, "Destek" <d@n.example>:\n> Merhaba,\n> Hangi veznede oluyor?',
            "Hala bozuk.",
        ),
        (BLOCK.replace("oluyor?", "oluyor?\n3"), "3"),
        (f"{BLOCK}\n\nEvet", "Evet"),
        ("İmza\n____________________\nAd: Selim", "İmza\n____________________\nAd: Selim"),
    ],
)
def test_a_line_that_we_never_read_stays_wherever_it_stands(text, own):
    assert quotes.written(text, OURS) == own


@pytest.mark.parametrize("half", [0, 1])
def test_no_word_of_the_corpus_is_lost_and_its_quotations_are_gone(half):
    cases = [case for case in corpus() if case.number % 2 == half]
    lost, removed = measure(cases, [shown_of(case) for case in cases])
    assert lost == 0 and removed >= 0.95


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

    def test_strangers_and_machines_file_nothing_and_lie_in_the_tray(self):
        self.assertIsNone(self.write(sender="kimse@baska.tr"))
        self.assertIsNone(self.write(sender=self.stranger.email, message_id="<2@b.tr>"))
        self.assertIsNone(deliver(Letter("<3@b.tr>", self.selim.email, "x", "y", {"auto-submitted": "auto-replied"})))
        self.assertEqual(Ticket.objects.count(), 0)
        reasons = ReceivedLetter.objects.order_by("pk").values_list("reason", flat=True)
        self.assertEqual(list(reasons), ["unknown", "no_place", "absence"])
