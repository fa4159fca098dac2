"""Personal data whose time is over go, what must stay stays, and it is written down."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from config import retention
from foundation import now
from foundation.directory.models import Destruction, Invitation
from foundation.journal import journal
from foundation.journal.models import Entry, PersonalText
from foundation.outbox import outbox
from foundation.outbox.models import Batch
from foundation.outbox.models import OutboxMessage as Sent
from helpdesk import tickets
from helpdesk.models import Attachment, Message, ReceivedLetter, Ticket
from helpdesk.retention import drop_letters
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket

YEAR = timedelta(days=365)


def in_years(years: float):
    return time_machine.travel(now() + years * YEAR + timedelta(days=1), tick=False)


def amounts() -> dict[str, int]:
    return dict(Destruction.objects.values_list("rule", "amount"))


@pytest.mark.usefixtures("files_in_a_folder_of_their_own")
class TicketsThatEndedLongAgo(Cast, TestCase):
    def setUp(self):
        super().setUp()
        picture = SimpleUploadedFile("ekran.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
        said = {"by": self.selim, "subject": "Makbuz", "phone": "+905990000001", "attachments": [picture]}
        self.ticket = a_ticket(municipality=self.odunpazari, **said)
        self.still_open = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi Selim Bey")

    def test_their_letters_originals_go_with_the_commit_and_no_sooner(self):
        letter = ReceivedLetter.objects.create(
            mail_id="<a@b.tr>", original=ContentFile(b"Merhaba", name="mektup.eml"), size=7, ticket=self.ticket,
            state="filed", message=self.ticket.messages.first(),
        )  # fmt: skip
        original = Path(letter.original.path)
        with self.captureOnCommitCallbacks() as owed:
            drop_letters(ReceivedLetter.objects.all())
        assert original.exists() and not ReceivedLetter.objects.exists()
        for each in owed:
            each()
        assert not original.exists()

    def test_keep_their_words_for_two_years(self):
        with in_years(1.9):
            retention.destroy_overdue()
        self.ticket.refresh_from_db()
        assert self.ticket.subject == "Makbuz"
        assert "ticket texts" not in amounts()

    def test_lose_words_and_names_and_stay_countable(self):
        with in_years(2):
            retention.destroy_overdue()
        self.ticket.refresh_from_db()
        left = [*Message.objects.filter(ticket=self.ticket).values_list("body", "author"), *vars(self.ticket).values()]
        assert "makbuz" not in str(left).lower()
        assert "selim" not in str(left).lower()
        assert "+905990000001" not in str(left)
        assert self.ticket.requester is None
        assert (self.ticket.municipality, self.ticket.status) == (self.odunpazari, Ticket.Status.RESOLVED)
        assert amounts()["ticket texts"] == 1

    def test_lose_their_files_after_one_year(self):
        path = Path(Attachment.objects.get().file.path)
        assert path.exists()
        with in_years(1):
            retention.destroy_overdue()
        assert not path.exists()
        assert not Attachment.objects.exists()

    def test_while_open_tickets_keep_everything(self):
        with in_years(9):
            retention.destroy_overdue()
        self.still_open.refresh_from_db()
        assert self.still_open.requester == self.selim
        assert self.still_open.messages.get().body


@pytest.fixture
def files_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


class EverythingElse(Cast, TestCase):
    def test_sent_messages_become_nameless_and_the_equation_still_closes(self):
        batch = outbox.email("deneme", self.selim.email, "Konu", "Merhaba Selim")
        Sent.objects.update(state=Sent.State.DELIVERED)
        queued = outbox.email("bekleyen", self.hatice.email, "Konu", "Merhaba")
        with in_years(2):
            retention.destroy_overdue()
        message = batch.messages.get()
        assert (message.subject, message.text) == ("", "")
        assert "@" not in message.address
        assert outbox.tally(Batch.objects.get(pk=batch.pk)).adds_up
        assert queued.messages.get().text == "Merhaba"

    def test_journal_texts_go_and_entries_stay(self):
        entry = journal.record("ticket.noted", self.odunpazari, by=self.selim, text="Beni arayın")
        with in_years(2):
            retention.destroy_overdue()
        assert not PersonalText.objects.filter(entry=entry).exists()
        assert Entry.objects.filter(pk=entry.pk).exists()

    def test_invitations_and_expired_sessions_go(self):
        Invitation.objects.create(
            email="a@b.test",
            role="staff",
            municipality=self.odunpazari,
            secret_digest="x",
            expires_at=now() + timedelta(days=7),
        )
        session = SessionStore()
        session["a"] = 1
        session.save()
        retention.destroy_overdue()
        assert amounts() == {}
        with in_years(1):
            retention.destroy_overdue()
        assert amounts() == {"invitations": 1, "expired sessions": 1}

    def test_a_second_run_finds_nothing(self):
        self.test_sent_messages_become_nameless_and_the_equation_still_closes()
        with in_years(2):
            assert retention.destroy_overdue() == 0

    def test_the_destruction_log_itself_is_kept_three_years(self):
        Destruction.objects.create(rule="ticket texts", older_than=now(), amount=1)
        with in_years(2.9):
            retention.destroy_overdue()
        assert Destruction.objects.filter(rule="ticket texts").exists()
        with in_years(3):
            retention.destroy_overdue()
        assert not Destruction.objects.filter(rule="ticket texts").exists()


def test_periods_are_those_people_are_told(client, db):
    notice = client.get("/privacy/").text
    years = {rule.name: rule.kept_for // YEAR for rule in retention.RULES}
    assert "2 yıl, ekler 1 yıl" in notice
    assert (years["ticket texts"], years["ticket files"], years["messages sent"]) == (2, 1, 2)
