"""Letters from their bytes to their ticket: whose they are, what they are about, and where the rest lies."""

import re
from email.message import EmailMessage

from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse

from foundation.journal.models import Entry
from foundation.outbox.gateways.mail import Mail, headers
from foundation.outbox.gateways.postings import Posting
from foundation.outbox.letters import threads
from foundation.outbox.models import OutboxMessage, Suppression
from foundation.wire.files.scanning import ScanVerdict
from helpdesk import tickets
from helpdesk.mail import copies, sender_proof, tray
from helpdesk.mail.intake import deliver
from helpdesk.mail.parsing import parse
from helpdesk.models import Attachment, Follower, KnownAddress, Message, ReceivedLetter, Ticket
from helpdesk.notices import followers
from helpdesk.tickets import attachment_scanning
from tests.cast import Cast, a_component
from tests.helpdesk.builders import a_ticket, the_queue
from tests.standins.clamd import Clamd

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
MAILBOX = {"MAIL_REPLY_TO": "destek+{thread}@nobet.example", "DEFAULT_FROM_EMAIL": "Destek <destek@nobet.example>"}


def a_letter(sender: str, text: str = "Üç numara.", subject: str = "Ynt: Makbuz", **lines: str) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, lines.pop("To", "destek@nobet.example"), subject
    letter["Message-ID"] = lines.pop("id", f"<{abs(hash((sender, text, subject)))}@b.tr>")
    for name, value in lines.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return letter.as_bytes()


