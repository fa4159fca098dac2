"""Calls nobody answered, one line a number however often it tried: rung back, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.live import audiences, live
from helpdesk.models import PhoneCall
from helpdesk.tickets.assignment import require_desk

MOST = 100  # numbers on the page; more than that is a day on which the list is not the way


class NothingLost(Refusal):
    """Somebody else has rung back, or the number was answered meanwhile."""

    sentence = _("This number has been rung back in the meantime.")


@dataclass(frozen=True)
class LostCaller:
    """A number that waits for us to ring back; `call` is its last attempt."""

    call: PhoneCall
    attempts: int
    first_at: datetime
    last_at: datetime


def waiting(person: Person) -> list[LostCaller]:
    """Who has waited longest comes first. Two queries."""
    groups = PhoneCall.objects.visible_to(person).lost(now()).order_by().values("number")
    counted = groups.annotate(attempts=Count("pk"), first=Min("began_at"), last=Max("began_at"), newest=Max("pk"))
    rows = list(counted.order_by("first")[:MOST])
    calls = PhoneCall.objects.select_related("municipality", "caller").in_bulk([row["newest"] for row in rows])
    return [LostCaller(calls[row["newest"]], row["attempts"], row["first"], row["last"]) for row in rows]


@transaction.atomic
def ring_back(call: PhoneCall, *, by: Person) -> int:
    """Mark every lost attempt of this number as rung back; returns how many. Raises `NothingLost` for the second."""
    require_desk(by)
    lost = PhoneCall.objects.lost(now()).filter(number=call.number)
    settled = lost.update(settled_at=now(), settled_by=by)
    if not settled:
        raise NothingLost
    journal.record("call.rung_back", call, by=by, attempts=settled)
    live.announce(audiences.CALLS, "call", call.pk, {"settled": True})
    return settled
