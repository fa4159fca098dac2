"""Writing down what became of postings: in batches, each row only from where it was.

Every change is conditional on the attempt and on the state, so that a slow worker,
a receipt that overtook the answer, and a look-up can all write, and the first counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from foundation import now
from foundation.leases import backoff
from foundation.outbox import events
from foundation.outbox.delivery import ranks, requests, routes
from foundation.outbox.gateways import codes
from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.postings import Accepted, Busy, Crowded, Outcome, Posting, Refused, Silent, Withheld
from foundation.outbox.models import Attempt, Batch, OutboxMessage, Suppression

State = OutboxMessage.State
LOOK_UP_AFTER = timedelta(seconds=1)
CHANNEL = {"mail": "email", "webhook": "hook", "push": "push"}  # every other gateway carries SMS

# One statement for a whole batch, its rows in one parameter: a round trip and a plan for each
# row is what made it slow, and a placeholder for each value is parsed twice.
MOVED = {
    "id": "bigint",
    "attempt": "integer",
    "state": "text",
    "reason": "text",
    "sid": "text",
    "rank": "integer",
    "due_at": "timestamptz",
}
MOVE = """
    WITH moved AS ({rows})
    UPDATE outbox_message
       SET state = moved.state, reason = moved.reason, due_at = moved.due_at, moved_at = %s,
           sid = CASE WHEN moved.sid = '' THEN outbox_message.sid ELSE moved.sid END,
           rank = CASE WHEN moved.sid = '' THEN outbox_message.rank ELSE moved.rank END
      FROM moved
     WHERE outbox_message.id = moved.id AND outbox_message.attempt = moved.attempt
       AND outbox_message.state IN ('posting', 'in_doubt')
"""
ENDED = {"message_id": "bigint", "number": "integer", "outcome": "text", "sid": "text", "error": "text"}
END = """
    WITH ended AS ({rows})
    UPDATE outbox_attempt
       SET outcome = ended.outcome, sid = ended.sid, error = ended.error, ended_at = %s
      FROM ended
     WHERE outbox_attempt.message_id = ended.message_id AND outbox_attempt.number = ended.number
"""
ROWS = "SELECT {columns} FROM {each}(%s)"
# SQLite's own operator for it is younger than the SQLite of some machines; its columns take any type.
PARTS = {
    "postgresql": ("jsonb_array_elements", "CAST(value ->> {place} AS {kind})"),
    "sqlite": ("json_each", "json_extract(value, '$[{place}]')"),
}
BATCH_SIZE = 500  # rows of a statement


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message goes after a posting, and how the attempt ended."""

    message_id: int
    attempt: int
    batch_id: int
    state: str
    outcome: str
    due_at: datetime
    reason: str = ""
    sid: str = ""
    rank: int = 0


@dataclass
class _News:
    """What a batch of results means beyond its rows."""

    accepted: set[str] = field(default_factory=set)
    stops: dict[str, str] = field(default_factory=dict)
    account: str = ""
    closed: dict[str, str] = field(default_factory=dict)


def record(gateway: Gateway, results: list[tuple[Posting, Outcome]]) -> None:
    """Write down the outcomes of postings at one gateway, in one transaction."""
    at = now()
    news = _News()
    withheld = _batch_states(posting.batch_id for posting, outcome in results if isinstance(outcome, Withheld))
    moves = [_move(gateway, posting, outcome, at, withheld) for posting, outcome in results]
    for posting, outcome in results:
        _hear(news, posting, outcome)
    with transaction.atomic():
        write(moves, at)
        suppress(CHANNEL.get(gateway.name, "sms"), news.closed)
    _tell_routes(gateway.name, news)


def write(moves: list[Posted], at: datetime) -> None:
    """Move the rows, end the attempts, tell those above; in the caller's transaction."""
    for start in range(0, len(moves), BATCH_SIZE):
        some = moves[start : start + BATCH_SIZE]
        moved = [(m.message_id, m.attempt, m.state, m.reason, m.sid, m.rank, _stamp(m.due_at)) for m in some]
        ended = [(m.message_id, m.attempt, m.outcome, m.sid, m.reason) for m in some]
        with connection.cursor() as cursor:
            cursor.execute(MOVE.format(rows=_read(MOVED)), [json.dumps(moved), _stamp(at)])
            cursor.execute(END.format(rows=_read(ENDED)), [json.dumps(ended), _stamp(at)])
    tell((move.batch_id, move.state, move.message_id) for move in moves)


