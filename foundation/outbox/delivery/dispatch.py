"""Carrying messages to their gateways: claim, post, record.

queued ─▶ posting, committed before any call ─▶ submitted · queued · failed · in doubt

A worker that dies leaves its messages *posting*; nobody resends them on a guess
(`reconciliation.uncertain`). Any number of workers may deliver at once.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from foundation import now
from foundation.language import texts
from foundation.leases import claims
from foundation.outbox.delivery import ledger, requests, routes, tokens
from foundation.outbox.delivery.pacing import ErrorRate
from foundation.outbox.delivery.senders import PostBy, PostedResult, Sender, sender_for
from foundation.outbox.gateways import registry
from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.postings import Busy, Posting
from foundation.outbox.models import Attempt, Batch, OutboxMessage, Route
from foundation.outbox.models.message import Channel

CHUNK = 400
# In hand, in multiples of what may be on the line at a time: enough that the sender never runs dry
# while the database is asked, and few claims with many messages each.
LOW_WATER = 3
HIGH_WATER = 5
TURN_SECONDS = 20.0
LOOKS_AT_SWITCHES_EVERY = 0.25
COLLECT_SECONDS = 0.02
IDLE_SECONDS = 0.05

_closing = threading.Event()
_on_shift = {channel.value: threading.Lock() for channel in Channel}


def drain() -> None:
    """The process is about to stop: hand back what has not been posted."""
    _closing.set()


def deliver(channel: str, *, seconds: float = TURN_SECONDS) -> int:
    """Hand due messages of a channel to their gateways; returns how many were settled.

    Ends when nothing is due, or after `seconds`. A process has one worker at a time
    for a channel; whoever rings meanwhile is served by that one.
    """
    if not _on_shift[channel].acquire(blocking=False):
        return 0
    try:
        return DeliveryWorker(channel, seconds).work()
    finally:
        _on_shift[channel].release()


def deliver_sms() -> int:
    return deliver(Channel.SMS)


def deliver_email() -> int:
    return deliver(Channel.EMAIL)


def deliver_hooks() -> int:
    return deliver(Channel.HOOK)


def deliver_pushes() -> int:
    return deliver(Channel.PUSH)


def lease() -> timedelta:
    """How long a message may be *posting*: time in hand, the call itself, and a margin."""
    return timedelta(seconds=2 * settings.OUTBOX_POST_TIMEOUT + 2)


class DeliveryWorker:
    """One worker's turn at one channel."""

    def __init__(self, channel: str, seconds: float) -> None:
        self.channel = channel
        self.until = time.monotonic() + seconds
        self.lines: dict[str, Sender] = {}
        self.gateways: dict[str, Gateway] = {}
        self.error_rates: dict[tuple[str, str], ErrorRate] = {}
        self.settled = 0
        self.looked_at_switches = 0.0
        self.counted_senders = 0.0
        self.senders: list[tuple[str, str]] = []

    def work(self) -> int:
        try:
            while not self._is_over():
                claimed = self._claim()
                self._collect(COLLECT_SECONDS)
                self._look_at_switches()
                if not claimed and not self._in_hand():
                    if not self._is_held_back_by_pace():
                        break
                    time.sleep(IDLE_SECONDS)
            self._finish()
        finally:
            for line in self.lines.values():
                line.close()
            self._collect(0)
            self._slow_down(at_once=True)
        return self.settled

    def _is_over(self) -> bool:
        return _closing.is_set() or time.monotonic() > self.until

    def _in_hand(self) -> int:
        return sum(line.in_hand for line in self.lines.values())

    def _claim(self) -> int:
        """Take what may leave now, sender by sender; returns how many messages."""
        if self.lines and all(self._is_busy(name) for name in self.lines):
            return 0
        return sum(self._claim_for(sender, only) for sender, only in self._senders())

    def _is_busy(self, name: str) -> bool:
        return self.lines[name].ahead > LOW_WATER * on_the_line(self.gateways[name])

    def _claim_for(self, sender: str, only: str = "") -> int:
        name = routes.first_open(self.channel, sender, only)
        if name is None:
            return 0
        line = self._line(name)
        if self._is_busy(name):
            return 0
        gateway = self.gateways[name]
        room = min(max(CHUNK, gateway.batch_size), HIGH_WATER * on_the_line(gateway) - line.ahead)
        post_by = PostBy.within(settings.OUTBOX_POST_TIMEOUT)
        postings = claim(self.channel, sender, gateway, room, only)
        if postings:
            line.hand_over(postings, post_by)
        return len(postings)

    def _senders(self) -> list[tuple[str, str]]:
        """Who has something to send, and by which gateway alone if bound to one; asked twice a second."""
        if time.monotonic() - self.counted_senders > 0.5:
            waiting = OutboxMessage.objects.may_leave(self.channel, now()).order_by()
            self.senders = list(waiting.values_list("batch__sender", "batch__gateway").distinct())
            self.counted_senders = time.monotonic()
        return self.senders

    def _is_held_back_by_pace(self) -> bool:
        """Messages are due and held back by the pace alone."""
        self.counted_senders = 0.0
        return any(routes.first_open(self.channel, sender, only) for sender, only in self._senders())

    def _line(self, name: str) -> Sender:
        if name not in self.lines:
            self.gateways[name] = registry.make(name)
            self.lines[name] = sender_for(self.gateways[name])
        return self.lines[name]

    def _collect(self, patience: float) -> None:
        for name, line in self.lines.items():
            results = line.collect(patience)
            if results:
                ledger.record(self.gateways[name], results)
                self.settled += len(results)
                self._listen(name, results)
        self._slow_down()

    def _listen(self, gateway: str, results: list[PostedResult]) -> None:
        if not self.gateways[gateway].one_carrier:
            return
        for sender in {posting.sender for posting, _ in results}:
            outcomes = [outcome for posting, outcome in results if posting.sender == sender]
            error_rate = self.error_rates.setdefault((gateway, sender), ErrorRate(time.monotonic()))
            error_rate.hear(len(outcomes), sum(isinstance(outcome, Busy) for outcome in outcomes))

    def _slow_down(self, *, at_once: bool = False) -> None:
        for (gateway, sender), error_rate in self.error_rates.items():
            if error_rate.complains(time.monotonic(), at_once=at_once):
                routes.back_off(gateway, sender, now())

    def _look_at_switches(self) -> None:
        """See which batches were paused or stopped, so that their postings stay here."""
        if not self.lines or time.monotonic() - self.looked_at_switches < LOOKS_AT_SWITCHES_EVERY:
            return
        self.looked_at_switches = time.monotonic()
        held = [Batch.State.PAUSED, Batch.State.STOPPED]
        posting = OutboxMessage.objects.filter(state=OutboxMessage.State.POSTING, batch__state__in=held)
        batches = list(posting.values_list("batch_id", flat=True).distinct())
        for line in self.lines.values():
            line.withhold(batches)

    def _finish(self) -> None:
        """Wait for what is not answered yet, for as long as calls may take."""
        until = time.monotonic() + settings.OUTBOX_POST_TIMEOUT + 1
        while self._in_hand() and time.monotonic() < until and not _closing.is_set():
            self._collect(COLLECT_SECONDS)
            self._look_at_switches()


