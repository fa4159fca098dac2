"""Two people, one message: submitting, approving, withdrawing, lapsing.

What is approved is a hash over everything that leaves and everyone it goes to.
Approval compares three of them: what was submitted, what the approver saw, and what
stands in the database at that moment. A changed letter makes them differ.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from runbooks.broadcasts.compose import audience, drafts
from runbooks.broadcasts.compose.bindings import binding_of, is_as_submitted
from runbooks.broadcasts.delivery import live_updates, sending
from runbooks.models import Approval, Broadcast
from runbooks.models.broadcasts import APPROVAL_WINDOW

Role = Membership.Role
Status = Broadcast.Status
MAY_PREPARE = (Role.OPERATOR, Role.APPROVER, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
MAY_APPROVE = (Role.APPROVER, Role.PLATFORM_ADMIN)
# A second factor older than this is not fresh (threat model, row 1).
FRESH = timedelta(minutes=5)
SECOND_FACTORS = ("totp", "webauthn", "recovery_codes")  # as allauth names what was shown
# Broadcasts that may leave within 24 hours, and about one outage within an hour (domain, §5.4); drills have
# as many of their own. Life safety is never counted or capped.
DAILY_CAP = 24
HOURLY_CAP = 3


class BroadcastMovedOn(Refusal):
    sentence = _("This broadcast has moved on. Please look at it again.")


class MayNotPrepare(Refusal):
    sentence = _("Only the watch prepares broadcasts.")
    status = 403


class MayNotApprove(Refusal):
    sentence = _("Only an approver gives the second approval.")
    status = 403


class OwnBroadcast(Refusal):
    sentence = _("You submitted this broadcast. A second person has to approve it.")
    status = 403


class NotFresh(Refusal):
    sentence = _("Please confirm your second factor again: it must be less than five minutes old.")
    status = 403


class WrongCount(Refusal):
    sentence = _("The number you typed is not the number of recipients.")
    status = 422


class SomethingChanged(Refusal):
    sentence = _("The text or the list is not what was submitted. The approval is void; please submit it again.")


class TooLate(Refusal):
    sentence = _("The ten minutes for approval are over. Please submit the broadcast again.")


class NobodyToSendTo(Refusal):
    sentence = _("Nobody would receive this broadcast. Please widen the audience.")
    status = 422


class DrillListEmpty(NobodyToSendTo):
    sentence = _("The drill list is empty: a drill reaches only the numbers on it. Please fill it first.")


class RunIsOver(Refusal):
    sentence = _("The run that prepared this message was broken off, or left it out. It cannot be sent any more.")


class CapReached(Refusal):
    sentence = _("Today's limit of broadcasts is reached. Only life-safety messages may still leave.")
    status = 429


class HourlyCapReached(CapReached):
    sentence = _("Three broadcasts about this outage have left within the hour. Only life-safety messages may leave.")


@dataclass(frozen=True)
class Confirmation:
    """Proof that the person at the keyboard is who they say: the factor used, and when.

    Only a signed-in browser session can produce one; an API token never does.
    """

    factor: str
    at: datetime


@transaction.atomic
def submit(broadcast: Broadcast, *, by: Person) -> None:
    """Freeze text and audience and ask for the second person.

    Refuses people outside the watch, texts that may not leave (see `drafts.check`),
    an empty audience, and a broadcast that someone else has just submitted.
    """
    if not by.has_role(*MAY_PREPARE):
        raise MayNotPrepare
    current = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
    if current.status not in (Status.DRAFT, Status.LAPSED):
        raise BroadcastMovedOn
    if current.is_forsaken:
        raise RunIsOver
    drafts.check(current)
    recipients = audience.find_for(current)
    if not recipients.included:
        raise DrillListEmpty if current.is_drill else NobodyToSendTo
    audience.freeze(current, recipients)
    Broadcast.objects.filter(pk=current.pk).update(
        status=Status.SUBMITTED,
        submitted_by=by,
        submitted_at=now(),
        audience_digest=recipients.digest,
        binding=binding_of(current, recipients.digest),
    )
    broadcast.refresh_from_db()
    journal.record(
        "broadcast.submitted",
        broadcast,
        by=by,
        recipients=len(recipients.included),
        left_out=len(recipients.left_out),
        binding=broadcast.binding,
        drill=broadcast.is_drill,
    )
    live_updates.tell(broadcast)


@transaction.atomic
def approve(broadcast: Broadcast, *, by: Person, binding: str, typed_count: int, confirmation: Confirmation) -> None:
    """Give the second word; the message leaves within seconds.

    `binding` is what the approver's page showed, `typed_count` what they typed. Fifty
    people may press at once: the conditional update lets one through. Refuses the
    submitter, a stale factor, a wrong count, a late word, and anything that changed.
    """
    _refuse_the_wrong_person(broadcast, by, confirmation)
    at = now()
    let_go(broadcast, by=by, at=at, binding=binding, typed_count=typed_count)
    submitter = Person.objects.get(pk=broadcast.submitted_by_id)
    Approval.objects.create(
        broadcast=broadcast,
        person=by,
        submitted_by=submitter,
        binding=binding,
        typed_count=typed_count,
        factor=confirmation.factor,
        at=at,
    )
    journal.record(
        "broadcast.approved", broadcast, by=by, binding=binding, typed=typed_count, factor=confirmation.factor
    )
    sending.enqueue(broadcast)
    live_updates.tell(broadcast)


def let_go(
    broadcast: Broadcast,
    *,
    by: Person,
    at: datetime,
    binding: str,
    typed_count: int,
    authority: Broadcast.Authority = Broadcast.Authority.TWO_PEOPLE,
) -> None:
    """Claim a submitted broadcast for sending, in the caller's transaction; `authority` says by what right.

    Refuses what is not as it was submitted or seen, a late word, and more than the caps allow.
    """
    current = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
    _refuse_what_is_not_as_submitted(current, binding, typed_count)
    refuse_beyond_the_caps(current)
    claimed = Broadcast.objects.filter(
        pk=current.pk, status=Status.SUBMITTED, binding=binding, submitted_at__gt=at - APPROVAL_WINDOW
    ).update(status=Status.SENDING, approved_by=by, approved_at=at, authority=authority)
    if not claimed:
        raise BroadcastMovedOn
    broadcast.refresh_from_db()


@transaction.atomic
def withdraw(broadcast: Broadcast, *, by: Person, note: str = "") -> None:
    """Take a submitted broadcast back to the desk, to change or drop it."""
    if not by.has_role(*MAY_PREPARE):
        raise MayNotPrepare
    taken = Broadcast.objects.filter(pk=broadcast.pk, status=Status.SUBMITTED).update(status=Status.DRAFT)
    if not taken:
        raise BroadcastMovedOn
    broadcast.refresh_from_db()
    journal.record("broadcast.withdrawn", broadcast, by=by, text=note)
    live_updates.tell(broadcast)


def lapse_overdue() -> int:
    """Let submissions expire that nobody approved in time; returns how many."""
    overdue = Broadcast.objects.filter(status=Status.SUBMITTED, submitted_at__lte=now() - APPROVAL_WINDOW)
    return sum(_lapse(broadcast) for broadcast in overdue)


@transaction.atomic
def _lapse(broadcast: Broadcast) -> bool:
    taken = Broadcast.objects.filter(
        pk=broadcast.pk, status=Status.SUBMITTED, submitted_at=broadcast.submitted_at
    ).update(status=Status.LAPSED)
    if taken:
        broadcast.refresh_from_db()
        journal.record("broadcast.lapsed", broadcast)
        live_updates.tell(broadcast)
    return bool(taken)


def _refuse_the_wrong_person(broadcast: Broadcast, by: Person, confirmation: Confirmation) -> None:
    if not by.has_role(*MAY_APPROVE):
        raise MayNotApprove
    if by.pk == broadcast.submitted_by_id:
        raise OwnBroadcast
    refuse_stale(confirmation)


def refuse_stale(confirmation: Confirmation) -> None:
    """Refuse an old proof; and, wherever a second factor is required, one that is only a password."""
    if settings.REQUIRE_SECOND_FACTOR and confirmation.factor not in SECOND_FACTORS:
        raise NotFresh
    if not now() - FRESH < confirmation.at <= now():
        raise NotFresh


def _refuse_what_is_not_as_submitted(current: Broadcast, binding: str, typed_count: int) -> None:
    if current.is_forsaken:
        raise RunIsOver
    if current.status != Status.SUBMITTED:
        raise BroadcastMovedOn
    if current.submitted_at is None or current.submitted_at <= now() - APPROVAL_WINDOW:
        raise TooLate
    if binding != current.binding or not is_as_submitted(current):
        raise SomethingChanged
    if typed_count != current.recipients.included().count():
        raise WrongCount


def refuse_beyond_the_caps(current: Broadcast) -> None:
    """Drills and live broadcasts are counted apart, so that a drill never uses up what a crisis needs."""
    if current.lane == Broadcast.Lane.LIFE_SAFETY:
        return
    counted = Broadcast.objects.filter(is_drill=current.is_drill).exclude(lane=Broadcast.Lane.LIFE_SAFETY)
    if counted.filter(approved_at__gt=now() - timedelta(days=1)).count() >= DAILY_CAP:
        raise CapReached
    if current.outage_id is None or current.corrects_id:
        return
    about_it = counted.filter(outage=current.outage_id, approved_at__gt=now() - timedelta(hours=1))
    if about_it.count() >= HOURLY_CAP:
        raise HourlyCapReached
