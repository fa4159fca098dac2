"""One letter, one verb. It is kept first; then its words go to a ticket, or to the tray with the reason why not.

The same letter again changes nothing. Whose it is, is said by the address on an account or by a tie made at the
desk, as far as our receiving server does not call it forged; what it is about, by the conversation it names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.models import Component, Municipality, Person
from foundation.journal import journal
from foundation.language import texts
from foundation.outbox import outbox
from foundation.wire.files import draft_uploads, uploads
from foundation.wire.redaction import mask_identity_numbers
from helpdesk import tickets
from helpdesk.mail import auto_replies, bounces, conversations, copies, quotes, sender_proof
from helpdesk.mail.parsing import Letter, digest
from helpdesk.models import KnownAddress, Message, ReceivedLetter, Ticket
from helpdesk.models.letters import LetterReason, LetterState, SenderProof
from helpdesk.tickets.forms import UNKNOWN_MODULE
from helpdesk.tickets.intake import attach
from helpdesk.tickets.resolution import REOPEN_WINDOW

LONGEST_SUBJECT = 160
LONGEST_KEY = 255
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Writer:
    """Whose words they are: a person, or somebody of a municipality who has no account.

    `restriction` is what somebody of the desk, `filed_by`, sees in them as they take them from the tray.
    """

    person: Person | None
    home: Municipality | None
    name: str = ""
    restriction: str = ""
    filed_by: Person | None = None


def deliver(letter: Letter) -> Ticket | None:
    """Keep it, and file it or add it to its ticket; None for what waits in the tray or lies beside a ticket."""
    letter = readable(letter)
    key = key_of(letter)
    kept = ReceivedLetter.objects.filter(mail_id=key).select_related("ticket").first()
    if kept:
        return kept.ticket
    writer = writer_of(letter.sender)
    named = conversations.named_by(letter)
    judged = judge(letter, writer, named)
    if judged.reason:
        return put_away(letter, key, judged, named.ticket)
    return place(letter, writer, conversations.open_to(named, writer.person, writer.home), key, judged)


def readable(letter: Letter) -> Letter:
    return replace(letter, subject=texts.line(letter.subject), text=texts.paragraphs(letter.text))


def key_of(letter: Letter) -> str:
    """Its Message-ID; with a digest where a program used one Message-ID for different words."""
    key = letter.message_id[:LONGEST_KEY]
    kept = ReceivedLetter.objects.filter(mail_id=key).values_list("text", "subject").first()
    if kept is None or kept == (mask_identity_numbers(letter.text), letter.subject[:200]):
        return key
    return f"{key[: LONGEST_KEY - 20]}#{digest(f'{letter.subject}|{letter.text}'.encode())[:16]}"


def writer_of(address: str) -> Writer:
    address = address.strip().lower()
    person = Person.objects.filter(email=address, is_active=True).first()
    if person:
        return Writer(person, person.own_municipality, person.name)
    tied = KnownAddress.objects.filter(address=address).select_related("person", "municipality").first()
    if tied is None or (tied.person and not tied.person.is_active):
        return Writer(None, None)
    return Writer(tied.person, tied.municipality, tied.name or address)


@dataclass(frozen=True)
class Judgement:
    """What is known of a letter before its words are looked at; no `reason`: it goes to a ticket."""

    state: str
    reason: str
    verified: sender_proof.Verified


def judge(letter: Letter, writer: Writer, named: conversations.NamedTicket) -> Judgement:
    verified = sender_proof.verified(letter.order, letter.sender, settings.MAIL_AUTHSERV_ID)
    if "\n" in letter.headers.get("from", ""):
        verified = replace(verified, proof=SenderProof.FORGED)
    automatic = auto_replies.reason_to_ignore(
        letter.headers, letter.sender, letter.subject, conversations.own_addresses()
    )
    if automatic:
        return Judgement(LetterState.ASIDE, automatic, verified)
    if is_over_the_cap(letter.sender):
        return Judgement(LetterState.ASIDE, LetterReason.CAP, verified)
    reason = why_not(writer, named, verified.proof)
    return Judgement(LetterState.WAITING if reason else LetterState.FILED, reason, verified)


def why_not(writer: Writer, named: conversations.NamedTicket, proof: str) -> str:
    """Why this person's words cannot simply go to a ticket.

    Words of the desk reach a municipality, so they need more than a name in From: our server's proof, or, where none
    is set up, an answer to a letter of ours that we signed for the conversation.
    """
    if proof == SenderProof.FORGED:
        return LetterReason.FORGED
    if writer.person is None and writer.home is None:
        return LetterReason.UNKNOWN
    if writer.home is not None:
        return LetterReason.NONE
    if writer.person is None or not writer.person.works_at_the_desk or named.ticket is None:
        return LetterReason.NO_PLACE
    if proof != SenderProof.PROVEN and (settings.MAIL_AUTHSERV_ID or not named.is_signed):
        return LetterReason.UNPROVEN
    return LetterReason.NONE if named.ticket.is_open else LetterReason.TOO_LATE


def is_over_the_cap(sender: str) -> bool:
    lately = ReceivedLetter.objects.filter(sender=sender[:254], received_at__gt=now() - HOUR)
    return lately.count() >= settings.LETTERS_OF_A_SENDER


@transaction.atomic
def put_away(letter: Letter, key: str, judged: Judgement, ticket: Ticket | None) -> None:
    """Keep it in the tray, beside its ticket if it names one; answer a stranger, mark what came back."""
    if judged.reason == LetterReason.BOUNCE and (report := bounces.report_of(letter)):
        bounces.mark(report)
        ticket = conversations.ticket_of(report.thread) or ticket
    lain = ReceivedLetter.objects.unfiled().filter(mail_id=key)
    if lain.update(state=judged.state, reason=judged.reason, ticket=ticket):
        return
    kept = keep(letter, key, judged, ticket=ticket)
    if judged.reason == LetterReason.UNKNOWN:
        answer_stranger(kept)


def keep(
    letter: Letter, key: str, judged: Judgement, *, ticket: Ticket | None, message: Message | None = None
) -> ReceivedLetter:
    original = letter.raw or letter.text.encode()
    return ReceivedLetter.objects.create(
        mail_id=key,
        sender=letter.sender.strip().lower()[:254],
        sender_name=texts.line(letter.sender_name)[:120],
        copies="\n".join(letter.addresses("cc"))[:4000],
        subject=letter.subject[:200],
        text=mask_identity_numbers(letter.text),
        page=letter.page,
        original=ContentFile(original, name="mektup.eml"),
        size=len(original),
        proof=judged.verified.proof,
        proof_words=judged.verified.words,
        state=judged.state,
        reason=judged.reason,
        ticket=ticket,
        message=message,
    )


def place(
    letter: Letter,
    writer: Writer,
    ticket: Ticket | None,
    key: str,
    judged: Judgement,
    *,
    by: Person | None = None,
    insists: bool = False,
) -> Ticket | None:
    """Its words become a new ticket or a reply. Speaks to the malware scanner before anything is locked.

    `by` is who takes it from the tray, if somebody does; who `insists` means it although it only thanks.
    """
    files = [accepted.file for accepted in draft_uploads.acceptable(letter.files)][: uploads.MOST]
    if ticket is not None and not takes_words(ticket):
        ticket = None
    known = conversations.said_in(ticket) if ticket else None
    body = letter.text if known is None else quotes.written(letter.text, known)
    only_thanks = ticket is not None and not ticket.is_open and not files and quotes.only_thanks(body, (writer.name,))
    if only_thanks and not insists:
        aside = replace(judged, state=LetterState.ASIDE, reason=LetterReason.THANKS)
        return put_away(letter, key, aside, ticket)
    said = replace(letter, text=with_remarks(body, letter, len(files)), files=files)
    return settle(letter, said, writer, ticket, key, judged, by)


def takes_words(ticket: Ticket) -> bool:
    """Open, or ended so lately that a word opens it again; a new ticket takes the words else."""
    if ticket.ended_at is None:
        return True
    return ticket.status != Ticket.Status.WITHDRAWN and now() - ticket.ended_at <= REOPEN_WINDOW


@transaction.atomic
def settle(
    letter: Letter,
    said: Letter,
    writer: Writer,
    ticket: Ticket | None,
    key: str,
    judged: Judgement,
    by: Person | None,
) -> Ticket:
    lain = ReceivedLetter.objects.filter(mail_id=key)
    # Two who press at the same moment: the second finds it filed.
    if by is not None and (kept := lain.select_for_update().get()).ticket and kept.state == LetterState.FILED:
        return kept.ticket
    ticket = file_once(writer, said, key) if ticket is None else speak(ticket, writer, said, key)
    message = Message.objects.filter(ticket=ticket, mail_id=key).first()
    if not lain.update(state=LetterState.FILED, reason=LetterReason.NONE, ticket=ticket, message=message):
        keep(letter, key, judged, ticket=ticket, message=message)
    if by is not None:
        journal.record("letter.filed", lain.get(), by=by, ticket=ticket.number)
    copies.follow(ticket, letter, by=writer.person)
    return ticket


def speak(ticket: Ticket, writer: Writer, said: Letter, key: str) -> Ticket:
    """A reply, or "it is still broken here" after the end."""
    body, by = said.text or said.subject or "—", writer.person
    named = "" if by else writer.name
    if ticket.is_open:
        heard = copies.in_copy(said)
        message = tickets.reply(ticket, by=by, body=body, named=named, heard=heard)
    else:
        tickets.reopen(ticket, by=by, reason=body, named=named)
        message = Message.objects.filter(ticket=ticket).latest("pk")
    Message.objects.filter(pk=message.pk).update(mail_id=key)
    attach(message, said.files)
    return ticket


def file_once(writer: Writer, said: Letter, key: str) -> Ticket:
    """A new ticket without a module yet; the desk grades and routes it."""
    assert writer.home is not None, "judged before"
    subject = conversations.NUMBER.sub("", said.subject).replace("[]", "").strip() or said.text[:80]
    with translation.override("tr"):
        subject = subject or _("(no subject)")
    return tickets.submit(
        municipality=writer.home,
        component=Component.objects.get(pk=UNKNOWN_MODULE),
        subject=texts.line(subject)[:LONGEST_SUBJECT],
        body=said.text or subject,
        impact=Ticket.Impact.FEW,
        urgency=Ticket.Urgency.HINDERED,
        by=writer.person,
        logged_by=writer.filed_by,
        restriction=writer.restriction,
        channel=Ticket.Channel.EMAIL,
        attachments=said.files,
        token=f"mail:{key}",
        named="" if writer.person else writer.name,
        mail_id=key,
    )


def with_remarks(body: str, letter: Letter, taken: int) -> str:
    """What the writer wrote, and a word about what of the letter the ticket does not show."""
    with translation.override("tr"):
        remarks: Sequence[str] = [str(remark) for remark in letter.remarks]
        if letter.is_cut or taken < len(letter.files):
            remarks = [*remarks, _("Some files of this letter could not be taken. Please add them in the portal.")]
        if len(body) > quotes.LONGEST:
            body, remarks = (
                body[: quotes.LONGEST],
                [*remarks, _("The letter goes on; all of it stands in its original.")],
            )
    return "\n\n".join(part for part in (body, *(f"[{remark}]" for remark in remarks)) if part)


def answer_stranger(kept: ReceivedLetter) -> None:
    """Once a day and address: that the letter is kept, and how to be heard."""
    day = now().date().isoformat()
    with translation.override("tr"):
        subject = _("Your letter has arrived; we do not know your address yet")
        text = _(
            "Hello,\n\nyour letter “%(subject)s” has arrived and is kept. We do not know yet for which municipality "
            "you write; somebody at the desk will look.\n\nYou are heard at once if you write from the address of your "
            "account, or open a ticket here: %(page)s\n\nIf you have no account, please ask the administrator of your "
            "municipality to invite you, and name your municipality in an answer to this letter."
        ) % {"subject": kept.subject or "—", "page": f"{settings.PUBLIC_BASE_URL}/tickets/new/"}
    asked = digest(kept.sender.encode())[:24]
    outbox.email(f"stranger:{asked}:{day}", kept.sender, subject, text, answers=kept.mail_id)
