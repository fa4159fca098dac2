"""What people write to us by SMS: file, ask, count oneself in, reply. Every word of a known number is kept.

    ARIZA TAHSILAT makbuz çıkmıyor    files a ticket about that module
    DURUM 259                         says how the ticket stands; DURUM alone, the newest
    BIZ DE                            counts the municipality into the outage it feels
    anything else                     a reply to the newest open ticket, or a new one

A number is known by an account of municipal staff or by a verified crisis contact. Others get
one answer a day that says how to be heard. Codes of calls and broadcasts are for those above.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from foundation import Refusal, now
from foundation.directory.models import Component, Contact, Municipality, Person
from foundation.language import collation, formatting
from foundation.outbox import inbound as keywords
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, InboundMessage
from helpdesk import providers, tickets
from helpdesk.incidents import known_outages
from helpdesk.models import MergedTicket, Ticket
from helpdesk.models.ticket import TicketQuerySet
from helpdesk.tickets import rate_limits
from helpdesk.tickets.forms import UNKNOWN_MODULE
from monitoring.models import Outage
from monitoring.outages import impact_reports

FILE, ASK, US_TOO = ("ariza", "talep"), ("durum",), ("biz de", "bizde de", "bizde")
CODE_ALONE = re.compile(r"\W*\d{4,6}\W*")
AWAKE = "ayaktayim"
SUBJECT = 80
ANSWER = "sms-answer:"
STRANGER = "sms-stranger:"
AT_ONCE: dict = {"lane": Lane.OPERATIONAL, "urgent": True}

for kind in (ANSWER, STRANGER):
    successors.nobody_else(kind, "it answers the very telephone that wrote")


@dataclass(frozen=True)
class TextWriter:
    """Whose telephone it is; a crisis contact may have no account."""

    municipality: Municipality
    person: Person | None
    address: str

    @property
    def tickets(self) -> TicketQuerySet:
        """The municipality's, as far as the person may see them."""
        seen = Ticket.objects.visible_to(self.person) if self.person else Ticket.objects.unrestricted()
        return seen.filter(municipality=self.municipality).order_by("-pk")

    @property
    def open_ticket(self) -> Ticket | None:
        """The newest that this telephone or this person still has open."""
        mine = self.tickets.open()
        of_person = mine.filter(requester=self.person).first() if self.person else None
        return of_person or mine.filter(phone=self.address).first()


def hear(inbound: InboundMessage) -> None:
    """In the transaction that keeps the message; a polite no goes back as an SMS, too."""
    word = collation.fold(inbound.text).strip(" .!")
    if word in keywords.STOP | keywords.START or is_for_those_above(inbound):
        return
    writer = writer_at(inbound.address)
    with translation.override(writer.person.language if writer and writer.person else "tr"):
        if writer:
            batch = outbox.open_batch(f"{ANSWER}{inbound.pk}", **AT_ONCE)
            say(batch, inbound, understood(writer, inbound))
        elif not Person.objects.filter(phone=inbound.address, is_active=True).exists():
            batch = outbox.open_batch(f"{STRANGER}{inbound.address}:{now():%Y%m%d}", **AT_ONCE)
            say(batch, inbound, how_to_be_heard())


def is_for_those_above(inbound: InboundMessage) -> bool:
    """A code of a call or a broadcast, or the word of somebody who was called."""
    if CODE_ALONE.fullmatch(inbound.text) or AWAKE in collation.fold(inbound.text):
        return True
    return any(takes(inbound.address, inbound.text) for takes in providers.takes_sms)


def writer_at(address: str) -> TextWriter | None:
    for person in Person.objects.filter(phone=address, is_active=True):
        if home := person.own_municipality:
            return TextWriter(home, person, address)
    verified = Contact.objects.filter(channel=Contact.Channel.SMS, address=address, verified_at__isnull=False)
    contact = verified.select_related("municipality", "person").first()
    return TextWriter(contact.municipality, None, address) if contact else None


