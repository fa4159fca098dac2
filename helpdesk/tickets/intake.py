"""Filing a ticket: from form, mail, API or telephone, one verb."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

from django.core.files.base import File
from django.db import transaction

from foundation import now, rows
from foundation.directory.models import Component, Municipality, Person
from foundation.journal import journal
from foundation.language import texts
from foundation.language.formatting import ISTANBUL
from foundation.live import audiences, live
from foundation.wire.files import uploads
from foundation.wire.redaction import mask_identity_numbers
from helpdesk import events
from helpdesk.models import Attachment, Filing, Message, NoticeMatter, PlacedTicket, Queue, Ticket
from helpdesk.notices import occasions
from helpdesk.notices.telling import tell as tell_readers
from helpdesk.placing import rules as routing
from helpdesk.placing.matching import RuleTerms, TicketTraits
from helpdesk.search import documents, index
from helpdesk.service_levels import commitments, ticket_clocks
from helpdesk.statutes import clocks as law
from helpdesk.statutes import readers as named_readers
from helpdesk.tickets import emails, live_updates, severity

LONGEST_TOKEN = 200


class TicketFacts(TypedDict):
    """What is told of a ticket as it is filed, words already masked."""

    municipality: Municipality
    requester: Person | None
    channel: str
    subject: str
    phone: str
    impact: str
    urgency: str
    restriction: str
    keeper: Person | None


@transaction.atomic
def submit(
    *,
    municipality: Municipality,
    component: Component,
    subject: str,
    body: str,
    impact: str,
    urgency: str,
    by: Person | None = None,
    requester: Person | None = None,
    logged_by: Person | None = None,
    channel: str = Ticket.Channel.PORTAL,
    phone: str = "",
    attachments: Iterable[File] = (),
    token: str = "",
    at: datetime | None = None,
    named: str = "",
    mail_id: str = "",
    restriction: str = "",
) -> Ticket:
    """File a ticket, or return the one already filed with this token.

    `token` names one act of filing (a form that was rendered, a mail's Message-ID,
    an Idempotency-Key); it counts within the municipality, so nobody can ask for
    another's ticket with it. `at` is when it was told to us, if not just now.

    `by` is who files it: of the municipality. Where the desk files for somebody, `logged_by` does, and
    `requester` is who asked, if that is known: whoever is written to. `named` is who told it,
    when no account did; `mail_id` the Message-ID of the letter that told it. `restriction` is why only named
    people may see it: who files or asks, who logs it, else those who answer for the desk.
    """
    key = key_of(municipality, token)
    filing = Filing.objects.claim(key)
    if filing is None:
        return Ticket.objects.get(pk=Filing.objects.get(token=key).pk)

    readers = named_readers.at_first(filer=by or requester, logged_by=logged_by) if restriction else []
    queue, rule = placed(component, municipality, requester=by or requester, channel=channel, text=f"{subject} {body}")
    ticket = opened(
        filing,
        at or now(),
        municipality=municipality,
        component=component,
        queue=queue,
        requester=by or requester,
        channel=channel,
        subject=mask_identity_numbers(texts.line(subject)),
        phone=phone,
        impact=impact,
        urgency=urgency,
        restriction=restriction,
        keeper=readers[0] if readers else None,
    )
    message = put_on_file(
        ticket, mask_identity_numbers(body), by=by, logged_by=logged_by, named=named, mail_id=mail_id, readers=readers
    )
    attach(message, attachments)
    tell(ticket, rule, by=by or logged_by)
    return ticket


def tell(ticket: Ticket, rule: RuleTerms | None, *, by: Person | None) -> None:
    """What put it into its queue is remembered; the desk hears of a grave one, and whoever listens of each."""
    if rule:
        PlacedTicket.objects.create(ticket=ticket, rule_id=rule["pk"])
    if ticket.severity == Ticket.Severity.S1:
        occasions.became_s1(ticket, by=by)
    events.ticket_submitted.send(Ticket, ticket=ticket)


def opened(filing: int, at: datetime, *, component: Component, queue: Queue, **facts: Unpack[TicketFacts]) -> Ticket:
    """The ticket as it will be kept: numbered, graded, in its queue."""
    return Ticket(
        id=filing,
        number=number_of(filing, at),
        component=component,
        severity=severity.proposed(facts["impact"], facts["urgency"], component.tier),
        queue=queue,
        created_at=at,
        waiting_since=at,
        matched_at=at if facts["restriction"] else None,
        **facts,
    )


def put_on_file(
    ticket: Ticket,
    body: str,
    *,
    by: Person | None,
    logged_by: Person | None = None,
    named: str = "",
    mail_id: str = "",
    readers: Iterable[Person] = (),
) -> Message:
    """Ticket, first message, clocks, record, word to the desks and the letter, in as few statements as there can be.

    Of a restricted one only its `readers` hear, once they are named.
    """
    at = ticket.created_at
    clocks = ticket_clocks.start(ticket, at)
    message = Message(
        ticket=ticket,
        kind=Message.Kind.PUBLIC,
        side=Message.Side.THEM,
        author=by,
        author_name=named or ("" if by or not ticket.requester else ticket.requester.name),
        body=body,
        mail_id=mail_id or None,
        created_at=at,
    )
    facts = {"severity": ticket.severity, "component": ticket.component_id, "channel": ticket.channel}
    with rows.together():
        rows.add(ticket)
        rows.add(message)
        journal.record("ticket.submitted", ticket, by=by or logged_by, **facts)
        if not ticket.is_restricted:
            live.announce(audiences.DESK, "ticket", ticket.number, ticket.live_state())
            emails.received(ticket, commitments.of_clocks(clocks), answers=mail_id)
    index.write({ticket.pk: words_of(ticket, body, by)})
    if ticket.is_restricted:
        put_under_seal(ticket, readers, by=by or logged_by)
        emails.received(ticket, commitments.of_clocks(clocks), answers=mail_id)
    return message


def put_under_seal(ticket: Ticket, readers: Iterable[Person], *, by: Person | None) -> None:
    """It was filed restricted: name its readers, tell those of the desk, and start what the law gives."""
    named_readers.name_all(ticket, readers)
    law.start(ticket, since=ticket.created_at)
    journal.record("ticket.restricted", ticket, by=by, restriction=ticket.restriction)
    tell_readers(NoticeMatter.NAMED, ticket, named_readers.desk_among(readers), what="restricted", by=by)
    live_updates.queue_moved(ticket)


def words_of(ticket: Ticket, body: str, by: Person | None) -> list[str]:
    """What search finds of a ticket that was just filed, without reading it back."""
    texts = [ticket.municipality.full_name, by.name if by else "", body]
    return documents.words_in(head=f"{ticket.number} {ticket.subject}", texts=texts, notes=[])


def key_of(municipality: Municipality, token: str) -> str:
    """The token within its municipality, always short enough for its column."""
    if len(token) > LONGEST_TOKEN:
        token = hashlib.sha256(token.encode()).hexdigest()
    return f"{municipality.pk}:{token or uuid.uuid4()}"


def number_of(filing: int, at: datetime) -> str:
    """`DST-<year in Türkiye>-<at least six digits>`; gaps are allowed."""
    return f"DST-{at.astimezone(ISTANBUL).year}-{filing:06d}"


def placed(
    component: Component, municipality: Municipality, *, requester: Person | None, channel: str, text: str
) -> tuple[Queue, RuleTerms | None]:
    """The queue of the first rule that fits, and that rule; else the one that looks after this component for such
    a place, else the one that takes the rest."""
    traits = TicketTraits(
        component=component.pk,
        municipality_type=municipality.type,
        language=requester.language if requester else "",
        channel=channel,
        sender=requester.email if requester else "",
        text=text,
    )
    rule = routing.rule_for(traits)
    queue = routing.queue_of(rule)
    return (queue, rule) if queue else (Queue.objects.fitting(component, municipality)[0], None)


def queue_again(ticket: Ticket) -> Queue:
    """Where it would wait if it were filed now, as it is corrected; what put it there is remembered."""
    first = ticket.messages.filter(kind=Message.Kind.PUBLIC).order_by("pk").values_list("body", flat=True).first()
    text = f"{ticket.subject} {first or ''}"
    queue, rule = placed(
        ticket.component, ticket.municipality, requester=ticket.requester, channel=ticket.channel, text=text
    )
    if rule:
        PlacedTicket.objects.update_or_create(ticket=ticket, defaults={"rule_id": rule["pk"]})
    else:
        PlacedTicket.objects.filter(ticket=ticket).delete()
    return queue


def attach(message: Message, attachments: Iterable[File]) -> None:
    """Keep the files that came with a message; refused ones (`FileRefused`) keep the message out, too."""
    accepted_files = uploads.accept_all(attachments)
    for accepted in accepted_files:
        Attachment.objects.create(
            message=message,
            file=accepted.file,
            name=accepted.name,
            content_type=accepted.content_type,
            size=accepted.size,
        )
    if accepted_files:
        index.keep([message.ticket_id])
