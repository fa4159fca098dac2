""" "Seen": by code, by answer, by keys on a call, on the telephone, or implied; who is silent stays on a list.

Implied means that somebody of the municipality came to us after the message had left:
signed in, opened a ticket, or brought a machine back that had been silent.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.language import phone_numbers
from foundation.live import audiences, live
from monitoring.models import Check, Transition
from runbooks.models import Acknowledgement, Broadcast, Recipient

GOOD_FOR = timedelta(days=2)  # how long a code can be typed after approval
Via = Acknowledgement.Via
_CODE = re.compile(r"\b[0-9]{4,6}\b")


class NoSuchCode(Refusal):
    sentence = _("We have sent no message with this code to your municipality.")
    status = 404


class ForMunicipalities(Refusal):
    sentence = _("Codes are typed by people of a municipality.")
    status = 403


class AnotherCode(Refusal):
    sentence = _("That is not the code of this message. Please ask again.")
    status = 422


def last_drills(keys: Iterable[int] | None) -> dict[int, datetime]:
    """When each of these municipalities, or of all, confirmed a drill last."""
    confirmed = Acknowledgement.objects.filter(broadcast__is_drill=True)
    confirmed = confirmed if keys is None else confirmed.filter(municipality__in=keys)
    return dict(confirmed.order_by().values_list("municipality").annotate(last=Max("at")))


@dataclass(frozen=True)
class Heard:
    """How many recipients and municipalities answered, each counted by itself.

    `ways` are municipalities by how they answered; one may have answered in several.
    """

    acknowledged: int
    silent: int
    silent_municipalities: int
    ways: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return self.acknowledged + self.silent


@transaction.atomic
def acknowledge(code: str, *, by: Person) -> Broadcast:
    """Say "seen" for one's own municipality; a second time changes nothing.

    The person's own line in the list is marked as well, found by contact or by
    telephone number. Refuses a code that was not sent to this municipality.
    """
    municipality = by.own_municipality
    if municipality is None:
        raise ForMunicipalities
    to_us = Recipient.objects.included().filter(broadcast=OuterRef("pk"), municipality=municipality)
    sent = Broadcast.objects.filter(Exists(to_us), code=code.strip(), approved_at__gt=now() - GOOD_FOR)
    broadcast = sent.order_by("-approved_at").first()
    if broadcast is None:
        raise NoSuchCode
    mark(broadcast, municipality, person=by, via=Via.CODE)
    return broadcast


@transaction.atomic(savepoint=False)
def imply(person: Person, via: str) -> None:
    """Somebody of a municipality came to us: they are taken to have seen what was sent there."""
    municipality = person.own_municipality
    if municipality is None or not _sent_lately().exists():  # asked at every filing, and seldom true
        return
    for broadcast in _waiting_for(municipality).exclude(acknowledgements__person=person):
        mark(broadcast, municipality, person=person, via=via)


@transaction.atomic
def hear_reply(address: str, text: str) -> None:
    """An answer on a two-way route: the code from the very number it was sent to counts like the portal."""
    for code in set(_CODE.findall(text)):
        _hear_code(address, code, Via.REPLY)


@transaction.atomic
def hear_keys(address: str, code: str) -> Broadcast | None:
    """The code keyed on a call from the very number it was sent to.

    Returns the message it belongs to, the newest of several, or None. Keying it again
    gives the same answer and changes nothing.
    """
    return _hear_code(address, code, Via.KEYED)


def is_a_reply(address: str, text: str) -> bool:
    """Whether a text holds the code of a message that went to this number; changes nothing."""
    codes = set(_CODE.findall(text))
    return bool(codes) and _sent_to(address, codes).exists()


def _sent_to(address: str, codes: Iterable[str]) -> QuerySet[Recipient]:
    return Recipient.objects.included().filter(
        address=phone_numbers.read(address).address,
        broadcast__code__in=codes,
        broadcast__status__in=Broadcast.RELEASED,
        broadcast__approved_at__gt=now() - GOOD_FOR,
        municipality__isnull=False,
    )


def _hear_code(address: str, code: str, via: str) -> Broadcast | None:
    rows = _sent_to(address, [code])
    recipients = list(rows.select_related("broadcast", "municipality").order_by("-broadcast__approved_at"))
    for row in recipients:
        if row.municipality and Recipient.objects.silent().filter(pk=row.pk).update(acknowledged_at=now()):
            mark(row.broadcast, row.municipality, person=None, via=via)
    return recipients[0].broadcast if recipients else None


def hear_machines() -> int:
    """Municipalities whose silent machine reported again after a message had left; returns how many were new."""
    heard = 0
    for broadcast in _sent_lately():
        back = Transition.objects.filter(
            check_of__kind=Check.Kind.HEARTBEAT, new=Check.Verdict.UP, at__gt=broadcast.approved_at
        ).exclude(old=Check.Verdict.UNKNOWN)
        for municipality in silent_municipalities(broadcast).filter(pk__in=back.values("check_of__node__municipality")):
            with transaction.atomic():
                mark(broadcast, municipality, person=None, via=Via.HEARTBEAT)
            heard += 1
    return heard


def _sent_lately() -> QuerySet[Broadcast]:
    return Broadcast.objects.filter(status__in=Broadcast.RELEASED, approved_at__gt=now() - GOOD_FOR)


def _waiting_for(municipality: Municipality) -> QuerySet[Broadcast]:
    to_us = Recipient.objects.included().filter(broadcast=OuterRef("pk"), municipality=municipality)
    return _sent_lately().filter(Exists(to_us))


def mark(broadcast: Broadcast, municipality: Municipality, *, person: Person | None, via: str) -> None:
    """Write the acknowledgement down, in the caller's transaction; the first word of a person counts."""
    _row, is_new = Acknowledgement.objects.get_or_create(
        broadcast=broadcast, municipality=municipality, person=person, defaults={"via": via}
    )
    if not is_new:
        return
    if person is not None:
        own = Q(contact__person=person)
        if person.phone:
            own |= Q(address=phone_numbers.read(str(person.phone)).address)
        broadcast.recipients.silent().filter(own, municipality=municipality).update(acknowledged_at=now())
    journal.record("broadcast.acknowledged", broadcast, by=person, municipality=municipality.code, via=via)
    live.announce(audiences.broadcast(broadcast.pk), "heard", broadcast.pk, {"municipality": municipality.code})