def _read(columns: dict[str, str]) -> str:
    """A query that reads a JSON parameter, a list of lists, as rows of these columns and types."""
    each, pick = PARTS[connection.vendor]
    picked = [pick.format(place=place, kind=kind) + f" AS {name}" for place, (name, kind) in enumerate(columns.items())]
    return ROWS.format(columns=", ".join(picked), each=each)


def _stamp(moment: datetime) -> str:
    """As this database writes it."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def tell(moved: Iterable[tuple[int, str, int]]) -> None:
    """Announce (batch id, state, message id) once for each batch and state."""
    together: dict[tuple[int, str], list[int]] = defaultdict(list)
    for batch_id, state, message_id in moved:
        together[batch_id, state].append(message_id)
    for (batch_id, state), message_ids in together.items():
        events.message_moved.send(OutboxMessage, batch_id=batch_id, state=state, message_ids=message_ids)


def suppress(channel: str, closed: dict[str, str]) -> None:
    """Never write to these addresses again: {address: reason}."""
    Suppression.objects.bulk_create(
        [Suppression(channel=channel, address=address, reason=reason) for address, reason in closed.items()],
        ignore_conflicts=True,
    )


def _batch_states(batch_ids: Iterable[int]) -> dict[int, str]:
    wanted = set(batch_ids)
    return dict(Batch.objects.filter(pk__in=wanted).values_list("pk", "state")) if wanted else {}


def _move(gateway: Gateway, posting: Posting, outcome: Outcome, at: datetime, batches: dict[int, str]) -> Posted:
    """The one table of what each outcome does to a message."""
    ended = Attempt.Outcome
    match outcome:
        case Accepted(sid, status):
            state = accepted_state(gateway, status)
            return _to(posting, state, ended.ACCEPTED, at, sid=sid, rank=ranks.of(status))
        case Busy(reason, wait):
            due = at + (wait if wait is not None else backoff.wait(posting.attempt))
            return _to(posting, State.QUEUED, ended.BUSY, due, reason=reason)
        case Crowded(size):
            return _to(posting, State.QUEUED, ended.BUSY, at, reason=requests.smaller_batches(size))
        case Refused(code, reason) if codes.of(code).verdict is codes.CodeMeaning.STOP:
            return _to(posting, State.QUEUED, ended.REFUSED, at, reason=f"{code} {reason}"[:80])
        case Refused(code, reason):
            return _to(posting, State.FAILED, ended.REFUSED, at, reason=f"{code} {reason}".strip()[:80])
        case Silent(reason):
            return _to(posting, State.IN_DOUBT, ended.SILENT, at + LOOK_UP_AFTER, reason=reason[:80])
        case Withheld():
            stopped = batches.get(posting.batch_id) == Batch.State.STOPPED
            return _to(posting, State.ABORTED if stopped else State.QUEUED, ended.WITHHELD, at)
    raise TypeError(outcome)


def accepted_state(gateway: Gateway, status: str) -> str:
    if not gateway.gives_receipts:
        return State.UNCONFIRMED
    return ranks.state_of(status)


def _to(
    posting: Posting, state: str, outcome: str, due_at: datetime, *, reason: str = "", sid: str = "", rank: int = 0
) -> Posted:
    return Posted(posting.message_id, posting.attempt, posting.batch_id, state, outcome, due_at, reason, sid, rank)


def _hear(news: _News, posting: Posting, outcome: Outcome) -> None:
    match outcome:
        case Accepted():
            news.accepted.add(posting.sender)
        case Refused(code):
            meaning = codes.of(code)
            if meaning.verdict is codes.CodeMeaning.STOP:
                news.stops[posting.sender] = f"{code} {meaning.meaning}"
                news.account = news.stops[posting.sender] if meaning.concerns_account else news.account
            elif meaning.verdict is codes.CodeMeaning.CLOSED:
                news.closed[posting.address] = meaning.closes


def _tell_routes(gateway: str, news: _News) -> None:
    for sender in news.accepted - news.stops.keys():
        routes.restore(gateway, sender)
    for sender, because in news.stops.items():
        routes.trip(gateway, sender, because)
    if news.account:
        routes.trip_account(gateway, news.account)