def understood(writer: TextWriter, inbound: InboundMessage) -> str:
    """Do what was asked; the answer for the handset."""
    text = inbound.text.strip()
    folded = collation.fold(text)
    first, _blank, rest = text.partition(" ")
    try:
        with transaction.atomic():
            if folded.strip(" .!") in US_TOO:
                return counted_in(writer)
            if collation.fold(first) in ASK:
                return standing(writer, rest)
            if collation.fold(first).strip(":.") in FILE:
                return filed(writer, rest.strip() or text, f"sms:{inbound.pk}")
            return replied(writer, text, f"sms:{inbound.pk}")
    except Refusal as refusal:
        return str(refusal.sentence)


def filed(writer: TextWriter, text: str, token: str) -> str:
    component, words = module_in(text)
    if writer.person:
        rate_limits.spend(writer.person, writer.municipality)
    ticket = tickets.submit(
        municipality=writer.municipality,
        component=component,
        subject=words[:SUBJECT],
        body=words,
        impact=Ticket.Impact.FEW,
        urgency=Ticket.Urgency.HINDERED,
        by=writer.person,
        channel=Ticket.Channel.SMS,
        phone=writer.address,
        token=token,
    )
    return _("%(number)s: we have it. Answer this message to add to it, DURUM asks how it stands.") % {
        "number": ticket.number
    }


def module_in(text: str) -> tuple[Component, str]:
    """The module that the first word names by its code or name, and the words without it."""
    first, _blank, rest = text.partition(" ")
    named = collation.fold(first).strip(":.,")
    for component in Component.objects.current():
        if named in (collation.fold(component.pk), collation.fold(component.name_tr)):
            return component, rest.strip() or text
    return Component.objects.get(pk=UNKNOWN_MODULE), text


def replied(writer: TextWriter, text: str, token: str) -> str:
    """Words without a command: to the open ticket, or a new one, so that nothing is lost."""
    ticket = writer.open_ticket
    if ticket is None or writer.person is None:
        return filed(writer, text, token)
    tickets.reply(ticket, by=writer.person, body=text)
    return _("%(number)s: your words stand in the ticket.") % {"number": ticket.number}


def standing(writer: TextWriter, asked: str) -> str:
    number = "".join(filter(str.isdecimal, asked))[-6:]
    own = writer.tickets
    ticket = own.filter(number__endswith=f"-{int(number):06d}").first() if number else writer.open_ticket or own.first()
    if ticket is None:
        return _("We find no such ticket of your municipality.")
    ticket = MergedTicket.objects.end_of(ticket)
    said = f"{ticket.number}: {ticket.get_status_display()}"
    if ticket.is_open and not ticket.is_resting:
        said += ". " + _("Promised by %(time)s") % {"time": formatting.exact(ticket.next_due_at)}
    return said


def counted_in(writer: TextWriter) -> str:
    """The outage that is felt there; else the only one that is announced."""
    announced = list(Outage.objects.open().announced().order_by("-pk")[:2])
    outage = next(iter(known_outages.touching(writer.municipality)), None)
    outage = outage or (announced[0] if len(announced) == 1 else None)
    if outage is None:
        return _("We know of no outage that this could be. ARIZA and what is broken files a ticket.")
    impact_reports.report(outage, writer.municipality, writer.person)
    return _("%(outage)s: your municipality is counted in.") % {"outage": outage.title}


def how_to_be_heard() -> str:
    return _("We do not know this number. Please write from a registered one, or open a ticket: %(page)s") % {
        "page": settings.PUBLIC_BASE_URL.removeprefix("https://")
    }


def say(batch: Batch, inbound: InboundMessage, text: str) -> None:
    """One answer a batch; a number that asked for silence is not answered."""
    outbox.add(batch, "sms", [outbox.Addressee(address=inbound.address, text=text)])
    outbox.release(batch)
