"""Taking a page: by code, key, button or link; handing it over; saying that one is awake.

An answer counts from the address that was called, with the code that was sent there; neither
alone opens anything. Answering twice gives the same answer.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.language import collation, phone_numbers
from foundation.outbox import outbox
from foundation.outbox.lanes import Lane
from foundation.outbox.models import InboundMessage
from monitoring import outages
from monitoring.refusals import AlreadyAcknowledged
from runbooks.models import Awake, ContactWay, Page, Summons
from runbooks.paging import ladders, summonses, ways, wording

AWAKE_FOR = timedelta(hours=4)
AWAKE_WORD = "ayaktayim"
_CODE = re.compile(r"\b[0-9]{4}\b")
ANSWER_LIVES = timedelta(minutes=10)


class NotCalled(Refusal):
    status = 403
    sentence = _("Only the watch, and whoever was called, answers a call.")


class PageIsOver(Refusal):
    sentence = _("This is over: nobody is called for it any more.")


class TakenByAnother(Refusal):
    """Somebody was first; the sentence says who and since when."""


class NotYours(Refusal):
    status = 403
    sentence = _("Only who has it, or a shift lead, hands it over.")


class CannotTakeOver(Refusal):
    status = 422
    sentence = _("Please choose somebody of the watch who can be reached.")


@transaction.atomic
def acknowledge(page: Page, *, by: Person, via: str = "page") -> None:
    """Take it: the ladder stops, and everyone sees who has it. Taking it twice changes nothing.

    Refused with NotCalled, PageIsOver, or TakenByAnother with the name.
    """
    if not Page.objects.visible_to(by).filter(pk=page.pk).exists():
        raise NotCalled
    if take([page.pk], by=by, via=via):
        return
    page.refresh_from_db()
    if page.status == Page.Status.OVER:
        raise PageIsOver
    if page.taken_by_id != by.pk and page.taken_by and page.taken_at:
        since = timezone.localtime(page.taken_at).strftime("%H.%M")
        raise TakenByAnother(gettext("%(name)s has had it since %(since)s.") % {"name": page.taken_by, "since": since})


def take(pages: Iterable[int], *, by: Person, via: str) -> list[int]:
    """`ladders.take`, and the outages behind these pages are acknowledged too; in the caller's transaction."""
    taken = ladders.take(pages, by=by, via=via)
    for page in Page.objects.filter(pk__in=taken, matter__kind="outage").select_related("matter__outage"):
        try:
            if page.matter.outage and page.matter.outage.is_open:
                outages.acknowledge(page.matter.outage, by)
        except AlreadyAcknowledged:
            continue
    return taken


@transaction.atomic
def answer(summons: Summons, *, via: str) -> str:
    """Take everything this message called for; what they hear: theirs, another's, or over."""
    person, pages = summons.person, summonses.pages_of(summons)
    won = set(take([page.pk for page in pages], by=person, via=via))
    again = summonses.pages_of(summons)
    mine: Sequence[Page] = [page for page in again if page.pk in won]
    return wording.outcome(person, mine, [page for page in again if page.pk not in won])


@transaction.atomic
def hear_reply(inbound: InboundMessage) -> None:
    """An SMS on a two-way route: the code from the very number it went to takes; "ayaktayım" is obeyed.

    They get one word back: what is theirs, or who has it. Nobody else is ever answered.
    """
    number = phone_numbers.read(inbound.address).address
    if AWAKE_WORD in collation.fold(inbound.text):
        _hear_awake(number)
    for code in dict.fromkeys(_CODE.findall(inbound.text)):
        if summons := summonses.of_code(number, code):
            text = answer(summons, via="sms")
            key = f"page-answer:{inbound.pk}:{summons.pk}"
            batch = outbox.open_batch(key, lane=Lane.LIFE_SAFETY, expires_at=now() + ANSWER_LIVES, urgent=True)
            outbox.add(batch, "sms", [outbox.Addressee(number, text)], for_duty=True)
            outbox.release(batch)


def hear_keys(address: str, code: str) -> str:
    """The code keyed on a call from, or to, the very number it was sent to; what they hear, "" if it is none."""
    summons = summonses.of_code(phone_numbers.read(address).address, code)
    if summons is None:
        return ""
    with override("tr"):
        return answer(summons, via="keys")


def _hear_awake(number: str) -> None:
    listed = ContactWay.objects.verified().filter(address=number, person__is_active=True)
    owners = Person.objects.filter(pk__in=listed.values("person")) or Person.objects.filter(
        phone=number, is_active=True
    )
    for person in owners[:2]:
        wake(person)


@transaction.atomic
def wake(person: Person) -> Awake:
    """ "Ayaktayım": for four hours one digest instead of call after call. Saying it again begins anew."""
    at = now()
    awake, _is_new = Awake.objects.update_or_create(person=person, defaults={"since": at, "until": at + AWAKE_FOR})
    journal.record("person.awake", person, by=person)
    return awake


@transaction.atomic
def sleep(person: Person) -> None:
    """No longer awake: calls ring again."""
    if Awake.objects.filter(person=person).delete()[0]:
        journal.record("person.asleep", person, by=person)


@transaction.atomic
def hand_over(page: Page, *, to: Person, by: Person) -> None:
    """Give it to somebody of the watch, who is told at once. Refused with NotYours or CannotTakeOver."""
    if page.taken_by_id != by.pk and not by.has_role(Membership.Role.SHIFT_LEAD, Membership.Role.PLATFORM_ADMIN):
        raise NotYours
    reach = ways.usable([to])[to.pk]
    if not (to.is_active and to.keeps_the_watch and reach):
        raise CannotTakeOver
    at = now()
    held = Page.objects.filter(pk=page.pk, status=Page.Status.TAKEN, taken_by=page.taken_by)
    if not held.update(taken_by=to, taken_at=at, taken_via="handed"):
        raise PageIsOver
    journal.record("page.handed_over", page, by=by, to=to.pk)
    with override(to.language):
        text = gettext("NÖBET: %(name)s handed this over to you: %(title)s.") % {
            "name": by,
            "title": wording.short(page.matter.title),
        }
    batch = outbox.open_batch(f"page-handed:{page.pk}:{at.timestamp()}", lane=Lane.LIFE_SAFETY, urgent=True)
    way = reach[0]
    outbox.add(batch, way.kind, [outbox.Addressee(way.address, text, subject=text)], for_duty=True)
    outbox.release(batch)
    page.refresh_from_db()
    ladders.tell(page)


def heirs(page: Page) -> list[Person]:
    """Whom it can be handed to: those of the watch, but for who has it."""
    roles = (Membership.Role.OPERATOR, Membership.Role.SHIFT_LEAD, Membership.Role.PLATFORM_ADMIN)
    return list(Person.objects.holding(roles).exclude(pk=page.taken_by_id or 0).order_by("sort_key"))
