"""What runbook tests need on stage: contacts, drafts, submitted broadcasts."""

from foundation import now
from foundation.directory.models import Contact
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.broadcasts.compose import audience, drafts
from runbooks.models import DrillNumber

TEXT = "e-Belediye: 10.04 itibarıyla tahsilat çalışmıyor, sonraki bilgi 10.30."
CORRECTION = "e-Belediye düzeltme: Önceki mesajdaki saat hatalıdır."


def contacts_in(municipality, number=3, first=0):
    return Contact.objects.bulk_create(
        Contact(
            municipality=municipality,
            duty=Contact.Duty.IT,
            channel="sms",
            address=f"+90532{first + place:07d}",
            name=f"Kişi {place}",
            verified_at=now(),
        )
        for place in range(number)
    )


def drill_list_of(number=3):
    return DrillNumber.objects.bulk_create(
        DrillNumber(address=f"+90559{place:07d}", name=f"Tatbikat {place}") for place in range(number)
    )


def a_draft(by, **fields):
    fields = {
        "subject": "Tahsilat kesintisi",
        "text": TEXT,
        "correction": CORRECTION,
        "rule": audience.AudienceRule(),
        **fields,
    }
    return drafts.draft(by=by, **fields)


def submitted(by, **fields):
    broadcast = a_draft(by, **fields)
    approval.submit(broadcast, by=by)
    return broadcast


def approve(broadcast, by, **changes):
    given = {
        "binding": broadcast.binding,
        "typed_count": broadcast.recipients.included().count(),
        "confirmation": Confirmation("totp", now()),
        **changes,
    }
    approval.approve(broadcast, by=by, **given)