class LettersIn(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        a_component("DIGER", tier="C")
        self.enterContext(self.settings(**MAILBOX))
        self.ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.ours = tickets.reply(self.ticket, by=self.ayse, body="Hangi veznede?")

    def take(self, sender: str, text: str = "Üç numara.", subject: str = "Ynt: Makbuz", **lines: str) -> Ticket | None:
        return deliver(parse(a_letter(sender, text, subject, **lines)))

    def our_id(self) -> str:
        sent = OutboxMessage.objects.get(batch__key=f"message:{self.ours.pk}")
        return headers(posting_of(sent))["Message-ID"]

    def client_of(self, person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def kept(self) -> ReceivedLetter:
        return ReceivedLetter.objects.latest("pk")

    def followers(self, ticket: Ticket) -> set[str]:
        return set(Follower.objects.filter(ticket=ticket).values_list("person__email", flat=True))

    def test_colleagues_and_agents_follow_and_nobody_else_does(self):
        others = f"Zehra <{self.zehra.email}>, {self.burak.email.upper()}, {self.hatice.email}, kimse@baska.example"
        ticket = self.take(self.selim.email, "Yazıcı", "Yeni", id="<cc1@b.tr>", Cc=f"{others}, destek@nobet.example")
        assert self.followers(ticket) == {self.zehra.email, self.burak.email}
        assert copies.strangers(ticket) == [self.hatice.email, "kimse@baska.example"]
        tickets.reply(ticket, by=self.ayse, body="Bakıyoruz")
        told = set(OutboxMessage.objects.filter(text__startswith="Bakıyoruz").values_list("address", flat=True))
        assert told == {self.selim.email, self.zehra.email}
        page = self.client_of(self.ayse).get(f"/tickets/{ticket.number}/").text
        assert "kimse@baska.example" in page

    def test_the_address_of_a_conversation_in_copy_is_no_stranger(self):
        ours = f"Destek <{threads.address(self.ticket.number)}>"
        answered = {"id": "<cc9@b.tr>", "To": "x@baska.example", "Cc": ours}
        assert self.take(self.selim.email, "Yazıcı", "Yeni", **answered) == self.ticket
        assert copies.strangers(self.ticket) == []

    def test_an_answer_to_all_doubles_nobody_and_brings_nobody_back(self):
        for number in range(2):
            answered = f"Ynt: [{self.ticket.number}]"
            self.take(self.selim.email, f"Ekte {number}", answered, id=f"<all{number}@b.tr>", Cc=self.zehra.email)
        assert Follower.objects.filter(ticket=self.ticket, person=self.zehra).count() == 1
        followers.leave(self.ticket, self.zehra, by=self.zehra)
        self.take(self.selim.email, "Bir daha", answered, id="<all3@b.tr>", Cc=self.zehra.email)
        assert self.followers(self.ticket) == set()

    def test_who_was_in_copy_of_an_agents_answer_gets_no_second_one(self):
        followers.follow(self.ticket, self.zehra, by=self.ayse)
        lines = {"In_Reply_To": self.our_id(), "Cc": self.zehra.email}
        self.take(self.ayse.email, "Yazıcıyı kapatıp açın", f"Ynt: [{self.ticket.number}]", id="<us@b.tr>", **lines)
        assert self.ticket.messages.filter(author=self.ayse, body__contains="Yazıcıyı").exists()
        assert not OutboxMessage.objects.filter(batch__key__startswith="copy:", text__contains="Yazıcıyı").exists()

    def test_an_address_tied_to_a_colleague_counts_and_one_of_somebody_who_moved_does_not(self):
        KnownAddress.objects.create(address="zehra@ev.example", person=self.zehra, municipality=self.odunpazari)
        self.hatice.memberships.update(municipality=self.odunpazari)
        self.zehra.memberships.update(municipality=self.merzifon)
        copied = f"zehra@ev.example, {self.hatice.email}"
        ticket = self.take(self.selim.email, "Yazıcı", "Yeni", id="<cc2@b.tr>", Cc=copied)
        assert self.followers(ticket) == {self.hatice.email}

    def test_our_letters_carry_the_conversation_three_times_and_are_pages_too(self):
        sent = OutboxMessage.objects.get(batch__key=f"message:{self.ours.pk}")
        Mail()._send(posting_of(sent))
        letter = mail.outbox[-1].message()
        beginning = threads.message_id(self.ticket.number, threads.BEGINNING)
        assert letter["References"] == beginning and letter["In-Reply-To"] == beginning
        assert threads.named_in_addresses([letter["Reply-To"]]) == [self.ticket.number.lower()]
        assert self.ticket.number in letter["Subject"] and letter["Auto-Submitted"] == "auto-generated"
        page = letter.get_payload()[1].get_payload(decode=True).decode()
        assert '<html lang="tr">' in page and "<p" in page and f'/tickets/{self.ticket.number}/">' in page

    def test_each_name_alone_leads_an_answer_to_its_ticket(self):
        ways = (
            {"In_Reply_To": self.our_id()},
            {"References": f"<x@y> {self.our_id()} <z@y>"},
            {"To": threads.address(self.ticket.number)},
            {"subject": f"RE: [{self.ticket.number}] Makbuz"},
        )
        for number, way in enumerate(ways):
            assert self.take(self.selim.email, f"Vezne {number}", **way) == self.ticket, way
        assert Ticket.objects.count() == 1

    def test_made_up_names_lead_nowhere(self):
        forged = re.sub(r"\.[0-9a-f]{20}@", f".{'0' * 20}@", self.our_id())
        assert self.take(self.selim.email, In_Reply_To=forged) != self.ticket
        address = re.sub(r"[0-9a-f]{20}@", f"{'0' * 20}@", threads.address(self.ticket.number))
        assert self.take(self.selim.email, "Başka", To=address) != self.ticket

    def test_a_true_name_opens_nothing_to_others(self):
        before = self.ticket.messages.count()
        assert self.take(self.hatice.email, In_Reply_To=self.our_id()).municipality == self.merzifon
        assert self.take("kimse@baska.example", In_Reply_To=self.our_id()) is None
        assert self.ticket.messages.count() == before
        assert self.kept().reason == "unknown"

    def test_what_is_quoted_goes_and_what_stands_between_stays(self):
        quoted = "On 2026-11-21 14:05, Destek wrote:\n> Hangi veznede?\nÜçüncü\n"
        self.take(self.selim.email, quoted, In_Reply_To=self.our_id())
        assert self.ticket.messages.latest("pk").body == "Üçüncü"
        assert "Hangi veznede?" in self.kept().text
        page = self.client_of(self.ayse).get(reverse("helpdesk:ticket", args=[self.ticket.number])).content.decode()
        assert "Destek wrote:" in page and reverse("helpdesk:letter", args=[self.kept().pk]) in page

    def test_the_same_message_id_with_other_words_is_another_letter(self):
        for text in ("Bir", "İki", "Bir"):
            self.take(self.selim.email, text, id="<same@b.tr>", subject=f"[{self.ticket.number}]")
        assert sorted(self.ticket.messages.filter(side="them").values_list("body", flat=True))[:2] == [
            "Bir",
            "Para çekiliyor, makbuz çıkmıyor.",
        ]
        assert self.ticket.messages.filter(body="İki").count() == 1

    def test_thanks_lie_beside_the_ticket_and_thanks_with_a_word_open_it(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Oldu")
        assert self.take(self.selim.email, "Teşekkürler\nSelim Aydın", In_Reply_To=self.our_id()) is None
        assert (self.kept().reason, self.kept().ticket) == ("thanks", self.ticket)
        page = self.client_of(self.ayse).get(reverse("helpdesk:ticket", args=[self.ticket.number])).content.decode()
        assert "Teşekkürler" in page
        self.take(self.selim.email, "Teşekkürler, hâlâ çalışmıyor.", In_Reply_To=self.our_id())
        assert Ticket.objects.get(pk=self.ticket.pk).is_open

    def test_who_means_it_files_thanks_from_the_tray(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Oldu")
        self.take(self.selim.email, "Teşekkürler\nSelim Aydın", In_Reply_To=self.our_id())
        client, page = self.client_of(self.ayse), reverse("helpdesk:letter_filing", args=[self.kept().pk])
        assert client.post(page).status_code == 302
        assert self.kept().state == "filed" and Ticket.objects.get(pk=self.ticket.pk).is_open
        assert Entry.objects.filter(kind="letter.filed").count() == 1
        spoken = self.ticket.messages.count()
        assert client.post(page).status_code == 409 and self.ticket.messages.count() == spoken

    def test_a_tie_files_what_waits_and_leaves_thanks_beside_their_ticket(self):
        KnownAddress.objects.create(address="vezne9@ornek.bel.tr", municipality=self.odunpazari, tied_by=self.ayse)
        ended = self.take("vezne9@ornek.bel.tr", "Makbuz çıkmıyor")
        tickets.resolve(ended, by=self.ayse, note="Oldu")
        KnownAddress.objects.all().delete()
        for text in ("Teşekkürler", "Yazıcı da bozuldu"):
            subject = f"[{ended.number}]" if text == "Teşekkürler" else "Yazıcı"
            assert self.take("vezne9@ornek.bel.tr", text, subject=subject) is None
        filed = tray.tie(self.kept(), to=self.odunpazari, by=self.ayse)
        assert [ticket.subject for ticket in filed] == ["Yazıcı"]
        thanks = ReceivedLetter.objects.get(text="Teşekkürler")
        assert (thanks.state, thanks.reason, thanks.ticket) == ("aside", "thanks", ended)

    def test_the_address_of_an_account_is_tied_to_nobody_else(self):
        assert self.take(self.burak.email, "Merhaba", subject="Yeni") is None
        client, page = self.client_of(self.ayse), reverse("helpdesk:letter_sender", args=[self.kept().pk])
        assert client.post(page, {"to": "26010"}).status_code == 409
        assert not KnownAddress.objects.exists() and self.kept().state == "waiting"

    def test_a_press_asks_no_scanner_and_its_files_wait(self):
        letter = EmailMessage()
        letter["From"], letter["Subject"], letter["Message-ID"] = "vezne9@ornek.bel.tr", "Ekran", "<f@b.tr>"
        letter.set_content("Ekte")
        letter.add_attachment("Hata 42", filename="ekran.txt")
        deliver(parse(letter.as_bytes()))
        with Clamd() as scanner, self.settings(CLAMD_ADDRESS=scanner.address):
            tray.tie(self.kept(), to=self.odunpazari, by=self.ayse)
            assert Attachment.objects.get().verdict == ScanVerdict.WAITING
            assert attachment_scanning.ask_about_waiting() == 1

    def test_a_stranger_is_answered_once_a_day_and_one_click_files_all(self):
        for text in ("Bir", "İki"):
            self.take("vezne9@ornek.bel.tr", text, subject=text)
        assert OutboxMessage.objects.filter(address="vezne9@ornek.bel.tr").count() == 1
        waiting = ReceivedLetter.objects.waiting()
        assert waiting.count() == 2
        client = self.client_of(self.ayse)
        assert "vezne9@ornek.bel.tr" in client.get(reverse("helpdesk:letters")).content.decode()
        wrong = client.post(reverse("helpdesk:letter_sender", args=[waiting.latest("pk").pk]), {"to": "yok böyle yer"})
        assert wrong.status_code == 422
        client.post(reverse("helpdesk:letter_sender", args=[waiting.latest("pk").pk]), {"to": "26010"})
        assert waiting.count() == 0
        assert list(Ticket.objects.filter(channel="email").order_by("pk").values_list("subject", flat=True)) == [
            "Bir",
            "İki",
        ]
        ticket = self.take("vezne9@ornek.bel.tr", "Üç")
        assert ticket.municipality == self.odunpazari and ticket.requester is None
        assert KnownAddress.objects.get().tied_by == self.ayse

    def test_a_colleagues_domain_is_guessed_and_everybodys_is_not(self):
        self.selim.email = "selim@odunpazari.example"
        self.selim.save()
        found = tray.guesses(["vezne@odunpazari.example", "x@gmail.com"])
        assert found == {"odunpazari.example": self.odunpazari}

    def test_an_agents_answer_is_a_reply_only_where_it_is_proved(self):
        replies = self.ticket.messages.filter(side="us")
        answer = {"In_Reply_To": self.our_id()}
        assert self.take(self.burak.email, "Yarın geliyoruz.", subject=f"[{self.ticket.number}]") is None
        assert (replies.count(), self.kept().reason) == (1, "unproven")
        assert self.take(self.burak.email, "Yarın öğlen.", **answer) == self.ticket
        assert replies.latest("pk").author == self.burak
        with self.settings(MAIL_AUTHSERV_ID="mx.nobet.example"):
            assert self.take(self.burak.email, "Sahte.", **answer) is None
            said = "mx.nobet.example; dmarc=pass header.from=example.test"
            assert self.take(self.burak.email, "Gerçek.", Authentication_Results=said, **answer) == self.ticket
            evil = {"Authentication_Results": said.replace("mx.nobet", "mx.evil"), **answer}
            assert self.take(self.burak.email, "Yine sahte.", **evil) is None
        assert replies.filter(body__contains="ahte").count() == 0

    def test_a_forged_from_opens_nothing_and_is_not_answered(self):
        with self.settings(MAIL_AUTHSERV_ID="mx.nobet.example"):
            said = (
                "mx.nobet.example; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=example.test"
            )
            assert (
                self.take(self.selim.email, "Kapatın.", Authentication_Results=said, In_Reply_To=self.our_id()) is None
            )
            assert (self.kept().state, self.kept().reason, self.kept().proof) == ("waiting", "forged", "forged")
            assert self.take("kimse@baska.example", "Para", Authentication_Results=said) is None
        assert not self.ticket.messages.filter(body="Kapatın.").exists()
        assert not OutboxMessage.objects.filter(batch__key__startswith="stranger:").exists()

    def test_a_letter_that_came_back_fails_ours_and_marks_the_address(self):
        sent = OutboxMessage.objects.get(batch__key=f"message:{self.ours.pk}")
        OutboxMessage.objects.filter(pk=sent.pk).update(state=OutboxMessage.State.SUBMITTED)
        for enclosed, marked in ((self.our_id().replace(".", ".0", 1), 0), (self.our_id(), 1)):
            deliver(parse(a_report(enclosed)))
            assert Suppression.objects.filter(address=self.selim.email, reason="bounced").count() == marked
        assert (self.kept().reason, self.kept().ticket) == ("bounce", self.ticket)
        assert OutboxMessage.objects.get(pk=sent.pk).state == "failed"
        again = OutboxMessage.objects.get(batch__key__startswith=f"message:{self.ours.pk}|next:")
        assert (again.address, again.thread) == (self.zehra.email, self.ticket.number)

    def test_an_hour_has_a_cap_and_nothing_beyond_it_is_lost(self):
        with self.settings(LETTERS_OF_A_SENDER=2):
            filed = [self.take(self.selim.email, f"Mektup {number}", subject=str(number)) for number in range(4)]
        assert [bool(ticket) for ticket in filed] == [True, True, False, False]
        client = self.client_of(self.ayse)
        client.post(reverse("helpdesk:letter_filing", args=[self.kept().pk]))
        assert Message.objects.filter(body="Mektup 3").exists()

    def test_pictures_stand_in_their_places_and_nothing_asks_the_network(self):
        letter = EmailMessage()
        letter["From"], letter["Subject"], letter["Message-ID"] = self.selim.email, "Ekran", "<p@b.tr>"
        letter.set_content(
            '<p onclick="x()">Bak <img src="cid:a"><img src="http://evil.example/1.png"></p><script>x()</script>',
            subtype="html",
        )
        letter.add_related(PNG, "image", "png", cid="<a>")
        letter.make_mixed()
        letter.add_attachment("BEGIN:VCALENDAR\r\nEND:VCALENDAR", subtype="calendar", filename="davet.ics")
        letter.add_attachment(
            b"0\x82\x01\0" + b"\0\1" * 40, maintype="application", subtype="pkcs7-signature", filename="smime.p7s"
        )
        deliver(parse(letter.as_bytes()))
        answer = self.client_of(self.selim).get(reverse("helpdesk:letter_page", args=[self.kept().pk]))
        page = answer.content.decode()
        assert "data:image/png;base64," in page and "evil.example" not in page and "x()" not in page
        policy = answer["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "img-src data:", "sandbox"} <= set(policy)
        assert {"davet.ics", "smime.p7s"} <= set(Attachment.objects.values_list("name", flat=True))
        original = self.client_of(self.ayse).get(reverse("helpdesk:letter_original", args=[self.kept().pk]))
        assert b"".join(original.streaming_content) == letter.as_bytes()


def a_report(enclosed: str) -> bytes:
    """A delivery report as Postfix writes it."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: destek@nobet.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{abs(hash(enclosed))}@mx.example>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; selim@example.test\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {enclosed}\r\nSubject: x\r\n--b--\r\n"
    ).encode()


def posting_of(sent: OutboxMessage) -> Posting:
    return Posting(
        sent.pk,
        1,
        sent.batch_id,
        sent.address,
        sent.text,
        sent.subject,
        "",
        "r",
        thread=sent.thread,
        answers=sent.answers,
    )


def test_bytes_are_read_in_the_charsets_of_this_country():
    said = "Yazıcı arızası, Şişli'de ğöç"
    for charset, label in (
        ("cp1254", "iso-8859-1"),
        ("cp1254", ""),
        ("cp1254", "utf-8"),
        ("utf-8", "iso-8859-9"),
        ("utf-7", "utf-7"),
    ):
        kind = f"text/plain; charset={label}" if label else "text/plain"
        subject = b"" if charset == "utf-7" else said.encode(charset)
        raw = (
            b"From: a@b.tr\r\nSubject: " + subject + f"\r\nContent-Type: {kind}\r\n\r\n".encode() + said.encode(charset)
        )
        letter = parse(raw)
        assert letter.text == said, (charset, label)
        assert charset == "utf-7" or letter.subject == said, (charset, label)


def test_what_cannot_be_read_is_said():
    raw = b"From: a@b.tr\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    raw += b"Content-Type: text/plain; charset=klingon\r\n\r\n\xfe\r\n"
    raw += b"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--b--\r\n"
    assert len(parse(raw).remarks) == 2


def test_only_our_servers_results_above_the_first_hop_count():
    ours, server = "mx.nobet.example; dmarc=pass", "mx.nobet.example"
    top = [("authentication-results", ours), ("received", "1")]
    below = [("authentication-results", f"{server}; spf=none"), ("received", "1"), ("authentication-results", ours)]
    assert sender_proof.verified(top, "a@b.tr", server).proof == "proven"
    assert sender_proof.verified(below, "a@b.tr", server).proof == "unknown"
    assert sender_proof.verified(top, "a@b.tr", "").proof == "unknown"
    foreign = [("authentication-results", f"{server}; spf=pass smtp.mailfrom=evil.example")]
    assert sender_proof.verified(foreign, "a@b.tr", server).proof == "unknown"
