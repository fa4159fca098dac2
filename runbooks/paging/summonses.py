"""The message itself: one to a person, about everything that calls them at that moment.

Forty outages in a minute are one message with a number. A person who was told a moment
ago is told again after a short hold; who said that they are awake gets a digest, and no ringing.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.leases import claims
from foundation.outbox import outbox
from foundation.outbox.lanes import Lane
from foundation.outbox.models import OutboxMessage
from runbooks.models import Awake, Matter, Notice, Page, Summons
from runbooks.paging import wording

logger = logging.getLogger(__name__)
SALT = "nobet.summons"
CODE_LIVES = timedelta(hours=4)
USEFUL_FOR = timedelta(minutes=10)  # after that the ladder has gone on
LATELY = timedelta(minutes=15)
HOLD = timedelta(seconds=30)  # after a message the next one gathers for so long
STORM_HOLD = timedelta(minutes=3)  # once three have gone in a quarter of an hour
AWAKE_HOLD, AWAKE_S1_HOLD = timedelta(minutes=10), timedelta(minutes=2)
STORM = 3
MOST_NOTICES = 500
UNTAKEN = (Page.Status.RINGING, Page.Status.UNANSWERED)


def hold(lately: int, *, is_awake: bool, is_s1: bool) -> timedelta:
    """How long after their last message a person is left in peace; `lately` messages went in a quarter of an hour."""
    if is_awake:
        return AWAKE_S1_HOLD if is_s1 else AWAKE_HOLD
    return STORM_HOLD if lately >= STORM and not is_s1 else HOLD


def send_waiting() -> int:
    """Tell everyone who is owed a word and not being held; returns how many messages went."""
    at = now()
    waiting = Notice.objects.filter(state=Notice.State.WAITING)
    owed: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for person, severity, instead in waiting.values_list("person", "page__matter__severity", "instead"):
        owed[person].append((severity, instead))
    if not owed:
        return 0
    times: dict[int, list[datetime]] = defaultdict(list)
    lately = Summons.objects.filter(person__in=owed, at__gt=at - LATELY)
    for person, told_at in lately.values_list("person", "at"):
        times[person].append(told_at)
    awake = set(Awake.objects.at(at).filter(person__in=owed).values_list("person", flat=True))
    ready = [one for one in owed if _may_be_told(owed[one], times[one], at, is_awake=one in awake)]
    return sum(_try(person, is_awake=person in awake) for person in ready)


def _try(person: int, *, is_awake: bool) -> int:
    """One person who cannot be told must not keep the others from being told."""
    try:
        return _summon(person, is_awake=is_awake)
    except Exception:
        logger.exception("person %s could not be summoned", person)
        return 0


def _may_be_told(words: list[tuple[str, bool]], times: list[datetime], at: datetime, *, is_awake: bool) -> bool:
    """The way that replaces a failed one is never held: nothing has reached this person yet."""
    if not times or any(instead for _severity, instead in words):
        return True
    is_s1 = any(severity == "S1" for severity, _instead in words)
    return at - max(times) >= hold(len(times), is_awake=is_awake, is_s1=is_s1)


@transaction.atomic
def _summon(person_id: int, *, is_awake: bool) -> int:
    """One message by each way, whatever number of matters; notices, message and code in one transaction."""
    waiting = Notice.objects.filter(person=person_id, state=Notice.State.WAITING)
    locked = claims.lock(waiting.select_related("page__matter").order_by("pk"), MOST_NOTICES)
    gone = [notice for notice in locked if notice.page.status not in UNTAKEN]
    quiet = [notice for notice in locked if is_awake and notice.way == Notice.Way.VOICE]
    claims.mark(gone, {"state": Notice.State.DROPPED, "reason": "taken"})
    claims.mark(quiet, {"state": Notice.State.DROPPED, "reason": "awake"})
    notices = [notice for notice in locked if notice not in gone and notice not in quiet]
    if not notices:
        return 0
    at, person = now(), Person.objects.get(pk=person_id)
    summons = Summons.objects.create(person=person, code=_fresh_code(person, at), at=at)
    matters = {notice.page.matter_id: notice.page.matter for notice in notices}
    gravest_first = sorted(matters.values(), key=lambda matter: (matter.severity, matter.pk))
    batch = outbox.open_batch(
        f"page:{summons.pk}", lane=Lane.LIFE_SAFETY, expires_at=at + USEFUL_FOR, urgent=True, sender=settings.SMS_SENDER
    )
    for way in dict.fromkeys(notice.way for notice in notices):
        addresses = {notice.address for notice in notices if notice.way == way}
        outbox.add(batch, way, _addressees(person, way, addresses, gravest_first, summons), for_duty=True)
    outbox.release(batch)
    Summons.objects.filter(pk=summons.pk).update(batch=batch)
    claims.mark(notices, {"state": Notice.State.SENT, "sent_at": at, "summons": summons})
    Page.objects.filter(pk__in={notice.page_id for notice in notices}, called_at=None).update(called_at=at)
    journal.record("summons.sent", summons, to=person.pk, matters=len(matters), awake=is_awake)
    return 1


def _addressees(
    person: Person, way: str, addresses: Iterable[str], matters: Sequence[Matter], summons: Summons
) -> list[outbox.Addressee]:
    subject = ""
    if way == Notice.Way.EMAIL:
        subject, text = wording.letter(person, matters, summons.code, link(summons))
    elif way == Notice.Way.VOICE:
        text = wording.voice(person, matters)
    else:
        text = wording.sms(person, matters, summons.code)
    return [
        outbox.Addressee(address, text, subject=subject, reference=f"summons:{summons.pk}") for address in addresses
    ]


def _fresh_code(person: Person, at: datetime) -> str:
    """Four digits that call nothing else of this person's just now."""
    used = set(Summons.objects.filter(person=person, at__gt=at - CODE_LIVES).values_list("code", flat=True))
    while (code := f"{secrets.randbelow(10_000):04}") in used:
        continue
    return code


def link(summons: Summons) -> str:
    """The address in the letter: it shows, and a press on it takes; reading it changes nothing."""
    token = signing.dumps(summons.pk, salt=SALT)
    return f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:page_answer', args=[token])}"


def of_link(token: str) -> Summons | None:
    """The summons of a link that is ours and young enough."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=CODE_LIVES)
    except signing.BadSignature:
        return None
    return Summons.objects.filter(pk=pk, person__is_active=True).select_related("person").first()


def of_code(address: str, code: str) -> Summons | None:
    """The youngest summons with this code that went to this very address."""
    sent = Summons.objects.filter(
        code=code, at__gt=now() - CODE_LIVES, notices__address=address, person__is_active=True
    )
    return sent.select_related("person").order_by("-at").first()


def pages_of(summons: Summons) -> list[Page]:
    """What it called for, gravest first."""
    pages = Page.objects.filter(notices__summons=summons).distinct()
    return list(pages.select_related("matter", "taken_by").order_by("matter__severity", "pk"))


def take_back(pages: Iterable[int]) -> None:
    """Messages that call for nothing any more and have not left are stopped, in the caller's transaction."""
    told = Summons.objects.filter(
        notices__page__in=pages, at__gt=now() - USEFUL_FOR, batch__messages__state=OutboxMessage.State.QUEUED
    )
    for summons in told.exclude(notices__page__status__in=UNTAKEN).select_related("batch").distinct():
        if summons.batch:
            outbox.stop(summons.batch)
