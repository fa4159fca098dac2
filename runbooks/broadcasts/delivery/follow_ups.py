"""After the silent: an e-mail, then an SMS to their deputies, then the call sheet.

Only where the two people agreed to it (`Broadcast.chases` is part of what they sign).
Each stage is a batch of its own, so that the closing equation of the broadcast stays
that of the people who were approved by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override

from foundation import now
from foundation.directory.models import Contact
from foundation.journal import journal
from foundation.language import phone_numbers
from foundation.outbox import outbox
from foundation.outbox.models import Batch
from runbooks.broadcasts.compose import drafts
from runbooks.broadcasts.delivery import acknowledgements, live_updates, sending
from runbooks.models import Broadcast

EMAIL_AFTER = timedelta(minutes=10)
DEPUTIES_AFTER = timedelta(minutes=20)


@dataclass(frozen=True)
class FollowUpStage:
    """One way of reaching the silent, and how far it got; `at` is None while it has not begun."""

    number: int
    channel: str
    due_at: datetime
    at: datetime | None
    tally: outbox.BatchTally | None


def chase_due() -> int:
    """Begin the stages that are due; returns how many."""
    chased = Broadcast.objects.live().filter(status__in=(Broadcast.Status.SENDING, Broadcast.Status.DONE), chases=True)
    begun = 0
    for stage, after, begin in ((1, EMAIL_AFTER, _write_letters), (2, DEPUTIES_AFTER, _write_to_deputies)):
        due = chased.filter(chase_stage=stage - 1, approved_at__lte=now() - after)
        for broadcast in due.filter(approved_at__gt=now() - acknowledgements.GOOD_FOR):
            begun += _begin(broadcast, stage, begin)
    return begun


@transaction.atomic
def _begin(broadcast: Broadcast, stage: int, begin) -> bool:
    """One of two sweepers begins a stage."""
    taken = Broadcast.objects.filter(pk=broadcast.pk, chase_stage=stage - 1).update(chase_stage=stage)
    if not taken:
        return False
    batch = begin(broadcast)
    outbox.release(batch, by=None)
    journal.record("broadcast.chased", broadcast, stage=stage, number=batch.intended)
    live_updates.tell(broadcast)
    return True


def stages(broadcast: Broadcast) -> list[FollowUpStage]:
    """What has been done about the silent and what comes when."""
    if not broadcast.chases or broadcast.approved_at is None:
        return []
    batches = {
        batch.key: batch for batch in Batch.objects.filter(key__in=[broadcast.chase_key(1), broadcast.chase_key(2)])
    }
    deputies = []
    for number, channel, after in ((1, "email", EMAIL_AFTER), (2, "sms", DEPUTIES_AFTER)):
        batch = batches.get(broadcast.chase_key(number))
        tally = outbox.tally(batch) if batch else None
        deputies.append(
            FollowUpStage(number, channel, broadcast.approved_at + after, batch.released_at if batch else None, tally)
        )
    return deputies


def deputies_of(broadcast: Broadcast) -> list[Contact]:
    """Verified deputies of silent recipients in silent municipalities who were not written to themselves."""
    silent = acknowledgements.call_sheet(broadcast).exclude(contact__deputy=None).order_by("place")
    written_to = set(broadcast.recipients.values_list("address", flat=True))
    deputies = Contact.objects.filter(
        pk__in=silent.values("contact__deputy"), channel=Contact.Channel.SMS, opted_out_at=None
    ).exclude(verified_at=None)
    return [
        deputy
        for deputy in deputies.select_related("municipality__province")
        if phone_numbers.read(deputy.address).kind == "mobile"
        and phone_numbers.read(deputy.address).address not in written_to
    ]


def _write_letters(broadcast: Broadcast) -> Batch:
    batch = outbox.open_batch(broadcast.chase_key(1), lane=broadcast.lane, urgent=sending.is_urgent(broadcast))
    outbox.add(batch, "email", _letters(broadcast))
    return batch


def _letters(broadcast: Broadcast) -> Iterator[outbox.Addressee]:
    """The same words and the code, to the duties the message went to, with the address of the portal."""
    duties = set(broadcast.recipients.included().values_list("duty", flat=True))
    contacts = Contact.objects.filter(
        channel=Contact.Channel.EMAIL,
        municipality__in=acknowledgements.silent_municipalities(broadcast),
        duty__in=duties,
        opted_out_at=None,
    ).exclude(verified_at=None)
    with override("tr"):
        subject = gettext("%(subject)s: please acknowledge") % {"subject": broadcast.subject}
        foot = gettext("Type the code %(code)s here, so that nobody has to call you: %(url)s") % {
            "code": broadcast.code,
            "url": f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:acknowledgement')}",
        }
    for contact in contacts.select_related("municipality__province"):
        yield outbox.Addressee(
            address=contact.address,
            subject=drafts.prefixed(subject, broadcast.is_drill),
            text=f"{drafts.text_for(broadcast, contact)}\n\n{foot}",
            reference=contact.municipality.code,
        )


def _write_to_deputies(broadcast: Broadcast) -> Batch:
    batch = outbox.open_batch(
        broadcast.chase_key(2), lane=broadcast.lane, sender=broadcast.sender, urgent=sending.is_urgent(broadcast)
    )
    messages = [
        outbox.Addressee(
            address=phone_numbers.read(deputy.address).address,
            text=drafts.spelled(drafts.text_for(broadcast, deputy), broadcast.spelling),
            reference=deputy.municipality.code,
        )
        for deputy in deputies_of(broadcast)
    ]
    outbox.add(batch, "sms", messages)
    return batch
