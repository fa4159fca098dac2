"""The front door of `outbox`: hand in, let go, hold, stop, count."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from foundation import now, rows
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import texts
from foundation.outbox import events, jobs, segments
from foundation.outbox.delivery import routes
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, OutboxMessage, Suppression
from foundation.outbox.models.message import Channel
from foundation.wire import encryption

CHUNK = 500
SUBJECT = 200  # characters, as the column holds
COPIES_APART = timedelta(seconds=125)  # wider than the window in which a look-up binds


@dataclass(frozen=True)
class Addressee:
    """One address and what it is told. SMS addresses are E.164 ("+905321234567").

    `reference` is the caller's own name for the recipient; a lower `priority` leaves
    first within the batch's lane; `suppressed` hands the address in without sending,
    with the reason that is shown for it; `unsubscribe` is where one click ends the
    subscription that this message comes by. `thread` names the conversation that a letter
    belongs to and `answers` the Message-ID of the letter it answers (`outbox.letters.threads`).
    """

    address: str
    text: str
    subject: str = ""
    reference: str = ""
    priority: int = 0
    suppressed: str = ""
    unsubscribe: str = ""
    thread: str = ""
    answers: str = ""


@dataclass(frozen=True)
class BatchTally:
    """The closing equation of a batch, each class counted by itself."""

    intended: int
    delivered: int
    in_flight: int
    unconfirmed: int
    failed: int
    suppressed: int
    expired: int
    aborted: int
    uncertain: int

    @property
    def adds_up(self) -> bool:
        classes = asdict(self)
        return classes.pop("intended") == sum(classes.values())


@dataclass(frozen=True)
class Stopped:
    """What a stop found: kept back for good, already gone, and in mid-call just now."""

    aborted: int
    gone: int
    on_the_line: int


@transaction.atomic
def open_batch(
    key: str,
    *,
    lane: str,
    sender: str = "",
    expires_at: datetime | None = None,
    urgent: bool = False,
    gateway: str = "",
) -> Batch:
    """The batch of this key, made if it is new. Nothing leaves before `release`.

    `urgent` lets an operational or informational batch leave at night and beyond
    the hourly cap (a severe outage). `gateway` names the only one it may take.
    """
    batch, _ = Batch.objects.get_or_create(
        key=key,
        defaults={"lane": Lane(lane), "sender": sender, "expires_at": expires_at, "urgent": urgent, "gateway": gateway},
    )
    return batch


@transaction.atomic
def add(
    batch: Batch, channel: str, recipients: Iterable[Addressee], *, for_duty: bool = False, secret: bool = False
) -> int:
    """Hand in recipients; returns how many addresses were new to the batch.

    Handing in the same address again changes nothing, however often a person is
    listed. Suppressed addresses are kept as such, with their reason. A batch that has
    been let go takes more; one that was stopped takes them as aborted, so that its
    equation names everyone who was meant. What is sent `for_duty` reaches people who
    asked for no more notices: a word to stop never silences a call to duty. `secret` as in `email`.
    """
    current = Batch.objects.select_for_update().get(pk=batch.pk)
    batch.state, batch.expires_at = current.state, current.expires_at
    if batch.state == Batch.State.CLOSED:
        _move(batch, Batch.State.RELEASED, among=[Batch.State.CLOSED])
    added = 0
    remaining = iter(recipients)
    while chunk := list(islice(remaining, CHUNK)):
        added += _add_chunk(batch, channel, chunk, for_duty=for_duty, secret=secret)
    Batch.objects.filter(pk=batch.pk).update(intended=F("intended") + added)
    batch.intended += added
    if batch.state == Batch.State.RELEASED:
        _keep_copies_apart(batch, now())
        jobs.ring(channel)
    return added


def _add_chunk(batch: Batch, channel: str, recipients: list[Addressee], *, for_duty: bool, secret: bool) -> int:
    wanted = {recipient.address: recipient for recipient in reversed(recipients)}
    listed = batch.messages.filter(channel=channel, address__in=wanted).values_list("address", flat=True)
    for address in listed:
        del wanted[address]
    suppressed = Suppression.objects.filter(channel=channel, address__in=wanted)
    if for_duty:
        suppressed = suppressed.exclude(reason=Suppression.Reason.OPTED_OUT)
    closed = dict(suppressed.values_list("address", "reason"))
    turkish = channel == Channel.SMS and routes.speak_turkish()
    messages = [_message(batch, channel, recipient, closed, turkish) for recipient in reversed(wanted.values())]
    for message in messages if secret else ():
        _seal(message)
    OutboxMessage.objects.bulk_create(messages)
    if channel == Channel.EMAIL:
        _say_unheard([message for message in messages if message.state == OutboxMessage.State.SUPPRESSED])
    return len(messages)


def _say_unheard(messages: list[OutboxMessage]) -> None:
    """Handed in and never sent, because the address is closed: whoever comes next is told."""
    for message in messages:
        events.message_moved.send(
            OutboxMessage, batch_id=message.batch_id, state=message.state, message_ids=[message.pk]
        )


def _message(
    batch: Batch, channel: str, recipient: Addressee, closed: dict[str, str], turkish: bool = False
) -> OutboxMessage:
    words = texts.carried(recipient.text)
    reason = closed.get(recipient.address) or recipient.suppressed
    waiting = OutboxMessage.State.ABORTED if batch.state == Batch.State.STOPPED else OutboxMessage.State.QUEUED
    return OutboxMessage(
        batch=batch,
        channel=channel,
        address=recipient.address,
        subject=texts.line(recipient.subject)[:SUBJECT],
        text=words,
        reference=recipient.reference,
        unsubscribe=recipient.unsubscribe,
        thread=recipient.thread,
        answers=recipient.answers,
        priority=recipient.priority,
        lane=batch.lane,
        lane_rank=batch.rules.rank,
        segments=segments.measure(words, turkish=turkish).segments if channel == Channel.SMS else 1,
        expires_at=batch.expires_at,
        state=OutboxMessage.State.SUPPRESSED if reason else waiting,
        reason=reason,
    )


@transaction.atomic(savepoint=False)
def email(
    key: str,
    to: str,
    subject: str,
    text: str,
    *,
    lane: str = Lane.OPERATIONAL,
    secret: bool = False,
    withheld: str = "",
    reference: str = "",
    thread: str = "",
    answers: str = "",
) -> Batch:
    """One e-mail, handed in and let go; the same `key` again does nothing.

    A `secret` text (a link that opens something) is sealed until it has left, and then
    erased. `withheld` says why it is handed in and never sent. `thread` and `answers`: see `Addressee`.
    """
    batch, suppressed = Batch.objects.claim_released(key, Lane(lane), to)
    if batch is None:
        return Batch.objects.get(key=key)
    words = Addressee(address=to, subject=subject, text=text, reference=reference, thread=thread, answers=answers)
    recipient = replace(words, suppressed=suppressed or withheld)
    message = _message(batch, Channel.EMAIL, recipient, {})
    if secret:
        _seal(message)
    rows.add(message)
    jobs.ring(Channel.EMAIL)
    if suppressed:
        transaction.on_commit(lambda: _say_unheard([message]))
    return batch


def _seal(message: OutboxMessage) -> None:
    message.text, message.is_sealed = encryption.seal(message.text), True


@transaction.atomic
def release(batch: Batch, *, by: Person | None = None) -> None:
    """Let an open batch go; pressing twice lets it go once.

    SMS of a lane that keeps quiet wait for the morning; a batch without an expiry
    outlives its lane's time from then on.
    """
    at = now()
    due = at if batch.urgent else batch.rules.not_before(at)
    expires = batch.expires_at or due + batch.rules.expires_after
    claimed = Batch.objects.filter(pk=batch.pk, state=Batch.State.OPEN).update(
        state=Batch.State.RELEASED, released_at=at, expires_at=expires
    )
    if not claimed:
        return
    queued = batch.messages.filter(state=OutboxMessage.State.QUEUED)
    queued.filter(channel=Channel.SMS).update(due_at=due, expires_at=expires)
    queued.exclude(channel=Channel.SMS).update(due_at=at, expires_at=expires)
    _keep_copies_apart(batch, at)
    batch.refresh_from_db()
    if batch.rules.hourly_cap is not None and not batch.urgent:
        _cap(queued, batch, batch.rules.hourly_cap, at)
    journal.record("batch.released", batch, by=by, intended=batch.intended)
    _ring(batch)


@transaction.atomic
def pause(batch: Batch, *, by: Person | None = None) -> None:
    """Hold back what has not left; within a second no further message leaves."""
    if _move(batch, Batch.State.PAUSED, among=[Batch.State.RELEASED]):
        journal.record("batch.paused", batch, by=by)


@transaction.atomic
def resume(batch: Batch, *, by: Person | None = None) -> None:
    """Let a paused batch go on."""
    if _move(batch, Batch.State.RELEASED, among=[Batch.State.PAUSED]):
        journal.record("batch.resumed", batch, by=by)
        _ring(batch)


@transaction.atomic
def stop(batch: Batch, *, by: Person | None = None) -> Stopped:
    """Keep back for good what has not left, and say what had left.

    Messages that a worker holds in hand follow within a second; the tally is exact
    from then on. A stopped batch never starts again.
    """
    among = [Batch.State.OPEN, Batch.State.RELEASED, Batch.State.PAUSED]
    if _move(batch, Batch.State.STOPPED, among=among):
        batch.messages.filter(state=OutboxMessage.State.QUEUED).update(
            state=OutboxMessage.State.ABORTED, moved_at=now()
        )
        journal.record("batch.stopped", batch, by=by, **asdict(stopped(batch)))
    return stopped(batch)


@transaction.atomic
def recall(key: str, channel: str, addresses: Iterable[str]) -> set[str]:
    """Take back what has not left of the batch `key` for these addresses; returns those it has, or may have, reached.

    For the second half of a story: whoever never got the beginning needs no end.
    """
    state = OutboxMessage.State
    mine = OutboxMessage.objects.filter(batch__key=key, channel=channel)
    reached: set[str] = set()
    remaining = iter(addresses)
    while chunk := list(islice(remaining, CHUNK)):
        waiting = mine.filter(address__in=chunk, state=state.QUEUED).values_list("pk", flat=True)
        OutboxMessage.objects.filter(pk__in=list(waiting), state=state.QUEUED).update(
            state=state.ABORTED, moved_at=now()
        )
        gone = [state.POSTING, state.IN_DOUBT, state.SUBMITTED, state.DELIVERED, state.UNCONFIRMED, state.UNCERTAIN]
        reached |= set(mine.filter(address__in=chunk, state__in=gone).values_list("address", flat=True))
    return reached


def stopped(batch: Batch) -> Stopped:
    """What has been kept back, what has gone, and what is in mid-call at this moment."""
    count = _counts(batch)
    state = OutboxMessage.State
    gone = [state.SUBMITTED, state.DELIVERED, state.UNCONFIRMED, state.FAILED, state.UNCERTAIN]
    return Stopped(
        aborted=count(state.ABORTED),
        gone=count(*gone),
        on_the_line=count(state.POSTING, state.IN_DOUBT),
    )


def tally(batch: Batch) -> BatchTally:
    """Each class of the closing equation, counted by itself and never by subtraction."""
    count = _counts(batch)
    state = OutboxMessage.State
    return BatchTally(
        intended=Batch.objects.values_list("intended", flat=True).get(pk=batch.pk),
        delivered=count(state.DELIVERED),
        in_flight=count(*OutboxMessage.IN_FLIGHT),
        unconfirmed=count(state.UNCONFIRMED),
        failed=count(state.FAILED),
        suppressed=count(state.SUPPRESSED),
        expired=count(state.EXPIRED),
        aborted=count(state.ABORTED),
        uncertain=count(state.UNCERTAIN),
    )


def _counts(batch: Batch) -> Callable[..., int]:
    rows = OutboxMessage.objects.filter(batch=batch).values_list("state").annotate(number=Count("pk"))
    numbers = dict(rows.order_by())
    return lambda *states: sum(numbers.get(state, 0) for state in states)


def _ring(batch: Batch) -> None:
    for channel in batch.messages.values_list("channel", flat=True).distinct():
        jobs.ring(channel)


def _keep_copies_apart(batch: Batch, at: datetime) -> None:
    """A text that has just gone to a number in another batch goes to it again two minutes later.

    Operators drop the second of two equal texts, and a gateway's list tells them apart
    by the time of their making only.
    """
    just_now = OutboxMessage.objects.filter(
        channel=Channel.SMS, address=OuterRef("address"), text=OuterRef("text"), posted_at__gt=at - COPIES_APART
    ).exclude(batch=batch)
    again = batch.messages.filter(Exists(just_now), channel=Channel.SMS, state=OutboxMessage.State.QUEUED)
    again.filter(due_at__lt=at + COPIES_APART).update(due_at=at + COPIES_APART)


def _cap(queued: QuerySet[OutboxMessage], batch: Batch, cap: int, at: datetime) -> None:
    """Keep back SMS to those who had their hourly share of this lane."""
    lately = OutboxMessage.objects.filter(channel=Channel.SMS, lane=batch.lane, posted_at__gt=at - timedelta(hours=1))
    shares = lately.values("address").annotate(number=Count("pk")).filter(number__gte=cap)
    queued.filter(channel=Channel.SMS, address__in=shares.values("address")).update(
        state=OutboxMessage.State.SUPPRESSED, reason="hourly_cap", moved_at=at
    )


def _move(batch: Batch, state: str, *, among: Sequence[str]) -> bool:
    stopped_at = now() if state == Batch.State.STOPPED else None
    moved = Batch.objects.filter(pk=batch.pk, state__in=among).update(state=state, stopped_at=stopped_at)
    batch.refresh_from_db()
    return bool(moved)
