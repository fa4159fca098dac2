"""One simulated night of paging after another: a moved clock, workers that die between any two lines, no bells.

A night is a transaction that is undone. What dies, who sleeps, which reply is lost and which message
never arrives is decided by dice; what may not happen is `faults`.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType

import time_machine
from django.db import transaction

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.journal.models import Entry
from foundation.outbox import inbound
from foundation.outbox.models import OutboxMessage
from runbooks.models import Matter, Notice, Page, Rota, Shift, Summons
from runbooks.paging import ladders, matters
from tests.runbooks.nights import NIGHT

PAGING = str(Path(ladders.__file__).parent)
KILLS = 0.25  # of the looks at the ladders
LOST_REPLIES, LOST_MESSAGES, REFUSED = 0.3, 0.05, 0.05
LONGEST = timedelta(minutes=75)
Role = Membership.Role


class Killed(BaseException):
    """The worker is gone in the middle of a line."""


@dataclass
class NightSeen:
    """What one night showed. Times are seconds after the fault."""

    faults: list[str] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    kills: int = 0
    ends: Counter = field(default_factory=Counter)


def people() -> list[Person]:
    """The watch of all nights: three operators, a shift lead, a platform administrator."""
    roles = (Role.OPERATOR, Role.OPERATOR, Role.OPERATOR, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
    watch = []
    with time_machine.travel(NIGHT - timedelta(days=1), tick=False):
        for number, role in enumerate(roles):
            person = Person.objects.create(
                email=f"gece{number}@example.test", name=f"Gece {number}", phone=f"+90532000020{number}"
            )
            Membership.objects.create(person=person, role=role)
            watch.append(person)
    Rota.objects.get_or_create(key="nobet", defaults={"name_tr": "Nöbet", "name_en": "Watch"})
    return watch


def play(watch: list[Person], dice: random.Random) -> NightSeen:
    """One night, undone afterwards."""
    seen = NightSeen()
    begin = NIGHT + timedelta(days=dice.randrange(300), minutes=dice.randrange(180))
    with time_machine.travel(begin, tick=False) as clock, transaction.atomic():
        first, second = _crew(watch, dice)
        _trouble(dice)
        asleep = {person.pk for person in watch if dice.random() < 0.5}
        answered: set[int] = set()
        while _is_restless() and now() - begin < LONGEST:
            clock.shift(timedelta(seconds=dice.choice((5, 10, 15, 20))))
            _look(dice, seen)
            _carry(dice)
            _reply(dice, asleep, answered)
        _judge(seen, first, second)
        transaction.set_rollback(True)
    return seen


def _crew(watch: list[Person], dice: random.Random) -> tuple[Person | None, Person | None]:
    """Who is on call tonight; now and then nobody, or somebody who left or has no telephone."""
    first, second = dice.sample(watch[:4], 2)
    rota = Rota.objects.get(key="nobet")
    for rank, person in ((1, first), (2, second)):
        if dice.random() < 0.9:
            at = now()
            Shift.objects.create(
                rota=rota, person=person, rank=rank, starts_at=at - timedelta(hours=3), ends_at=at + timedelta(hours=9)
            )
    if dice.random() < 0.1:
        Person.objects.filter(pk=first.pk).update(phone="")
    if dice.random() < 0.05:
        Person.objects.filter(pk=first.pk).update(is_active=False)
    return first, second


def _trouble(dice: random.Random) -> None:
    for number in range(dice.choice((1, 1, 2, 6))):
        told = matters.Report("sweep", f"gece:{number}", dice.choice(("S1", "S1", "S2")), "Gece", "Night", "/board/")
        matters.report(told)


def _is_restless() -> bool:
    settled = Page.objects.exclude(status=Page.Status.RINGING).count()
    return settled < Matter.objects.filter(ended_at=None).count()


def _look(dice: random.Random, seen: NightSeen) -> None:
    """The sweep; in some looks the worker dies between two lines of paging, and its leases stay behind."""
    if dice.random() >= KILLS:
        ladders.go_on()
        return
    left = dice.randrange(1, 400)

    def on_line(frame: FrameType, event: str, argument: object):
        nonlocal left
        if event == "line":
            left -= 1
            if left <= 0:
                raise Killed
        return on_line

    def on_call(frame: FrameType, event: str, argument: object):
        return on_line if frame.f_code.co_filename.startswith(PAGING) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        ladders.go_on()  # what was committed stays: leases too, until they run out
    except Killed:
        seen.kills += 1
    finally:
        sys.settrace(before)


def _carry(dice: random.Random) -> None:
    """The network: most arrive, some fail, some never leave."""
    state = OutboxMessage.State
    queued = OutboxMessage.objects.filter(state=state.QUEUED, batch__state="released", due_at__lte=now())
    for message in queued:
        fate = dice.random()
        if fate < LOST_MESSAGES:
            continue
        ended = state.FAILED if fate < LOST_MESSAGES + REFUSED else state.DELIVERED
        OutboxMessage.objects.filter(pk=message.pk).update(state=ended, reason="30003" * (ended == state.FAILED))


def _reply(dice: random.Random, asleep: set[int], answered: set[int]) -> None:
    """Who is awake answers some time after a message has arrived; replies get lost, or come twice."""
    arrived = OutboxMessage.objects.filter(state="delivered", channel="sms", batch__summons__isnull=False)
    for summons in Summons.objects.filter(batch__in=arrived.values("batch")).exclude(pk__in=answered):
        if summons.person_id in asleep or dice.random() < 0.7:
            continue
        answered.add(summons.pk)
        if dice.random() < LOST_REPLIES:
            continue
        phone = str(Person.objects.get(pk=summons.person_id).phone)
        for copy in range(dice.choice((1, 1, 2))):
            inbound.receive("console", sid=f"G{summons.pk}", address=phone, text=f"{summons.code} {copy}")


def _judge(seen: NightSeen, first: Person | None, second: Person | None) -> None:
    """What may not have happened, in this order: skipped, told twice, without an end."""
    for page in Page.objects.select_related("matter"):
        seen.ends[page.status] += 1
        if page.status not in (Page.Status.TAKEN, Page.Status.UNANSWERED):
            seen.faults.append(f"page {page.pk} has no end: {page.status}")
        seen.faults += [f"page {page.pk}: rung {place + 1} was skipped" for place in _skipped(page)]
        if page.called_at:
            seen.first.append((page.called_at - page.matter.opened_at).total_seconds())
    if Matter.objects.filter(ended_at=None).count() != Page.objects.count():
        seen.faults.append("a matter without its one page")
    seen.faults += _doubled()
    silent = Notice.objects.filter(step=1, round=1, person=second, state="sent", page__matter__severity="S1")
    for notice in silent.select_related("page__matter"):
        seen.second.append((notice.sent_at - notice.page.matter.opened_at).total_seconds())


def _skipped(page: Page) -> Iterator[int]:
    """Rungs below the one it stands on that neither told somebody nor were said to be empty."""
    told = set(Notice.objects.filter(page=page).values_list("round", "step"))
    entries = Entry.objects.filter(subject_type="runbooks.page", subject_id=str(page.pk), kind="page.passed_over")
    said = {(entry.facts["round"], entry.facts["step"]) for entry in entries}
    for place in range(page.place):
        if (page.round, place) not in told | said:
            yield place


def _doubled() -> Iterator[str]:
    """Each word left in one message, and each message holds words."""
    words = Notice.objects.filter(state__in=("sent", "failed")).values_list("summons", "way", "address")
    if any(summons is None for summons, _way, _address in words):
        yield "a word that is told of without a message"
    messages = OutboxMessage.objects.filter(batch__summons__isnull=False)
    sent = Counter(messages.values_list("batch__summons", "channel", "address"))
    if set(sent) != set(words):
        yield "messages and words do not match"
    if any(number > 1 for number in sent.values()):
        yield "the same message twice"
    each = Counter(Notice.objects.values_list("page", "round", "step", "person", "way", "address"))
    if any(number > 1 for number in each.values()):
        yield "somebody was paged twice for one step"
