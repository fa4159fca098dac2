"""Ways to reach a municipality in a crisis: listed, proved by a code, removed.

An address counts for crisis messages once a code that was sent there came back.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Contact, Municipality, Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane

VALID_FOR = timedelta(minutes=15)
NEXT_AFTER = timedelta(minutes=1)
MOST_TRIES = 5
successors.nobody_else("contact:", "it proves that the address is the contact's own; the page of the contacts says it")


class NotYourMunicipality(Refusal):
    sentence = _("You keep the contacts of your own municipality only.")
    status = 403


class AlreadyListed(Refusal):
    sentence = _("This address is already listed for this duty.")


class CodeJustSent(Refusal):
    sentence = _("A code was sent a moment ago. Please wait a minute before you ask for another.")
    status = 429


class DeputyDoesNotFit(Refusal):
    sentence = _("A deputy is another contact of the same municipality, with another address.")
    status = 422


class WrongCode(Refusal):
    sentence = _("The code is wrong or too old. Please check it, or ask for a new one.")
    status = 422


@transaction.atomic
def add(municipality: Municipality, *, duty: str, name: str, channel: str, address: str, by: Person) -> Contact:
    """List an address and send a code there. SMS addresses are E.164."""
    check_keeper(municipality, by)
    contact, is_new = Contact.objects.get_or_create(
        municipality=municipality, duty=duty, channel=channel, address=address, defaults={"name": name}
    )
    if not is_new:
        raise AlreadyListed
    journal.record("contact.listed", contact, by=by, duty=duty, channel=channel)
    send_code(contact, by=by)
    return contact


@transaction.atomic
def send_code(contact: Contact, *, by: Person) -> None:
    """Send a fresh code; the one before no longer counts. At most one a minute."""
    check_keeper(contact.municipality, by)
    at, code = now(), f"{secrets.randbelow(1_000_000):06}"
    just_sent = Contact.objects.filter(pk=contact.pk, code_expires_at__gt=at + VALID_FOR - NEXT_AFTER)
    if just_sent.exists():
        raise CodeJustSent
    Contact.objects.filter(pk=contact.pk).update(
        code_digest=digest(contact, code), code_expires_at=at + VALID_FOR, code_tries=0
    )
    text = gettext("Nöbet: the code for your contact is %(code)s. It is valid for 15 minutes.") % {"code": code}
    batch = outbox.open_batch(
        f"contact:{contact.pk}:{at.timestamp()}", lane=Lane.OPERATIONAL, expires_at=at + VALID_FOR, urgent=True
    )
    subject = gettext("Your code for Nöbet")
    outbox.add(batch, contact.channel, [outbox.Addressee(address=contact.address, text=text, subject=subject)])
    outbox.release(batch, by=by)


def verify(contact: Contact, code: str, *, by: Person) -> None:
    """The code came back: crisis messages may go there. Five tries a code.

    A try is counted before it is judged and stays counted when it is refused.
    """
    check_keeper(contact.municipality, by)
    waiting = Contact.objects.filter(pk=contact.pk, code_expires_at__gt=now(), code_tries__lt=MOST_TRIES)
    counted = waiting.update(code_tries=F("code_tries") + 1)
    contact.refresh_from_db()
    if not counted or not constant_time_compare(contact.code_digest, digest(contact, code.strip())):
        raise WrongCode
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(
            verified_at=now(), denied_at=None, code_digest="", code_expires_at=None
        )
        journal.record("contact.verified", contact, by=by)


@transaction.atomic
def name_deputy(contact: Contact, deputy: Contact | None, *, by: Person) -> None:
    """Who is written to when this contact stays silent in a crisis; None: nobody."""
    check_keeper(contact.municipality, by)
    if deputy and (deputy.municipality_id != contact.municipality_id or deputy.address == contact.address):
        raise DeputyDoesNotFit
    contact.deputy = deputy
    if Contact.objects.filter(pk=contact.pk).exclude(deputy=deputy).update(deputy=deputy):
        journal.record("contact.deputy_named", contact, by=by, deputy=deputy.pk if deputy else None)


@transaction.atomic
def remove(contact: Contact, *, by: Person) -> None:
    check_keeper(contact.municipality, by)
    journal.record("contact.removed", contact, by=by, duty=contact.duty, channel=contact.channel)
    contact.delete()


def check_keeper(municipality: Municipality, by: Person) -> None:
    if not Municipality.objects.administered_by(by).filter(pk=municipality.pk).exists():
        raise NotYourMunicipality


def digest(contact: Contact, code: str) -> str:
    """Keyed, because six digits alone are guessed from a copy of the database."""
    return salted_hmac("nobet.contact", f"{contact.pk}:{code}", algorithm="sha256").hexdigest()
