"""E-mail through Django's back end, and how much waits to leave."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from foundation import now
from foundation.outbox import outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.metrics import collector
from foundation.outbox.models import OutboxMessage
from foundation.outbox.outbox import Addressee
from foundation.outbox.reconciliation import uncertain

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


def a_mail(to="selim@odunpazari.example") -> OutboxMessage:
    batch = outbox.email("ticket-1", to, "Talebiniz alındı", "DST-2026-000001")
    return batch.messages.get()


class Server(EmailBackend):
    """Answers with the error the test names."""

    error: Exception | None = None

    def send_messages(self, messages):
        if Server.error is not None:
            raise Server.error
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    yield Server
    Server.error = None


def test_a_mail_leaves_once_with_a_name_of_its_own():
    message = a_mail()
    dispatch.deliver_email()
    dispatch.deliver_email()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["selim@odunpazari.example"], "Talebiniz alındı")
    assert sent.extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert message.state == State.UNCONFIRMED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), State.FAILED),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"greylisted")}), State.QUEUED),
        (smtplib.SMTPDataError(554, b"rejected"), State.FAILED),
        (smtplib.SMTPServerDisconnected("gone"), State.IN_DOUBT),
        (TimeoutError(), State.IN_DOUBT),
    ],
)
def test_what_the_server_says_decides(server, error, state):
    server.error = error
    message = a_mail()
    dispatch.deliver("email", seconds=0.3)
    message.refresh_from_db()
    assert message.state == state


def test_a_mail_in_doubt_goes_once_more_under_the_same_name(server):
    server.error = TimeoutError()
    message = a_mail()
    dispatch.deliver("email", seconds=0.3)
    server.error = None
    with time_machine.travel(now() + timedelta(minutes=3)):
        uncertain.run()
        dispatch.deliver_email()
    message.refresh_from_db()
    assert (message.state, message.resends) == (State.UNCONFIRMED, 1)
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")


@pytest.mark.parametrize("subject", ["Konu\nBcc: x@example.com"])
def test_a_header_that_would_smuggle_another_is_one_line(subject):
    batch = outbox.email("k", "selim@odunpazari.example", subject, "t")
    dispatch.deliver_email()
    assert batch.messages.get().state == State.UNCONFIRMED
    (letter,) = mail.outbox
    assert (letter.subject, letter.bcc) == ("Konu Bcc: x@example.com", [])


def metrics() -> dict:
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in collector.collect()
        for sample in family.samples
    }


def test_an_empty_house_shows_every_series_at_nothing():
    assert set(metrics().values()) == {0}
    assert len(metrics()) == 4 * 4 + 4


def test_what_waits_is_counted_by_lane_and_the_oldest_tells_the_lag():
    batch = outbox.open_batch("b", lane="drill", urgent=True)
    outbox.add(batch, "sms", [Addressee(f"+90532000000{number}", "t") for number in range(3)])
    assert metrics()["nobet_outbox_pending", "drill", "sms"] == 0
    outbox.release(batch)
    with time_machine.travel(now() + timedelta(seconds=40)):
        seen = metrics()
    assert seen["nobet_outbox_pending", "drill", "sms"] == 3
    assert 39 < seen["nobet_outbox_lag_seconds", "sms"] < 60
