"""From approval to the last receipt: handing over, holding, stopping, counting."""

import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.leases import doorbell
from foundation.live import audiences, live
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import rules
from foundation.outbox.models import Batch
from runbooks.broadcasts.compose import bindings, drafts
from runbooks.models import Broadcast, Dispatch, Step

logger = logging.getLogger(__name__)

Status = Broadcast.Status
CHUNK = 500  # recipients handed over in one transaction
FIRST = 100  # of them with the approval itself, so that the first leave at the next look
LEASE = timedelta(seconds=30)
successors.nobody_else("broadcast:", "its list is frozen; who was not reached is chased, then stands on the call sheet")


class NothingToHold(Refusal):
    sentence = _("This broadcast is not being sent.")


def enqueue(broadcast: Broadcast) -> None:
    """Owe the sending of an approved broadcast, in the caller's transaction.

    The head of the list is handed over here: a lost doorbell then costs one look, the
    outbox's own, and not that of the sweep which writes the list down as well.
    """
    Dispatch.objects.create(broadcast=broadcast)
    batch = open_batch(broadcast)
    if _goes_at_once(batch):
        outbox.add(batch, "sms", drafts.messages_of(broadcast, first=FIRST))
        outbox.release(batch, by=broadcast.approved_by)
    doorbell.ring("broadcasts")
    _wake_its_step(broadcast)


def _wake_its_step(broadcast: Broadcast) -> None:
    """A run that waits for this message goes on now, not at its next look."""
    if Step.objects.filter(broadcast=broadcast, outcome="").update(due_at=now()):
        doorbell.ring("steps")


def dispatch_due(limit: int = 3) -> int:
    """Hand approved broadcasts over to the outbox; returns how many were taken up.

    A worker killed at any line leaves a lease that runs out; the next one hands the
    same numbers over again, which changes nothing, and goes on.
    """
    owed = Dispatch.objects.claim(limit, lease=LEASE)
    for dispatch in owed:
        _dispatch(dispatch)
    return len(owed)


def _dispatch(dispatch: Dispatch) -> None:
    """Hand the list over in the order of leaving; the first go while the last are still being written down."""
    broadcast = Broadcast.objects.get(pk=dispatch.broadcast_id)
    if not bindings.is_as_submitted(broadcast):
        _stop_what_was_altered(broadcast)
    batch = open_batch(broadcast)
    messages = drafts.messages_of(broadcast)
    while chunk := list(islice(messages, CHUNK)):
        outbox.add(batch, "sms", chunk)
        if not dispatch.renew(LEASE):
            return
        if _goes_at_once(batch) and batch.state == Batch.State.OPEN:
            _let_go(broadcast, batch)
    _finish(dispatch, batch)


@transaction.atomic
def _stop_what_was_altered(broadcast: Broadcast) -> None:
    """Text or list is not what the approval was bound to: nothing more leaves, and the rest counts as kept back."""
    try:
        _move(broadcast, Status.STOPPED, among=Broadcast.ON_THEIR_WAY)
    except NothingToHold:
        return
    if batch := _batch_under_way(broadcast):
        outbox.stop(batch)
    logger.error("%s was altered after its approval and has been stopped", broadcast.number)
    journal.record("broadcast.altered", broadcast, binding=broadcast.binding)


def _goes_at_once(batch: Batch) -> bool:
    """A batch that waits for the morning or has a cap is let go whole: both are reckoned at the release."""
    return batch.urgent or not batch.rules.keeps_quiet


@transaction.atomic
def _let_go(broadcast: Broadcast, batch: Batch) -> None:
    """Release what is there and what follows, unless someone stopped or paused it meanwhile."""
    current = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
    if current.status == Status.STOPPED:
        outbox.stop(batch)
        return
    outbox.release(batch, by=current.approved_by)
    if current.status == Status.PAUSED:
        outbox.pause(batch)


@transaction.atomic
def _finish(dispatch: Dispatch, batch: Batch) -> None:
    """The whole list is there."""
    broadcast = Broadcast.objects.select_for_update().get(pk=dispatch.broadcast_id)
    if not dispatch.keep():
        return
    if batch.state == Batch.State.OPEN:
        _let_go(broadcast, batch)
    journal.record("broadcast.released", broadcast, by=broadcast.approved_by, intended=batch.intended)


def open_batch(broadcast: Broadcast) -> Batch:
    """The outbox batch of a released broadcast: one, by its key."""
    return outbox.open_batch(
        broadcast.batch_key, lane=broadcast.lane, sender=broadcast.sender, urgent=is_urgent(broadcast)
    )


def is_urgent(broadcast: Broadcast) -> bool:
    """Whether it leaves at night and beyond the hourly cap (reference, §4.3).

    An operational message does when its outage is S1, or when it is about no outage:
    then two people have decided it now. Information and drills wait for the morning.
    """
    if broadcast.lane != Broadcast.Lane.OPERATIONAL:
        return False
    return broadcast.outage is None or broadcast.outage.severity == "S1"


def leaves_at(broadcast: Broadcast) -> datetime | None:
    """When the first message may leave, if that is not at once."""
    at = now()
    due = at if is_urgent(broadcast) else rules(broadcast.lane).not_before(at)
    return due if due > at else None


