"""Two windows and an impatient finger: the same form, sent several times at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from foundation.wire import once
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