def on_the_line(gateway: Gateway) -> int:
    """How many messages may be in calls at a time."""
    return gateway.concurrency * gateway.batch_size


@transaction.atomic
def claim(channel: str, sender: str, gateway: Gateway, limit: int, only: str = "") -> list[Posting]:
    """Take up to `limit` messages of a sender, as many as its pace allows, and commit.

    `only` takes those that may go by this gateway alone.

    The lock on the route makes claimants take turns, so that the pace is kept by all
    of them together; crisis goes first because the order says so. Which messages go
    in one request is decided here and written down, so that a lost answer is looked
    up as what it was.
    """
    at = now()
    known_route = routes.route_for(gateway, sender)
    route = Route.objects.select_for_update().get(pk=known_route.pk)
    pace = routes.pace_of(route).at(at)
    if pace.tokens < 1 or not routes.lets_through(route):
        return []
    limit = 1 if route.opened_at else min(limit, int(pace.tokens))
    waiting = claims.lock(_waiting(channel, sender, gateway, only, at), limit)
    if len(waiting) == limit < routes.worth_a_request(gateway, pace) and not route.opened_at:
        return []  # more are waiting than may leave yet: a fuller request leaves in a moment
    messages = list(_within(pace.tokens, waiting))
    groups = requests.together(messages, batch_size=gateway.batch_size, mixes_texts=gateway.mixes_texts)
    names = {
        message.pk: name
        for group in routes.affordable(gateway, groups, at)
        for name in [f"{at:%Y%m%d%H%M%S}-{secrets.token_hex(5)}"]
        for message in group
    }
    messages = [message for message in messages if message.pk in names]
    if not messages:
        return []
    changes = {"state": OutboxMessage.State.POSTING, "posted_at": at, "moved_at": at, "gateway": gateway.name}
    claims.mark(messages, changes | {"attempt": F("attempt") + 1})
    Attempt.objects.bulk_create(
        Attempt(
            message_id=message.pk,
            number=message.attempt + 1,
            gateway=gateway.name,
            request=names[message.pk],
            posted_at=at,
        )
        for message in messages
    )
    routes.keep_pace(route, pace.spend(sum(message.segments for message in messages)))
    return [_posting(message, message.attempt + 1, sender, at, names[message.pk]) for message in messages]


def _waiting(channel: str, sender: str, gateway: Gateway, only: str, at: datetime) -> QuerySet[OutboxMessage]:
    """Who may leave now; where a gateway knows messages by number only, a number waits for its last answer."""
    leaving = OutboxMessage.objects.may_leave(channel, at).select_related(None)
    waiting = leaving.filter(batch__sender=sender, batch__gateway=only)
    if not gateway.knows_by_number:
        return waiting
    unknown = [OutboxMessage.State.POSTING, OutboxMessage.State.IN_DOUBT]
    last = OutboxMessage.objects.filter(
        channel=channel, address=OuterRef("address"), gateway=gateway.name, state__in=unknown
    )
    return waiting.exclude(Exists(last))


def _within(tokens: float, messages: list[OutboxMessage]) -> Iterator[OutboxMessage]:
    """As many as the tokens pay for; the first one may overdraw."""
    for message in messages:
        if tokens <= 0:
            return
        tokens -= message.segments
        yield message


def _posting(message: OutboxMessage, attempt: int, sender: str, at: datetime, request: str) -> Posting:
    left = message.expires_at - at if message.expires_at else None
    return Posting(
        message_id=message.pk,
        attempt=attempt,
        batch_id=message.batch_id,
        address=message.address,
        text=texts.carried(message.words),
        subject=texts.line(message.subject),
        sender=sender,
        reference=tokens.make(message.pk, attempt),
        valid_for=int(left.total_seconds()) if left else None,
        unsubscribe=message.unsubscribe,
        thread=message.thread,
        answers=message.answers,
        request=request,
    )