@dataclass(frozen=True)
class BroadcastTally(outbox.BatchTally):
    """The equation of a broadcast: `intended` is its whole audience from the first second on.

    `not_yet_queued` are those whose message has not been written down yet.
    """

    not_yet_queued: int = 0

    @property
    def left(self) -> int:
        """Those whose end is not known: what a stop may still keep back."""
        return self.in_flight + self.not_yet_queued


def tally_of(broadcast: Broadcast) -> BroadcastTally | None:
    """Every recipient in one class; None while the broadcast has not been let go."""
    batch = batch_of(broadcast)
    if batch is None:
        return None
    counted = outbox.tally(batch)
    intended = max(counted.intended, broadcast.recipients.included().count())
    facts = asdict(counted) | {"intended": intended, "not_yet_queued": intended - counted.intended}
    return BroadcastTally(**facts)


def batches(broadcast: Broadcast) -> QuerySet[Batch]:
    """Its batch as a queryset of one, empty before anything was handed over."""
    return Batch.objects.filter(key=broadcast.batch_key)


def batch_of(broadcast: Broadcast) -> Batch | None:
    return batches(broadcast).first()


@transaction.atomic
def pause(broadcast: Broadcast, *, by: Person) -> None:
    """Hold back what has not left; within a second nothing more leaves."""
    _move(broadcast, Status.PAUSED, among=[Status.SENDING])
    if batch := _batch_under_way(broadcast):
        outbox.pause(batch, by=by)
    journal.record("broadcast.paused", broadcast, by=by)


@transaction.atomic
def resume(broadcast: Broadcast, *, by: Person) -> None:
    """Go on after a pause."""
    _move(broadcast, Status.SENDING, among=[Status.PAUSED])
    if batch := _batch_under_way(broadcast):
        outbox.resume(batch, by=by)
    journal.record("broadcast.resumed", broadcast, by=by)


@transaction.atomic
def stop(broadcast: Broadcast, *, by: Person) -> outbox.Stopped | None:
    """Stop for good; returns what was kept back and what had left.

    Kept back counts those too who were not handed over yet.

    None when it was stopped before anything had been handed over at all.
    """
    _move(broadcast, Status.STOPPED, among=Broadcast.ON_THEIR_WAY)
    batch = _batch_under_way(broadcast)
    stopped = outbox.stop(batch, by=by) if batch else None
    if stopped is not None:
        on_their_way = stopped.gone + stopped.on_the_line
        stopped = replace(stopped, aborted=broadcast.recipients.included().count() - on_their_way)
    facts = asdict(stopped) if stopped else {"aborted": broadcast.recipients.included().count(), "gone": 0}
    journal.record("broadcast.stopped", broadcast, by=by, **facts)
    return stopped


def follow() -> int:
    """Tell open pages how far each broadcast is, and close those whose last message ended."""
    underway = Broadcast.objects.filter(Q(status__in=Broadcast.ON_THEIR_WAY) | Q(status=Status.STOPPED, ended_at=None))
    followed = list(underway)
    for broadcast in followed:
        _follow(broadcast)
    return len(followed)


@transaction.atomic
def _follow(broadcast: Broadcast) -> None:
    broadcast = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
    counted = tally_of(broadcast)
    if counted is None:
        return
    handed_over = Dispatch.objects.filter(broadcast=broadcast, state=Dispatch.State.KEPT).exists()
    if asdict(counted) != broadcast.told:
        broadcast.told = asdict(counted)
        broadcast.save(update_fields=["told"])
        live.announce(audiences.broadcast(broadcast.pk), "tally", broadcast.pk, broadcast.told)
    if handed_over and not counted.in_flight and not broadcast.ended_at:
        _close(broadcast)


def _close(broadcast: Broadcast) -> None:
    """The last message has ended: the equation can be read for good."""
    broadcast.ended_at = now()
    if broadcast.status != Status.STOPPED:
        broadcast.status = Status.DONE
    broadcast.save(update_fields=["ended_at", "status"])
    journal.record("broadcast.ended", broadcast, **broadcast.told)
    live.announce(audiences.broadcast(broadcast.pk), "broadcast", broadcast.pk, broadcast.live_state())


def by_reference(batch: Batch | None) -> list[tuple[str, str, int]]:
    """(municipality code, message state, how many), counted by the database."""
    if batch is None:
        return []
    rows = batch.messages.order_by().values_list("reference", "state").annotate(number=Count("pk"))
    return list(rows)


def _move(broadcast: Broadcast, status: str, *, among) -> None:
    Broadcast.objects.select_for_update().get(pk=broadcast.pk)
    if not Broadcast.objects.filter(pk=broadcast.pk, status__in=among).update(status=status):
        raise NothingToHold
    broadcast.refresh_from_db()
    live.announce(audiences.broadcast(broadcast.pk), "broadcast", broadcast.pk, broadcast.live_state())


def _batch_under_way(broadcast: Broadcast) -> Batch | None:
    """What the outbox has to be told about; before it is let go, `_let_go` heeds the status."""
    return batches(broadcast).exclude(state=Batch.State.OPEN).first()
