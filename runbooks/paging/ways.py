"""How a person is reached on duty: their ways, proved by a code, in their order, tried when they like.

Who has proved none is reached at the telephone and e-mail address of their account, so
that a house without any set-up calls somebody; the page of reachability says so.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import phone_numbers, texts
from foundation.outbox import outbox
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, OutboxMessage, Suppression
from foundation.outbox.models.message import Channel
from runbooks.models import ContactWay

Kind = ContactWay.Kind
VALID_FOR = timedelta(minutes=15)
ONE_A_MINUTE = timedelta(minutes=1)
MOST_TRIES = 5
MOST_WAYS = 8
ENOUGH = 2  # verified ways without which a person is warned of
CLOSED = (Suppression.Reason.INVALID, Suppression.Reason.LANDLINE)  # "Dur" never silences a duty call


class NotANumber(Refusal):
    status = 422
    sentence = _("This is not a telephone number of this country. An example: 0532 123 45 67.")


class LandLine(Refusal):
    status = 422
    sentence = _("This is a land line, which cannot receive SMS. Please give a mobile number, or list it for calls.")


class NotALetterbox(Refusal):
    status = 422
    sentence = _("This is not an e-mail address.")


class WayIsListed(Refusal):
    sentence = _("This way is already listed.")


class TooManyWays(Refusal):
    sentence = _("Eight ways are enough. Please remove one first.")


class WayCodeWrong(Refusal):
    status = 422
    sentence = _("The code is wrong or too old. Please check it, or ask for a new one.")


class WayJustTried(Refusal):
    status = 429
    sentence = _("Something was sent there a moment ago. Please wait a minute.")


class NoSuchWayAct(Refusal):
    status = 422
    sentence = _("This is not one of the choices.")


@dataclass(frozen=True)
class Reach:
    """One usable way of a person."""

    kind: str
    address: str
    is_verified: bool


@dataclass(frozen=True)
class WayRow:
    """One way as its owner's page shows it, with how the last trial went."""

    way: ContactWay
    test: OutboxMessage | None
    sent_at: datetime | None

    @property
    def took(self) -> float | None:
        """Seconds from the trial to the latest word of the gateway; None while it has said nothing."""
        done = (OutboxMessage.State.SUBMITTED, OutboxMessage.State.DELIVERED, OutboxMessage.State.UNCONFIRMED)
        if self.test is None or self.sent_at is None or self.test.state not in done:
            return None
        return max(0.0, (self.test.moved_at - self.sent_at).total_seconds())

    @property
    def has_failed(self) -> bool:
        over = (OutboxMessage.State.FAILED, OutboxMessage.State.SUPPRESSED, OutboxMessage.State.EXPIRED)
        return self.test is not None and self.test.state in over


def can_leave(kind: str) -> bool:
    """Whether this house has a channel for this kind of way."""
    return kind in Channel.values


def usable(people: Iterable[Person]) -> dict[int, list[Reach]]:
    """The ways of each person in their order, without those known to reach nobody. Two queries."""
    wanted = {person.pk: person for person in people}
    proved: dict[int, list[Reach]] = defaultdict(list)
    for way in ContactWay.objects.verified().filter(person__in=wanted):
        proved[way.person_id].append(Reach(way.kind, way.address, True))
    found = {pk: proved[pk] or list(_of_account(person)) for pk, person in wanted.items()}
    addresses = [reach.address for ways in found.values() for reach in ways]
    closed = set(
        Suppression.objects.filter(channel="sms", address__in=addresses, reason__in=CLOSED).values_list(
            "address", flat=True
        )
    )
    return {
        pk: [way for way in ways if way.kind != Kind.SMS or way.address not in closed] for pk, ways in found.items()
    }


def _of_account(person: Person) -> Iterable[Reach]:
    number = phone_numbers.read(str(person.phone or ""))
    if number.kind == "mobile":
        yield Reach(Kind.SMS, number.address, False)
    if person.email:
        yield Reach(Kind.EMAIL, person.email, False)


def chosen(ways: list[Reach], kinds: Iterable[str]) -> list[Reach]:
    """Of a person's ways those a step asks for, one a kind; their first where they have none of these.

    A number for SMS can be rung, too.
    """
    found = []
    for kind in kinds:
        if not can_leave(kind):
            continue
        same = next((way for way in ways if way.kind == kind), None)
        if same is None and kind == Kind.VOICE:
            mobile = next((way for way in ways if way.kind == Kind.SMS), None)
            same = Reach(Kind.VOICE, mobile.address, mobile.is_verified) if mobile else None
        if same:
            found.append(same)
    return found or [way for way in ways if can_leave(way.kind)][:1]


def listed(person: Person) -> list[WayRow]:
    """One's own ways with their last trial; two queries."""
    own = list(ContactWay.objects.visible_to(person).select_related("test_batch"))
    batches = [way.test_batch_id for way in own if way.test_batch_id]
    sent = {message.batch_id: message for message in OutboxMessage.objects.filter(batch__in=batches)}
    return [_row(way, sent.get(way.test_batch_id or 0)) for way in own]


def _row(way: ContactWay, test: OutboxMessage | None) -> WayRow:
    return WayRow(way, test, way.test_batch.released_at if way.test_batch else None)


