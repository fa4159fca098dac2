"""Two windows and an impatient finger: the same form, sent several times at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from foundation.wire import once
from foundation.wire.files import scanning
from foundation.wire.models import GivenAnswer
from helpdesk.models import Message
from tests.cast import assemble
from tests.helpdesk.builders import a_ticket
from tests.wall.walking import signed_in

AT_ONCE = 4


@pytest.mark.django_db(transaction=True)
def test_one_reply_is_kept_and_all_are_led_to_it():
    cast = assemble()
    ticket = a_ticket(by=cast.selim, municipality=cast.odunpazari)
    before, clients = Message.objects.count(), [signed_in(cast.selim) for _ in range(AT_ONCE)]
    address = reverse("helpdesk:message", args=[ticket.number])

    def press(client) -> str:
        try:
            return client.post(address, {"body": "Hâlâ kapalı", once.FIELD: "w3kq9"})["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as hands:
        led = list(hands.map(press, clients))
    assert led == [reverse("helpdesk:ticket", args=[ticket.number])] * AT_ONCE
    assert Message.objects.count() == before + 1
    assert GivenAnswer.objects.filter(token=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_no_that_is_said_after_the_commit_is_a_sentence_and_may_be_tried_again():
    """A trial of the set-up page waits for the commit of its form; a first administrator has no telephone."""
    client, address = signed_in(assemble().yonca), reverse("setup_test", args=["sms"])
    for _press in range(2):
        assert client.post(address, {once.FIELD: "w3kq9"}).status_code == 409
    assert not GivenAnswer.objects.filter(token=None).exists()


@pytest.mark.django_db(transaction=True)
def test_the_scanner_is_asked_once_and_with_no_transaction_open(settings, monkeypatch):
    """The claim of an act is a transaction, and a scanner that is away takes ten seconds to be so."""
    settings.CLAMD_ADDRESS, asked = "tcp://127.0.0.1:9", []

    def exchange(_address):
        asked.append(connection.in_atomic_block)
        raise OSError("away")

    monkeypatch.setattr(scanning, "connected", exchange)
    cast = assemble()
    ticket = a_ticket(by=cast.selim, municipality=cast.odunpazari)
    form = {"body": "Ekte", once.FIELD: "w3kq9", "attachments": [SimpleUploadedFile("not.txt", b"metin")]}
    led = signed_in(cast.selim).post(reverse("helpdesk:message", args=[ticket.number]), form)
    assert led["Location"] == reverse("helpdesk:ticket", args=[ticket.number])
    assert ticket.messages.latest("pk").attachments.count() == 1
    assert asked == [False]
