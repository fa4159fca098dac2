"""Messages in doubt: posted, and nobody knows whether they were accepted.

The gateway is asked. What it has is bound to its message; what it does not have,
after long enough, was never accepted and is queued again. Only when the gateway
cannot be asked does the lane decide: send once more, or list it as uncertain.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from foundation import now
from foundation.leases import claims
from foundation.outbox.delivery import dispatch, ledger, ranks, tokens
from foundation.outbox.delivery.ledger import Posted
from foundation.outbox.gateways import registry
from foundation.outbox.gateways.gateway import Gateway, LocalGateway
from foundation.outbox.gateways.postings import Answer, LookUpFailed, Posting
from foundation.outbox.lanes import LaneRules, rules
from foundation.outbox.models import Attempt, Batch, OutboxMessage, Route

State = OutboxMessage.State
Outcome = Attempt.Outcome
BATCH_SIZE = 1000  # a whole batch in doubt is asked for by one question
ASKED_FOR = timedelta(seconds=30)
ASKS_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True)
class Doubt:
    """A message in doubt, the posting it left as, and when."""

    message: OutboxMessage
    posting: Posting
    posted_at: datetime

    @property
    def settles_at(self) -> datetime:
        """A list asked for from then on, without this posting, proves that it was not accepted.

        The call was cut off at the latest when the lease ended; what the gateway had
        read by then shows in its lists `OUTBOX_SETTLE` later.
        """
        return self.posted_at + dispatch.lease() + timedelta(seconds=settings.OUTBOX_SETTLE)


def run() -> int:
    """Find abandoned postings, ask the gateways, write down what they know."""
    find_abandoned()
    settled = 0
    while doubts := _take():
        for name, group in _by_gateway(doubts).items():
            asked_at = now()
            answers = ask(registry.make(name), group)
            settled += _write(group, answers, asked_at)
    return settled


def find_abandoned() -> int:
    """Postings whose worker is gone: in doubt from now on."""
    at = now()
    gone = OutboxMessage.objects.filter(state=State.POSTING, posted_at__lt=at - dispatch.lease()).order_by("posted_at")
    changes = {"state": State.IN_DOUBT, "due_at": at, "moved_at": at}
    number = 0
    while messages := claims.take(gone, BATCH_SIZE, changes):
        number += len(messages)
    return number


def _take() -> list[Doubt]:
    """Due doubts, kept from other sweepers while their gateway is asked."""
    at = now()
    due = OutboxMessage.objects.filter(state=State.IN_DOUBT, due_at__lte=at).order_by("due_at").select_related(None)
    messages = claims.take(due, BATCH_SIZE, {"due_at": at + ASKED_FOR})
    requests = {
        (message_id, number): request
        for message_id, number, request in Attempt.objects.filter(message__in=messages).values_list(
            "message_id", "number", "request"
        )
    }
    senders = dict(Batch.objects.filter(pk__in={row.batch_id for row in messages}).values_list("pk", "sender"))
    return [
        Doubt(
            row,
            _posting(row, senders[row.batch_id], requests.get((row.pk, row.attempt), "")),
            row.posted_at or row.moved_at,
        )
        for row in messages
    ]


def _posting(message: OutboxMessage, sender: str, request: str) -> Posting:
    return Posting(
        message_id=message.pk,
        attempt=message.attempt,
        batch_id=message.batch_id,
        address=message.address,
        text=message.words,
        subject=message.subject,
        sender=sender,
        reference=tokens.make(message.pk, message.attempt),
        unsubscribe=message.unsubscribe,
        thread=message.thread,
        answers=message.answers,
        request=request,
    )


def _by_gateway(doubts: list[Doubt]) -> dict[str, list[Doubt]]:
    groups = defaultdict(list)
    for doubt in doubts:
        groups[doubt.message.gateway].append(doubt)
    return groups


def ask(gateway: Gateway, doubts: list[Doubt]) -> list[Answer]:
    """What the gateway knows of each, in order; nothing is written and no lock is held."""
    if isinstance(gateway, LocalGateway):
        return [gateway.find(doubt.posting, doubt.posted_at) for doubt in doubts]
    return asyncio.run(_ask_all(gateway, doubts))


async def _ask_all(gateway: Gateway, doubts: list[Doubt]) -> list[Answer]:
    await gateway.open()
    try:
        return await gateway.look_up_all([(doubt.posting, doubt.posted_at) for doubt in doubts])
    finally:
        await gateway.close()


@transaction.atomic
def _write(doubts: list[Doubt], answers: list[Answer], asked_at: datetime) -> int:
    """An answer is as old as its question, however long the database kept us waiting afterwards."""
    at = now()
    gateway = doubts[0].message.gateway
    list(Route.objects.select_for_update().filter(gateway=gateway))  # two sweepers must not bind one sid twice
    seen = {remote.sid for answer in answers if isinstance(answer, list) for remote in answer}
    bound = set(Attempt.objects.filter(sid__in=seen).values_list("sid", flat=True))
    bound |= set(OutboxMessage.objects.filter(sid__in=seen).values_list("sid", flat=True))
    moves = []
    for doubt, answer in zip(doubts, answers, strict=True):
        move = _decide(doubt, answer, bound, asked_at, at)
        bound.add(move.sid)
        moves.append(move)
    resent = [move.message_id for move in moves if move.outcome == Outcome.UNSETTLED and move.state == State.QUEUED]
    OutboxMessage.objects.filter(pk__in=resent, state=State.IN_DOUBT).update(resends=1)
    ledger.write(moves, at)
    return sum(move.state != State.IN_DOUBT for move in moves)


def _decide(doubt: Doubt, answer: Answer, bound: set[str], asked_at: datetime, at: datetime) -> Posted:
    """Found, proven absent, too early to say, or not to be settled at all."""
    if isinstance(answer, LookUpFailed):
        return _unanswered(doubt, str(answer), at)
    ours = next((remote for remote in answer if remote.sid not in bound), None)
    if ours is not None:
        state, rank = ranks.state_of(ours.status), ranks.of(ours.status)
        return _move(doubt, state, Outcome.FOUND, at, sid=ours.sid, rank=rank, reason=ours.error_code)
    if asked_at < doubt.settles_at:
        return _move(doubt, State.IN_DOUBT, Outcome.SILENT, min(doubt.settles_at, at + ASKS_AGAIN))
    return _move(doubt, _again(doubt, at), Outcome.ABSENT, at)


def _unanswered(doubt: Doubt, why: str, at: datetime) -> Posted:
    """The gateway cannot be asked: after the lane's patience, the lane decides."""
    lane = rules(doubt.message.lane)
    if at < max(doubt.posted_at + lane.look_up_for, doubt.settles_at):
        return _move(doubt, State.IN_DOUBT, Outcome.SILENT, at + ASKS_AGAIN, reason=why[:80])
    if doubt.message.resends < _resends(doubt, lane) and _again(doubt, at) == State.QUEUED:
        return _move(doubt, State.QUEUED, Outcome.UNSETTLED, at, reason=why[:80])
    return _move(doubt, State.UNCERTAIN, Outcome.UNSETTLED, at, reason=why[:80])


def _resends(doubt: Doubt, lane: LaneRules) -> int:
    """As many as the lane allows; one in any lane where the gateway itself drops the second copy."""
    kind = registry.KINDS.get(doubt.message.gateway)
    return max(lane.resends, int(kind is not None and kind.blocks_doubles))


def _again(doubt: Doubt, at: datetime) -> str:
    """Where a message goes that was certainly, or for all we know, not accepted."""
    if Batch.objects.filter(pk=doubt.message.batch_id, state=Batch.State.STOPPED).exists():
        return State.ABORTED
    expires = doubt.message.expires_at
    return State.EXPIRED if expires is not None and expires <= at else State.QUEUED


def _move(
    doubt: Doubt, state: str, outcome: str, due_at: datetime, *, reason: str = "", sid: str = "", rank: int = 0
) -> Posted:
    posting = doubt.posting
    return Posted(posting.message_id, posting.attempt, posting.batch_id, state, outcome, due_at, reason, sid, rank)
