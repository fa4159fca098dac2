"""A test message to oneself, by one gateway alone: to one's own verified number and to nobody else."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Contact, Person
from foundation.journal import journal
from foundation.language.formatting import ISTANBUL
from foundation.outbox import outbox
from foundation.outbox.gateways import registry
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, OutboxMessage

KEY = "self-test:"
LIVES = timedelta(minutes=10)


class NoNumberOfYourOwn(Refusal):
    sentence = _("No verified mobile number of yours is known. List it, confirm the code, and try again.")


class TestJustSent(Refusal):
    sentence = _("A test was sent a moment ago. Please wait a minute before the next one.")
    status = 429


@transaction.atomic
def send(gateway: str, *, by: Person) -> Batch:
    """One message that says by whom and when; at most one a minute, a person and a gateway."""
    number = number_of(by)
    if number is None:
        raise NoNumberOfYourOwn
    at = now()
    key = f"{KEY}{gateway}:{by.pk}:{at:%Y%m%d%H%M}"
    if Batch.objects.filter(key=key).exists():
        raise TestJustSent
    batch = outbox.open_batch(
        key, lane=Lane.DRILL, sender=settings.SMS_SENDER, expires_at=at + LIVES, urgent=True, gateway=gateway
    )
    text = gettext("Nobet test %(time)s") % {"time": f"{at.astimezone(ISTANBUL):%d.%m.%Y %H.%M}"}
    outbox.add(batch, "sms", [outbox.Addressee(number, text)])
    outbox.release(batch, by=by)
    journal.record("gateway.tested", batch, by=by, gateway=gateway)
    return batch


def number_of(person: Person) -> str | None:
    """The number this person proved to be theirs, the newest first."""
    proved = Contact.objects.filter(person=person, channel=Contact.Channel.SMS, verified_at__isnull=False)
    return proved.order_by("-verified_at").values_list("address", flat=True).first()


def last(gateway: str, person: Person) -> OutboxMessage | None:
    """The newest test of this person by this gateway, with how far it got."""
    mine = OutboxMessage.objects.filter(batch__key__startswith=f"{KEY}{gateway}:{person.pk}:")
    return mine.select_related("batch").order_by("-pk").first() if gateway in registry.KINDS else None
