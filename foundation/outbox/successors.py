"""Whoever should be told and cannot be is followed by the next, and the page says it.

Every kind of letter, by the beginning of its batch's key, is registered here: with a function that names
who hears it next, or with the reason why nobody else may. What came back, was never sent because
its address is closed, or outlived its time goes to the next address in the same words.

    @successors.register("message:")
    def readers_of_a_reply(key: str, reference: str) -> Iterable[Person]: ...

    successors.nobody_else("invitation:", "its link opens an account")
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeGuard

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext

from foundation.directory.models import Person
from foundation.outbox import outbox
from foundation.outbox.events import message_moved
from foundation.outbox.models import OutboxMessage, Suppression
from foundation.outbox.models.message import Channel

NextReaders = Callable[[str, str], Iterable[Person]]
State = OutboxMessage.State
UNHEARD = (State.FAILED, State.SUPPRESSED, State.EXPIRED)
MOST_READ = 200  # of what was sent lately to the addresses of one page
NEXT = "|next:"  # between the key of a letter and the place of whoever hears it instead

_next: dict[str, NextReaders] = {}
_alone: dict[str, str] = {}


def register(prefix: str) -> Callable[[NextReaders], NextReaders]:
    """`readers(key, reference)` of letters whose key begins like this, in the order in which they are tried."""

    def keep(readers: NextReaders) -> NextReaders:
        _next[prefix] = readers
        return readers

    return keep


def nobody_else(prefix: str, why: str) -> None:
    """These letters are for their addressee alone."""
    _alone[prefix] = why


def known() -> dict[str, str]:
    """Every kind of letter, and why nobody hears it next; "" where somebody does."""
    return dict.fromkeys(_next, "") | _alone


def readers_after(key: str, reference: str) -> list[Person]:
    for prefix, readers in _next.items():
        if key.startswith(prefix):
            return [person for person in readers(key, reference) if can_hear(person)]
    return []


def can_hear(person: Person | None) -> TypeGuard[Person]:
    """Whether a letter to this person has anywhere to go, and somebody who may still act on it."""
    return person is not None and person.is_active and bool(person.email)


def first_to_hear(*groups: Iterable[Person | None]) -> list[Person]:
    """Of the first group in which anybody can hear, those who can."""
    for group in groups:
        if able := [person for person in group if can_hear(person)]:
            return able
    return []


@receiver(message_moved)
def follow(sender: type, state: str, message_ids: list[int], **kwargs: object) -> None:
    """In the transaction that wrote down that it was not heard."""
    if state in UNHEARD:
        letters = OutboxMessage.objects.filter(pk__in=message_ids, channel=Channel.EMAIL, is_sealed=False)
        for letter in letters.select_related("batch"):
            pass_on(letter.batch.key, letter)


@transaction.atomic
def pass_on(key: str, letter: OutboxMessage) -> bool:
    """The same words to the next address that was not tried yet; False if there is none."""
    root = key.split(NEXT)[0]
    people = readers_after(root, letter.reference)
    have_it = letter.batch.messages.values_list("address", flat=True)
    tried = {letter.address, *tried_instead(root), *(have_it if key == root else ())}
    following = next((person for person in people if person.email not in tried), None)
    if following is None:
        return False
    again = f"{root}{NEXT}{following.pk}"
    outbox.email(
        again,
        following.email,
        letter.subject,
        letter.text,
        lane=letter.lane,
        reference=letter.reference,
        thread=letter.thread,
        answers=letter.answers,
    )
    return True


def tried_instead(root: str) -> list[str]:
    return list(OutboxMessage.objects.filter(batch__key__startswith=root + NEXT).values_list("address", flat=True))


@dataclass(frozen=True)
class Unheard:
    """A letter that did not arrive, and who hears it instead."""

    address: str
    instead: str

    @property
    def sentence(self) -> str:
        if self.instead:
            text = gettext("Our letter did not reach %(address)s; it went to %(instead)s instead.")
            return text % {"address": self.address, "instead": self.instead}
        return gettext("Our letter did not reach %(address)s, and nobody else hears it.") % {"address": self.address}


def unheard(*roots: str) -> list[Unheard]:
    """What came back of the letters with these keys; one query, for the page they are about."""
    rows = OutboxMessage.objects.filter(batch__key__in=roots).values_list("batch__key", "address", "state")
    lost = [(key, address) for key, address, state in rows if state in UNHEARD]
    return [Unheard(address, stands_instead(key)) for key, address in lost]


def stands_instead(root: str) -> str:
    """The address that has, or will have, the letter in place of its first reader; "" when nobody has."""
    tries = OutboxMessage.objects.filter(batch__key__startswith=root + NEXT).exclude(state__in=UNHEARD)
    return tries.values_list("address", flat=True).last() or ""


def closed(channel: str, addresses: Iterable[str]) -> dict[str, str]:
    """Addresses at which nothing arrives now, and why in a sentence: closed, or what we sent there last came back."""
    wanted = list(addresses)
    reasons = Suppression.objects.filter(channel=channel, address__in=wanted).values_list("address", "reason")
    found = {address: because(reason) for address, reason in reasons}
    sent = OutboxMessage.objects.filter(channel=channel, address__in=wanted, posted_at__isnull=False)
    latest = dict(sent.order_by("-posted_at").values_list("address", "state")[:MOST_READ][::-1])
    back = gettext("What we sent there last came back.")
    return {address: back for address, state in latest.items() if state == State.FAILED} | found


def because(reason: str) -> str:
    return gettext("Nothing is sent there: %(reason)s.") % {"reason": Suppression.Reason(reason).label}
