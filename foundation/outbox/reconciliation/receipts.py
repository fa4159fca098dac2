"""What gateways tell us afterwards: kept first, applied soon, in any order, any number of times."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from foundation import now
from foundation.leases import claims
from foundation.outbox.delivery import ledger, ranks, routes, tokens
from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways.postings import Receipt
from foundation.outbox.models import Attempt, Batch, OutboxMessage, ProviderEvent, Suppression

State = OutboxMessage.State
BATCH_SIZE = 500
STRANGERS_WAIT = timedelta(minutes=2)
WORTH_ANOTHER_TRY = {codes.CodeMeaning.AGAIN, codes.CodeMeaning.STOP}

# A receipt moves a message from anywhere a posting can have left it. A queued one too:
# then its earlier attempt was accepted after all, and it must not leave again.
MOVABLE = [
    State.QUEUED,
    State.POSTING,
    State.IN_DOUBT,
    State.SUBMITTED,
    State.UNCONFIRMED,
    State.UNCERTAIN,
    State.FAILED,
    State.EXPIRED,
    State.ABORTED,
]


def keep(receipt: Receipt) -> bool:
    """Store a report; False when this status of this message was known already."""
    return keep_all([receipt]) > 0


def keep_all(told: Sequence[Receipt]) -> int:
    """Store reports, however many come at once; returns how many were not known already."""
    events = {(event.gateway, event.sid, event.status): event for event in map(_event, told)}
    if not events:
        return 0
    known = ProviderEvent.objects.filter(
        gateway__in={gateway for gateway, _, _ in events}, sid__in={sid for _, sid, _ in events}
    )
    for key in known.values_list("gateway", "sid", "status"):
        events.pop(key, None)
    ProviderEvent.objects.bulk_create(events.values(), ignore_conflicts=True, batch_size=BATCH_SIZE)
    return len(events)


def _event(receipt: Receipt) -> ProviderEvent:
    message_id, attempt = tokens.read(receipt.token) or (None, None)
    return ProviderEvent(
        gateway=receipt.gateway,
        sid=receipt.sid[:80],
        status=receipt.status[:20],
        error_code=receipt.error_code[:20],
        message_id=message_id,
        attempt=attempt,
        recipient=receipt.recipient,
    )


def apply(limit: int = BATCH_SIZE) -> int:
    """Apply what has been kept; returns how many reports. Ends when none is left."""
    done = 0
    while number := _apply_some(limit):
        done += number
    return done


@transaction.atomic
def _apply_some(limit: int) -> int:
    at = now()
    waiting = ProviderEvent.objects.filter(applied_at=None).order_by("id")
    reports = claims.lock(waiting, limit)
    messages = _messages_of(reports)
    applied = [report for report in reports if _is_over(report, messages, at)]
    moved: dict[int, OutboxMessage] = {}
    for report in sorted(applied, key=lambda report: ranks.of(report.status)):
        message = messages.get(report.pk)
        if message is not None and _advance(message, report, at):
            moved[message.pk] = message
    _save(moved.values())
    claims.mark(applied, {"applied_at": at})
    return len(applied)


def _messages_of(reports: list[ProviderEvent]) -> dict[int, OutboxMessage]:
    """The message of each report (by its key), by the signed token or by the gateway's name for it.

    Locked: a look-up or a second worker may be at the same message.
    """
    by_id = {report.message_id for report in reports if report.message_id}
    by_sid = {report.sid for report in reports if not report.message_id}
    named = OutboxMessage.objects.filter(sid__in=by_sid).values_list("pk", flat=True) if by_sid else []
    rows = OutboxMessage.objects.filter(pk__in=by_id | set(named)).order_by("pk").select_for_update()
    messages = {message.pk: message for message in rows}
    of_sid = {(message.gateway, message.sid): message for message in messages.values()}
    of_report = {
        report.pk: messages.get(report.message_id) if report.message_id else of_sid.get((report.gateway, report.sid))
        for report in reports
    }
    strangers = [report for report in reports if report.recipient and of_report[report.pk] is None]
    if strangers:
        of_report |= _in_doubt_to(strangers, messages)
    return {key: message for key, message in of_report.items() if message is not None}


def _in_doubt_to(reports: list[ProviderEvent], known: dict[int, OutboxMessage]) -> dict[int, OutboxMessage | None]:
    """The message of each report about a job we never heard of: the one in doubt to that number.

    Whose answer was lost is told by its receipts, too. A gateway that knows messages by
    number has one of them in doubt at a time, and all others are bound to their jobs.
    """
    waiting = OutboxMessage.objects.filter(
        gateway__in={report.gateway for report in reports}, state__in=[State.POSTING, State.IN_DOUBT]
    )
    rows = [known.get(message.pk, message) for message in waiting.order_by("pk").select_for_update()]
    in_doubt = {(message.gateway, batches.recipient_digest(message.address)): message for message in rows}
    found = {report.pk: in_doubt.get((report.gateway, report.recipient)) for report in reports}
    for report in reports:
        message = found[report.pk]
        report.attempt = message.attempt if message is not None else report.attempt
    return found


def _is_over(report: ProviderEvent, messages: dict[int, OutboxMessage], at: datetime) -> bool:
    """Applicable now; or about a stranger for so long that it will stay one."""
    return report.pk in messages or at - report.received_at > STRANGERS_WAIT


def _advance(message: OutboxMessage, report: ProviderEvent, at: datetime) -> bool:
    """Move a message as far as this report takes it; False where it was further already."""
    rank = ranks.of(report.status)
    if message.state not in MOVABLE or rank <= _reached(message, report):
        return False
    message.rank, message.sid, message.gateway = rank, report.sid, report.gateway
    message.state, message.reason, message.moved_at = ranks.state_of(report.status), "", at
    if message.state == State.FAILED:
        _fail(message, report.error_code, at)
    return True


def _reached(message: OutboxMessage, report: ProviderEvent) -> int:
    """The rank a report has to exceed.

    A report of an attempt that has been replaced counts only when it says delivered:
    the newer attempt's own reports carry the message otherwise.
    """
    if message.sid in ("", report.sid):
        return message.rank if message.sid else 0
    is_newer = report.attempt == message.attempt and message.state in (State.POSTING, State.IN_DOUBT)
    return 0 if is_newer else ranks.FAILED_RANK


def _fail(message: OutboxMessage, error_code: str, at: datetime) -> None:
    """Failed for good, or worth another try, as the code says."""
    meaning = codes.of(error_code)
    message.reason = f"{error_code} {meaning.meaning}".strip()[:80]
    if error_code == codes.DOUBLED and message.resends:  # so the first copy was accepted: its receipts carry on
        message.state, message.rank = State.SUBMITTED, ranks.of("sent")
    elif meaning.verdict in WORTH_ANOTHER_TRY and message.retries < meaning.times and _still_wanted(message, at):
        message.retries += 1
        message.state, message.due_at = State.QUEUED, at + meaning.after
    elif meaning.verdict is codes.CodeMeaning.UNKNOWN:
        message.state = State.UNCERTAIN


def _still_wanted(message: OutboxMessage, at: datetime) -> bool:
    expired = message.expires_at is not None and message.expires_at <= at
    return not expired and Batch.objects.filter(pk=message.batch_id).exclude(state=Batch.State.STOPPED).exists()


def _save(messages: Iterable[OutboxMessage]) -> None:
    changed = list(messages)
    fields = ["state", "reason", "rank", "sid", "gateway", "due_at", "retries", "moved_at"]
    OutboxMessage.objects.bulk_update(changed, fields, batch_size=200)
    Attempt.objects.filter(message__in=changed, outcome__in=["posting", "silent", "unsettled"]).update(
        outcome=Attempt.Outcome.FOUND, ended_at=now()
    )
    ledger.tell((message.batch_id, message.state, message.pk) for message in changed)
    _tell_routes(changed)


def _tell_routes(messages: list[OutboxMessage]) -> None:
    """Let routes and the register of addresses learn from how messages ended."""
    finished = (State.DELIVERED, State.FAILED)
    ended = [message for message in messages if message.state in finished or _was_stopped(message)]
    senders = dict(Batch.objects.filter(pk__in={message.batch_id for message in ended}).values_list("pk", "sender"))
    filtered: dict[tuple[str, str], list[bool]] = {}
    stops: dict[tuple[str, str], tuple[str, bool]] = {}
    for message in ended:
        meaning = codes.of(message.reason.split(" ")[0])
        route = (message.gateway, senders[message.batch_id])
        filtered.setdefault(route, []).append(meaning.verdict is codes.CodeMeaning.FILTERED)
        if message.state != State.DELIVERED and meaning.verdict is codes.CodeMeaning.STOP:
            stops[route] = (message.reason, meaning.concerns_account)
    for route, (because, concerns_account) in stops.items():
        routes.trip(*route, because=because)
        if concerns_account:
            routes.trip_account(route[0], because)
    for route, ends in filtered.items():
        routes.count_ends(*route, ends)
    ledger.suppress("sms", _closed_addresses(messages))


def _was_stopped(message: OutboxMessage) -> bool:
    """Queued once more by a receipt that says it never left, because of the account."""
    meaning = codes.of(message.reason.split(" ")[0])
    return message.state == State.QUEUED and meaning.verdict is codes.CodeMeaning.STOP


def _closed_addresses(messages: list[OutboxMessage]) -> dict[str, str]:
    closes = {message.address: codes.of(message.reason.split(" ")[0]).closes for message in messages}
    return {address: reason for address, reason in closes.items() if reason in Suppression.Reason.values}


def give_up_waiting() -> int:
    """Submitted long ago and never confirmed: *unconfirmed*, which is not failed."""
    at = now()
    before = at - timedelta(seconds=settings.OUTBOX_UNCONFIRMED_AFTER)
    silent = OutboxMessage.objects.filter(state=State.SUBMITTED, moved_at__lt=before).order_by("moved_at")
    done = 0
    while messages := claims.take(silent, BATCH_SIZE, {"state": State.UNCONFIRMED, "moved_at": at}):
        ledger.tell((message.batch_id, State.UNCONFIRMED, message.pk) for message in messages)
        done += len(messages)
    return done
