"""The tray: letters that wait for somebody to say who wrote them, or lie aside. Nothing in it is thrown away."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Membership, Municipality, Person
from foundation.journal import journal
from foundation.wire.files import scanning
from helpdesk.mail import conversations, intake, sender_proof
from helpdesk.mail.intake import Judgement, Writer
from helpdesk.mail.parsing import parse
from helpdesk.models import KnownAddress, ReceivedLetter, Ticket
from helpdesk.models.letters import LetterReason, LetterState
from helpdesk.tickets.assignment import require_desk

# Addresses there say nothing about where somebody works.
EVERYBODYS = {
    *(
        "gmail.com",
        "hotmail.com",
        "outlook.com",
        "outlook.com.tr",
        "yandex.com",
        "yandex.com.tr",
        "yahoo.com",
        "icloud.com",
    ),
    *("live.com", "msn.com", "mynet.com", "windowslive.com", "me.com", "yandex.ru", "hs01.kep.tr"),
}
MOST_AT_ONCE = 200


class LetterMovedOn(Refusal):
    sentence = _("This letter has been dealt with in the meantime.")


class NotTheirPlace(Refusal):
    sentence = _("This person does not work for that municipality.")
    status = 422


def tie(
    letter: ReceivedLetter, *, to: Municipality, person: Person | None = None, restriction: str = "", by: Person
) -> list[Ticket]:
    """Say whose address it is, for good, and file everything that waits from it; returns the tickets, oldest first.

    Only the letter that was read becomes restricted, where it opens a ticket.
    """
    require_desk(by)
    if person is not None and (person.own_municipality is None or person.own_municipality.pk != to.pk):
        raise NotTheirPlace
    if letter.state == LetterState.FILED or not letter.sender:
        raise LetterMovedOn
    with transaction.atomic():
        facts = {"municipality": to, "person": person, "name": letter.sender_name, "tied_by": by}
        KnownAddress.objects.update_or_create(address=letter.sender, defaults=facts)
        writer = intake.writer_of(letter.sender)
        if writer.home is None:  # the address of an account, which counts before any tie
            raise LetterMovedOn
        journal.record("letter.tied", letter, by=by, municipality=to.code, person=person.pk if person else None)
    waiting = ReceivedLetter.objects.waiting().filter(sender=letter.sender).exclude(pk=letter.pk)
    together = sorted([letter, *waiting[:MOST_AT_ONCE]], key=lambda each: each.pk)
    sealed = replace(writer, restriction=restriction, filed_by=by)
    filed = [placed(each, sealed if each is letter else writer, by=by, insists=each is letter) for each in together]
    return [ticket for ticket in filed if ticket is not None]


def file(letter: ReceivedLetter, *, restriction: str = "", by: Person) -> Ticket:
    """Let a letter of the tray become words of a ticket after all. Raises `LetterMovedOn` where it cannot."""
    require_desk(by)
    writer = intake.writer_of(letter.sender)
    if letter.state == LetterState.FILED or writer.home is None:
        raise LetterMovedOn
    ticket = placed(letter, replace(writer, restriction=restriction, filed_by=by), by=by, insists=True)
    if ticket is None:
        raise LetterMovedOn
    return ticket


def placed(letter: ReceivedLetter, writer: Writer, *, by: Person, insists: bool) -> Ticket | None:
    """Its words in a ticket, or None: thanks that nobody insists on lie beside theirs."""
    with letter.original.open("rb") as original:
        read = intake.readable(parse(original.read()))
    scanning.ask_later(read.files)
    verified = sender_proof.Verified(letter.proof, letter.proof_words)
    judged = Judgement(LetterState.FILED, LetterReason.NONE, verified)
    named = conversations.named_by(read)
    ticket = conversations.open_to(named, writer.person, writer.home)
    return intake.place(read, writer, ticket, letter.mail_id, judged, by=by, insists=insists)


@transaction.atomic
def put_aside(letter: ReceivedLetter, *, by: Person) -> None:
    """Not for us (advertising, a wrong address): it stays readable, and nobody is asked again."""
    require_desk(by)
    waiting = ReceivedLetter.objects.filter(pk=letter.pk, state__in=(LetterState.WAITING, LetterState.BROKEN))
    if not waiting.update(state=LetterState.ASIDE, reason=LetterReason.NOT_FOR_US):
        raise LetterMovedOn
    journal.record("letter.put_aside", letter, by=by)


def guesses(addresses: Iterable[str]) -> dict[str, Municipality]:
    """The municipality of each address, by colleagues who write from the same domain; one query."""
    domains = {address.rpartition("@")[2] for address in addresses} - EVERYBODYS - {""}
    if not domains:
        return {}
    suffixes = "|".join(sorted(domain.replace(".", r"\.") for domain in domains))
    held = Membership.objects.current().filter(person__email__iregex=rf"@({suffixes})$", municipality__isnull=False)
    by_domain: dict[str, set[Municipality]] = {}
    for membership in held.select_related("person", "municipality"):
        if membership.municipality is not None:
            by_domain.setdefault(membership.person.email.rpartition("@")[2], set()).add(membership.municipality)
    return {domain: next(iter(places)) for domain, places in by_domain.items() if len(places) == 1}