def unready(people: Iterable[Person]) -> dict[int, int]:
    """People with fewer than two verified ways: how many they have."""
    wanted = [person.pk for person in people]
    counted: dict[int, int] = dict.fromkeys(wanted, 0)
    for pk in ContactWay.objects.verified().filter(person__in=wanted).values_list("person_id", flat=True):
        counted[pk] += 1
    return {pk: number for pk, number in counted.items() if number < ENOUGH}


@transaction.atomic
def add(person: Person, *, kind: str, address: str) -> ContactWay:
    """List a way of one's own, last in order, and send a code there."""
    address = _judged(kind, address)
    own = ContactWay.objects.select_for_update().filter(person=person)
    if own.count() >= MOST_WAYS:
        raise TooManyWays
    last = own.aggregate(last=Max("place"))["last"]
    place = 0 if last is None else last + 1
    way, is_new = ContactWay.objects.get_or_create(person=person, kind=kind, address=address, defaults={"place": place})
    if not is_new:
        raise WayIsListed
    journal.record("way.listed", way, by=person, way=kind)
    send_code(way)
    return way


def _judged(kind: str, address: str) -> str:
    """The address as it is kept. Refused with the reason why it cannot be one."""
    address = texts.line(address)
    if kind == Kind.EMAIL:
        name, at, host = address.partition("@")
        if not (name and at and "." in host) or " " in address or len(address) > 254:
            raise NotALetterbox
        return address.lower()
    number = phone_numbers.read(address)
    if number.kind == "invalid":
        raise NotANumber
    if number.kind == "landline" and kind == Kind.SMS:
        raise LandLine
    return number.address


@transaction.atomic
def send_code(way: ContactWay) -> None:
    """Send a fresh code; the one before no longer counts. At most one a minute."""
    at, code = now(), f"{secrets.randbelow(10_000):04}"
    fresh = ContactWay.objects.filter(pk=way.pk, code_expires_at__gt=at + VALID_FOR - ONE_A_MINUTE)
    if fresh.exists():
        raise WayJustTried
    ContactWay.objects.filter(pk=way.pk).update(
        code_digest=_digest(way, code), code_expires_at=at + VALID_FOR, code_tries=0
    )
    text = gettext("Nöbet: the code for this way is %(code)s. It is valid for 15 minutes.") % {"code": code}
    _send(way, f"way-code:{way.pk}:{at.timestamp()}", gettext("Your code for Nöbet"), text)


def verify(way: ContactWay, code: str) -> None:
    """The code came back: duty calls go there. Five tries a code, counted before they are judged."""
    waiting = ContactWay.objects.filter(pk=way.pk, code_expires_at__gt=now(), code_tries__lt=MOST_TRIES)
    counted = waiting.update(code_tries=F("code_tries") + 1)
    way.refresh_from_db()
    if not counted or not constant_time_compare(way.code_digest, _digest(way, texts.line(code))):
        raise WayCodeWrong
    with transaction.atomic():
        ContactWay.objects.filter(pk=way.pk).update(verified_at=now(), code_digest="", code_expires_at=None)
        journal.record("way.verified", way, by=way.person, way=way.kind)


@transaction.atomic
def try_now(way: ContactWay) -> None:
    """Send a trial there, as a page would leave; its delay is shown beside the way. At most one a minute."""
    at = now()
    claimed = ContactWay.objects.filter(pk=way.pk).exclude(tested_at__gt=at - ONE_A_MINUTE).update(tested_at=at)
    if not claimed:
        raise WayJustTried
    text = gettext("NÖBET: this is the trial you asked for at %(time)s. Nothing has happened.") % {
        "time": f"{at.astimezone():%H.%M.%S}"
    }
    batch = _send(way, f"way-test:{way.pk}:{at.timestamp()}", gettext("Nöbet: a trial"), text)
    ContactWay.objects.filter(pk=way.pk).update(test_batch=batch)
    journal.record("way.tried", way, by=way.person, way=way.kind)


@transaction.atomic
def raise_up(way: ContactWay) -> None:
    """One place earlier in one's own order."""
    own = list(ContactWay.objects.select_for_update().filter(person=way.person).order_by("place", "pk"))
    at = next((place for place, other in enumerate(own) if other.pk == way.pk), 0)
    if at:
        own[at - 1], own[at] = own[at], own[at - 1]
    for place, other in enumerate(own):
        ContactWay.objects.filter(pk=other.pk).update(place=place)
    journal.record("way.moved", way, by=way.person)


@transaction.atomic
def remove(way: ContactWay) -> None:
    journal.record("way.removed", way, by=way.person, way=way.kind)
    way.delete()


def forget(person: Person) -> None:
    """A revoked person is called no more, in the caller's transaction."""
    ContactWay.objects.filter(person=person).delete()


def _send(way: ContactWay, key: str, subject: str, text: str) -> Batch:
    at = now()
    batch = outbox.open_batch(key, lane=Lane.LIFE_SAFETY, expires_at=at + VALID_FOR, urgent=True)
    if can_leave(way.kind):
        outbox.add(batch, way.kind, [outbox.Addressee(way.address, text, subject=subject)], for_duty=True)
    outbox.release(batch)
    return batch


def _digest(way: ContactWay, code: str) -> str:
    return salted_hmac("nobet.way", f"{way.pk}:{code}", algorithm="sha256").hexdigest()
