"""The page of a matter: opened, climbed rung by rung until somebody answers, over.

Everything a rung does is one transaction that also gives the lease back: a worker killed
between any two lines has done the rung, or nothing of it.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.journal.models import Entry
from foundation.leases.models import LeasedRow
from foundation.live import audiences, live
from runbooks.models import Matter, Page
from runbooks.paging import notices, policies, summonses

logger = logging.getLogger(__name__)
Status = Page.Status
AT_A_TIME = 50


class LeaseLost(Exception):
    """Somebody answered, or another worker went on meanwhile: what this one did does not count."""


def go_on(limit: int = AT_A_TIME) -> int:
    """What the sweep and the doorbell call; returns how much there was.

    1. Matters that nobody was called for get their page.
    2. Ladders whose time has come are climbed by a rung.
    3. Words that reached nobody lead to the next way, or the next rung.
    4. Whoever is owed a word is told, all of it in one message.
    """
    opened = _each(Matter.objects.open().claim(limit), _open)
    climbed = _each(Page.objects.open().claim(limit), climb)
    failed = notices.hear_failures()
    if failed:
        climbed += _each(Page.objects.open().claim(limit), climb)
    return opened + climbed + failed + summonses.send_waiting()


def _each(rows: list, work: Callable) -> int:
    """One broken row must not stop the others."""
    for row in rows:
        try:
            work(row)
        except LeaseLost:
            continue
        except Exception as error:
            logger.exception("%s", row)
            row.retry(error=f"{type(error).__name__}: {error}")
    return len(rows)


@transaction.atomic
def _open(matter: Matter) -> None:
    """Begin the ladder; who reported it and keeps the watch has it already."""
    if not matter.keep():
        raise LeaseLost
    page = Page.objects.create(matter=matter, opened_at=now())
    journal.record("page.opened", page, matter=matter.pk, severity=matter.severity)
    reporter = matter.reported_by
    if reporter and reporter.keeps_the_watch:
        policy = policies.choose(policies.MatterFacts.of(matter), now())
        Page.objects.filter(pk=page.pk).update(taken_minutes=policy.taken_minutes if policy else 0, policy=policy)
        take([page.pk], by=reporter, via="report")
    tell(page)


@transaction.atomic
def climb(page: Page) -> None:
    """The rung that is due; rungs with nobody on them are passed over at once, and said."""
    at = now()
    if page.status == Status.UNANSWERED:
        page.keep()
        return
    also: list[Person] = []
    if page.status == Status.TAKEN:
        if _has_progressed(page, at):
            _give_back(page, at + timedelta(minutes=page.taken_minutes))
            return
        also = _expire(page)
    if not page.rungs and (first := _begin(page, at)) > at:
        _give_back(page, first)
        return
    while page.place < len(page.rungs):
        place, rung = page.place, page.rungs[page.place]
        people = list(dict.fromkeys([*also, *policies.people_of(rung, at)]))
        for person in policies.meant_by(rung, at):
            if person not in people:
                journal.record("page.away", page, person=person.pk, round=page.round, step=place)
        told = notices.write(page, people, rung["ways"], step=place)
        if not told:
            journal.record("page.passed_over", page, round=page.round, step=place, people=len(people))
        _step_on(page)
        if told:
            journal.record("page.called", page, round=page.round, step=place, people=told)
            _give_back(page, at + timedelta(minutes=rung["minutes"]))
            return
    _nobody_answered(page, at)


def _begin(page: Page, at: datetime) -> datetime:
    """Choose the policy and copy its steps; returns when the first rung is due."""
    policy = policies.choose(policies.MatterFacts.of(page.matter), at)
    page.policy, page.rungs = policy, policies.rungs_of(policy)
    page.rounds = policy.rounds if policy else 1
    page.taken_minutes = policy.taken_minutes if policy else 0
    if page.notices.exists():
        page.round += 1
    page.place = 0
    return policies.first_call_at(policy, at) if policy else at


def _step_on(page: Page) -> None:
    """To the next rung; from the last before the end of the line back to the first, if a round is left.

    A round that found nobody is not gone a second time.
    """
    page.place += 1
    main = sum(not rung["is_end"] for rung in page.rungs)
    if page.place == main and page.rounds > 1 and page.notices.filter(round=page.round).exists():
        page.place, page.round, page.rounds = 0, page.round + 1, page.rounds - 1


def _give_back(page: Page, due: datetime) -> None:
    """Write down where the ladder stands and give the lease back, if it is still ours."""
    if not page.retry(after=due - now()):
        raise LeaseLost
    page.attempt = 0
    page.save(
        update_fields=[
            "policy", "rungs", "rounds", "taken_minutes", "status", "round", "place",
            "taken_by", "taken_at", "taken_via", "attempt",
        ]
    )  # fmt: skip
    tell(page)


def _has_progressed(page: Page, at: datetime) -> bool:
    """Whether somebody has done anything about the matter since it was taken, or since it was last looked at."""
    since = max(filter(None, (page.taken_at, at - timedelta(minutes=page.taken_minutes))))
    matter = page.matter
    done = Entry.objects.filter(subject_type=matter.subject_type, subject_id=matter.subject_id, at__gt=since)
    done = done.exclude(person_id=None).exclude(kind="outage.acknowledged")
    return not page.taken_minutes or bool(matter.subject_id) and done.exists()


def _expire(page: Page) -> list[Person]:
    """Nothing happened since it was taken: the ladder begins anew, with whoever had it on its first rung."""
    owner = page.taken_by
    journal.record("page.expired", page, owner=page.taken_by_id)
    page.status, page.rungs = Status.RINGING, []
    page.taken_by, page.taken_at, page.taken_via = None, None, ""
    return [owner] if owner and owner.is_active else []


def _nobody_answered(page: Page, at: datetime) -> None:
    """The end of the line: nobody is left to call. It stays open, and every board says so."""
    if not page.keep():
        raise LeaseLost
    page.status, page.unanswered_at = Status.UNANSWERED, at
    page.save(update_fields=["policy", "rungs", "rounds", "status", "round", "place", "unanswered_at"])
    journal.record("page.unanswered", page, rounds=page.round)
    tell(page)


@transaction.atomic
def take(pages: Iterable[int], *, by: Person, via: str) -> list[int]:
    """These pages are theirs from now on, where nobody else has them; returns those it took.

    Of two who answer at once one is let through for each page. Words that have not been sent are dropped.
    """
    at, taken = now(), []
    for page in Page.objects.filter(pk__in=list(pages), status__in=summonses.UNTAKEN).order_by("pk"):
        asked_again = page.taken_minutes > 0
        claimed = Page.objects.filter(pk=page.pk, status__in=summonses.UNTAKEN).update(
            status=Status.TAKEN,
            taken_by=by,
            taken_at=at,
            taken_via=via,
            unanswered_at=None,
            state=LeasedRow.State.WAITING if asked_again else LeasedRow.State.KEPT,
            due_at=at + timedelta(minutes=page.taken_minutes),
            owner=None,
            leased_until=None,
        )
        if claimed:
            taken.append(page.pk)
            journal.record("page.taken", page, by=by, via=via)
            page.status = Status.TAKEN
            tell(page)
    notices.drop(taken, "taken")
    summonses.take_back(taken)
    return taken


@transaction.atomic
def end(matter: Matter) -> None:
    """It is over: nobody is called for it any more."""
    at = now()
    if not Matter.objects.open().filter(pk=matter.pk).update(ended_at=at, state=LeasedRow.State.KEPT, owner=None):
        return
    open_pages = list(Page.objects.open().filter(matter=matter))
    Page.objects.filter(pk__in=[page.pk for page in open_pages]).update(
        status=Status.OVER, ended_at=at, state=LeasedRow.State.KEPT, owner=None, leased_until=None
    )
    notices.drop([page.pk for page in open_pages], "over")
    summonses.take_back([page.pk for page in open_pages])
    journal.record("matter.ended", matter, about=matter.kind)
    for page in open_pages:
        page.status = Status.OVER
        tell(page)


def tell(page: Page) -> None:
    """Say to open boards where the ladder stands."""
    live.announce(audiences.BOARD, "page", page.pk, page.live_state())
