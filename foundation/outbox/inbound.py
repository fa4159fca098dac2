"""What people send us: kept once; a word to stop is obeyed, a word to start again too."""

from django.db import transaction

from foundation import now
from foundation.directory.models import Contact
from foundation.language import collation, phone_numbers, texts
from foundation.outbox import events
from foundation.outbox.models import InboundMessage, Suppression

STOP = {"ret", "dur", "iptal", "stop", "stopall", "unsubscribe", "cancel", "end", "quit"}
START = {"basla", "kabul", "start", "unstop", "yes"}


@transaction.atomic
def receive(gateway: str, *, sid: str, address: str, text: str) -> None:
    """Keep a message, obey a keyword, tell those above; the same `sid` again does nothing.

    A text is a keyword, never an authority: nothing else happens because of it here.
    """
    address, text = own_spelling(address), texts.paragraphs(text)
    message, is_new = InboundMessage.objects.get_or_create(
        gateway=gateway, sid=sid[:80], defaults={"address": address[:254], "text": text}
    )
    if not is_new:
        return
    word = collation.fold(text).strip(" .!")
    if word in STOP:
        opt_out(address)
    elif word in START:
        opt_in(address)
    events.message_received.send(InboundMessage, inbound=message)


def own_spelling(address: str) -> str:
    """A mobile number as our register writes it, whatever the gateway makes of it."""
    number = phone_numbers.read(address)
    return number.address if number.kind == "mobile" else address


@transaction.atomic
def opt_out(address: str) -> None:
    """Nothing more is sent to this number, and the register of contacts shows it."""
    Suppression.objects.update_or_create(
        channel="sms", address=address, defaults={"reason": Suppression.Reason.OPTED_OUT, "at": now()}
    )
    Contact.objects.filter(channel=Contact.Channel.SMS, address=address).update(opted_out_at=now())


@transaction.atomic
def opt_in(address: str) -> None:
    """Only what this person closed is opened again; a number that does not exist stays closed."""
    Suppression.objects.filter(channel="sms", address=address, reason=Suppression.Reason.OPTED_OUT).delete()
    Contact.objects.filter(channel=Contact.Channel.SMS, address=address).update(opted_out_at=None)
