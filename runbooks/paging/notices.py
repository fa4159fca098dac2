"""Who is told of which rung, by which way; and the next way, or the next person, where one fails."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.outbox.models import OutboxMessage
from runbooks.models import Notice, Page
from runbooks.paging import ways

State = OutboxMessage.State
LOST = (State.FAILED, State.SUPPRESSED, State.EXPIRED, State.UNCERTAIN, State.ABORTED)
UNDER_WAY = (State.QUEUED, State.POSTING)
STUCK_AFTER = timedelta(seconds=45)  # in our own outbox: the gateway is in trouble
HEARD_FOR = timedelta(minutes=30)  # how long a failure of a sent word still leads on


def write(page: Page, people: Iterable[Person], kinds: Iterable[str], *, step: int) -> int:
    """Owe each of `people` a word about this rung, in the caller's transaction; returns how many can be reached.

    Written twice it is owed once. Who has no way at all is said, and does not count.
    """
    people, kinds = list(people), list(kinds)
    reached = ways.usable(people)
    rows = []
    for person in people:
        chosen = ways.chosen(reached[person.pk], kinds)
        if not chosen:
            journal.record("page.unreachable", page, person=person.pk, round=page.round, step=step)
        rows += [_notice(page, step, person.pk, way) for way in chosen]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len({row.person_id for row in rows})


def _notice(page: Page, step: int, person: int, way: ways.Reach, *, instead: bool = False) -> Notice:
    return Notice(
        page=page, round=page.round, step=step, person_id=person, way=way.kind, address=way.address, instead=instead
    )


def hear_failures() -> int:
    """Words that reach nobody: the person's next way at once, and without one the next rung; returns how many."""
    lost = _lost()
    for notice, reason in lost:
        _lead_on(notice, reason)
    return len(lost)


def _lost() -> list[tuple[Notice, str]]:
    """Notices of ringing pages whose message failed, or has not left our own outbox for too long. Two queries."""
    at = now()
    sent = Notice.objects.filter(
        state=Notice.State.SENT,
        sent_at__gt=at - HEARD_FOR,
        page__status=Page.Status.RINGING,
        summons__batch__isnull=False,
    )
    notices = list(sent.select_related("page", "person", "summons"))
    if not notices:
        return []
    failed = Q(state__in=LOST) | Q(state__in=UNDER_WAY, batch__released_at__lte=at - STUCK_AFTER)
    batches = {notice.summons.batch_id for notice in notices if notice.summons}
    messages = OutboxMessage.objects.filter(failed, batch__in=batches)
    why = {
        (batch, channel, address): reason or ("not_left" if state in UNDER_WAY else state)
        for batch, channel, address, reason, state in messages.values_list(
            "batch_id", "channel", "address", "reason", "state"
        )
    }
    keyed = [(notice, (notice.summons and notice.summons.batch_id, notice.way, notice.address)) for notice in notices]
    return [(notice, why[key]) for notice, key in keyed if key in why]


@transaction.atomic
def _lead_on(notice: Notice, reason: str) -> None:
    """One of two lookers wins. The page says what failed, and who is tried instead."""
    claimed = Notice.objects.filter(pk=notice.pk, state=Notice.State.SENT)
    if not claimed.update(state=Notice.State.FAILED, reason=reason[:80]):
        return
    page = notice.page
    journal.record("page.way_failed", page, person=notice.person_id, way=notice.way, reason=reason[:80])
    same_rung = Notice.objects.filter(page=page, round=notice.round, step=notice.step)
    tried: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for person, way, address in same_rung.values_list("person", "way", "address"):
        tried[person].add((way, address))
    others = ways.usable([notice.person])[notice.person_id]
    following = next(
        (way for way in others if ways.can_leave(way.kind) and (way.kind, way.address) not in tried[notice.person_id]),
        None,
    )
    if following:
        another = _notice(page, notice.step, notice.person_id, following, instead=True)
        another.round = notice.round
        Notice.objects.bulk_create([another], ignore_conflicts=True)
    elif not same_rung.exclude(state__in=(Notice.State.FAILED, Notice.State.DROPPED)).exists():
        _next_rung_now(notice)


def _next_rung_now(notice: Notice) -> None:
    """Nobody of this rung can be reached: the ladder does not wait for them."""
    waiting = Page.objects.filter(
        pk=notice.page_id, status=Page.Status.RINGING, round=notice.round, state=Page.State.WAITING, due_at__gt=now()
    )
    if waiting.update(due_at=now()):
        journal.record("page.rung_unreachable", notice.page, round=notice.round, step=notice.step)


def drop(pages: Iterable[int], reason: str) -> None:
    """Words about these pages that have not been sent are not necessary any more, in the caller's transaction."""
    waiting = Notice.objects.filter(page__in=pages, state=Notice.State.WAITING)
    waiting.update(state=Notice.State.DROPPED, reason=reason)
