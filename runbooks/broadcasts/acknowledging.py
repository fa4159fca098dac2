""" "Seen": a municipality types the code in the portal; who is silent stays on a list."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from runbooks.broadcasts import telephone
from runbooks.models import Acknowledgement, Broadcast, Recipient

GOOD_FOR = timedelta(days=2)  # how long a code can be typed after approval
Via = Acknowledgement.Via


class NoSuchCode(Refusal):
    sentence = _("We have sent no message with this code to your municipality.")
    status = 404


class ForMunicipalities(Refusal):
    sentence = _("Codes are typed by people of a municipality.")
    status = 403


@dataclass(frozen=True)
class Heard:
    """How many recipients and municipalities answered, each counted by itself."""

    acknowledged: int
    silent: int
    silent_municipalities: int

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


def mark(broadcast: Broadcast, municipality: Municipality, *, person: Person, via: str) -> None:
    """Write the acknowledgement down, in the caller's transaction."""
    _row, is_new = Acknowledgement.objects.get_or_create(
        broadcast=broadcast, municipality=municipality, person=person, defaults={"via": via}
    )
    if not is_new:
        return
    own = Q(contact__person=person)
    if person.phone:
        own |= Q(address=telephone.read(str(person.phone)).address)
    broadcast.recipients.silent().filter(own, municipality=municipality).update(acknowledged_at=now())
    journal.record("broadcast.acknowledged", broadcast, by=person, municipality=municipality.code, via=via)
    live.announce(audiences.broadcast(broadcast.pk), "heard", broadcast.pk, {"municipality": municipality.code})


@transaction.atomic
def note_call(broadcast: Broadcast, recipient: Recipient, *, by: Person) -> None:
    """Someone of the watch reached a silent recipient on the telephone."""
    if not broadcast.recipients.silent().filter(pk=recipient.pk).update(acknowledged_at=now()):
        return
    if recipient.municipality_id:
        Acknowledgement.objects.get_or_create(
            broadcast=broadcast, municipality_id=recipient.municipality_id, person=by, defaults={"via": Via.CALL}
        )
    journal.record("broadcast.called", broadcast, by=by, recipient=recipient.pk)
    live.announce(audiences.broadcast(broadcast.pk), "heard", broadcast.pk, {"recipient": recipient.pk})


def heard(broadcast: Broadcast) -> Heard:
    included = broadcast.recipients.included()
    counted = included.aggregate(
        acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        silent=Count("pk", filter=Q(acknowledged_at=None)),
    )
    return Heard(silent_municipalities=silent_municipalities(broadcast).count(), **counted)


def silent_municipalities(broadcast: Broadcast):
    """Municipalities that got the message and said nothing, as a queryset."""
    said = Acknowledgement.objects.filter(broadcast=broadcast).values("municipality")
    reached = broadcast.recipients.included().values("municipality")
    return Municipality.objects.filter(pk__in=reached).exclude(pk__in=said)


def call_sheet(broadcast: Broadcast):
    """The silent recipients of silent municipalities with their numbers, in the order of calling."""
    silent = broadcast.recipients.silent().filter(municipality__in=silent_municipalities(broadcast))
    return silent.select_related("municipality__province").order_by("municipality__sort_key", "place")
