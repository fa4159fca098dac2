"""A letter with a secret is unreadable in the database and gone once it has left."""

import pytest
from django.core import mail

from foundation.outbox import housekeeping, outbox
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import OutboxMessage
from foundation.wire import encryption

pytestmark = pytest.mark.django_db
LINK = "https://nobet.example/invitations/kimse-bilmesin/"


def stored() -> str:
    return OutboxMessage.objects.values_list("text", flat=True).get()


def test_it_is_sealed_until_it_leaves_and_erased_then():
    outbox.email("davet", "selim@odunpazari.example", "Davet", LINK, secret=True)
    assert LINK not in stored()
    assert housekeeping.forget_secrets() == 0
    dispatch.deliver_email()
    assert mail.outbox[0].body.strip() == LINK
    assert housekeeping.forget_secrets() == 1
    assert stored() == ""


def test_other_letters_stay_readable():
    outbox.email("talep", "selim@odunpazari.example", "Talep", "Aldık")
    dispatch.deliver_email()
    assert housekeeping.forget_secrets() == 0
    assert stored() == "Aldık"


def test_a_former_key_still_opens_and_a_foreign_one_does_not(settings):
    sealed = encryption.seal("söz")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "yeni", [settings.SECRET_KEY]
    assert encryption.unseal(sealed) == "söz"
    settings.SECRET_KEY_FALLBACKS = []
    assert encryption.unseal(sealed) == ""