@transaction.atomic
def note_call(broadcast: Broadcast, recipient: Recipient, *, by: Person, code: str = "") -> None:
    """Someone of the watch reached a silent recipient on the telephone.

    A `code` that was read out has to be that of the message; without one, the caller's word counts.
    """
    if code.strip() and code.strip() != broadcast.code:
        raise AnotherCode
    if not broadcast.recipients.silent().filter(pk=recipient.pk).update(acknowledged_at=now()):
        return
    if recipient.municipality_id:
        Acknowledgement.objects.get_or_create(
            broadcast=broadcast, municipality_id=recipient.municipality_id, person=by, defaults={"via": Via.CALL}
        )
    journal.record("broadcast.called", broadcast, by=by, recipient=recipient.pk, keyed=bool(code.strip()))
    live.announce(audiences.broadcast(broadcast.pk), "heard", broadcast.pk, {"recipient": recipient.pk})


def heard(broadcast: Broadcast) -> Heard:
    included = broadcast.recipients.included()
    counted = included.aggregate(
        acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        silent=Count("pk", filter=Q(acknowledged_at=None)),
    )
    answers = broadcast.acknowledgements.order_by().values_list("via")
    numbers = dict(answers.annotate(places=Count("municipality", distinct=True)))
    ways = tuple((str(via.label), numbers[via]) for via in Via if via in numbers)
    return Heard(silent_municipalities=silent_municipalities(broadcast).count(), ways=ways, **counted)


def silent_municipalities(broadcast: Broadcast) -> QuerySet[Municipality]:
    """Municipalities that got the message and said nothing, as a queryset."""
    answered = Acknowledgement.objects.filter(broadcast=broadcast).values("municipality")
    reached = broadcast.recipients.included().values("municipality")
    return Municipality.objects.filter(pk__in=reached).exclude(pk__in=answered)


def call_sheet(broadcast: Broadcast) -> QuerySet[Recipient]:
    """The silent recipients of silent municipalities with their numbers, in the order of calling.

    Who belongs to no municipality (an uploaded list) speaks for nobody else, and stays until they answer.
    """
    unheard = Q(municipality__in=silent_municipalities(broadcast)) | Q(municipality=None)
    silent = broadcast.recipients.silent().filter(unheard)
    return silent.select_related("municipality__province").order_by("municipality__sort_key", "place")
