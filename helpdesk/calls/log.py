"""What an agent writes down of a call: who, one line, how long; and a ticket out of it in one press."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Component, Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.outbox.outbox import Addressee
from helpdesk import tickets
from helpdesk.calls import numbers
from helpdesk.models import Extension, PhoneCall, Ticket
from helpdesk.tickets import rate_limits
from helpdesk.tickets.assignment import require_desk

SUBJECT = 160
NUMBER_SENT = "call-number:"

successors.nobody_else(NUMBER_SENT, "it goes to the very telephone that called")


class ExtensionTaken(Refusal):
    sentence = gettext_lazy("A colleague answers at this extension.")


class NobodysCall(Refusal):
    sentence = gettext_lazy("Please say which municipality calls.")
    status = 422


@dataclass(frozen=True)
class CallWords:
    """What the agent says of a call. `caller` has an account, `caller_name` is anybody else."""

    municipality: Municipality | None = None
    caller: Person | None = None
    caller_name: str = ""
    words: str = ""


@dataclass(frozen=True)
class CallTerms:
    """How the ticket of a call is filed."""

    component: Component
    impact: str
    urgency: str


@transaction.atomic
def write(said: CallWords, *, by: Person, number: str = "", minutes: int = 0) -> PhoneCall:
    """A call that no exchange told of; it has just ended."""
    require_desk(by)
    at = now()
    began = at - timedelta(minutes=minutes)
    times = {"began_at": began, "answered_at": began, "ended_at": at}
    call = PhoneCall.objects.create(**vars(said), number=number, agent=by, **times)
    journal.record("call.written", call, by=by)
    tell(call)
    return call


@transaction.atomic
def note(call: PhoneCall, said: CallWords, *, by: Person) -> None:
    """Who it was and what it was about, as the agent heard it."""
    require_desk(by)
    facts: dict[str, Any] = vars(said)
    PhoneCall.objects.filter(pk=call.pk).update(**facts)
    call.refresh_from_db()
    journal.record("call.noted", call, by=by)
    tell(call)


@transaction.atomic
def file_ticket(call: PhoneCall, terms: CallTerms, *, by: Person) -> Ticket:
    """The ticket of this call, in the caller's name; the one it already has when two press at once.

    Raises `NobodysCall` until somebody said of which municipality it is. Who has an account gets the number by letter,
    as for every ticket; who has none gets it by SMS, if the number takes any.
    """
    require_desk(by)
    held = PhoneCall.objects.select_for_update(of=("self",)).select_related("municipality", "caller").get(pk=call.pk)
    if held.ticket:
        return held.ticket
    if held.municipality is None:
        raise NobodysCall
    rate_limits.spend(by, held.municipality)
    words = held.words or _("Telephone call")
    ticket = tickets.submit(
        municipality=held.municipality,
        requester=held.caller,
        named=held.who,
        logged_by=by,
        channel=Ticket.Channel.PHONE,
        phone=held.number if held.number.startswith("+") else "",
        subject=words[:SUBJECT],
        body=words,
        token=f"call:{held.pk}",
        **vars(terms),
    )
    PhoneCall.objects.filter(pk=call.pk).update(ticket=ticket)
    call.refresh_from_db()
    journal.record("call.filed", call, by=by, ticket=ticket.number)
    send_number(call, ticket)
    tell(call)
    return ticket


def send_number(call: PhoneCall, ticket: Ticket) -> None:
    """By SMS, to whom no letter of ours goes. A number that asked for silence is not written to."""
    if successors.can_hear(ticket.requester) or not numbers.is_mobile(call.number):
        return
    with translation.override(ticket.requester.language if ticket.requester else "tr"):
        text = _("%(number)s: your call is filed under this number. Send DURUM to ask how it stands.") % {
            "number": ticket.number
        }
    batch = outbox.open_batch(f"{NUMBER_SENT}{call.pk}", lane=Lane.OPERATIONAL, urgent=True)
    outbox.add(batch, "sms", [Addressee(address=call.number, text=text, reference=ticket.number)])
    outbox.release(batch)


@transaction.atomic
def sit_at(number: str, *, by: Person) -> None:
    """Calls to this extension open at this agent from now on; "" for none."""
    require_desk(by)
    before = Extension.objects.filter(person=by).values_list("number", flat=True).first() or ""
    if number == before:
        return
    Extension.objects.filter(person=by).delete()
    if number:
        try:
            with transaction.atomic():
                Extension.objects.create(person=by, number=number)
        except IntegrityError as taken:
            raise ExtensionTaken from taken
    journal.record("person.extension_chosen", by, by=by, number=number)


def tell(call: PhoneCall) -> None:
    live.announce(audiences.CALLS, "call", call.pk, {"written": True})
