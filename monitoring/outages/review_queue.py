"""The second look at what very many people will read.

What we say first (an outage that is measured or declared) goes out at once and alone:
silence costs more than a clumsy sentence. Every later word about an outage that is not
local is written by one person and let out by another. Who is alone in the night says so,
with a reason that everybody on the watch reads.
"""

from typing import TypedDict

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from monitoring.models import Outage, Proposal
from monitoring.outages import ending, updates
from monitoring.refusals import AlreadyDecided, NeedsOtherEyes, OutageIsOver


class Words(TypedDict, total=False):
    """What is said; `minutes` until the next word: 0 announces none, None leaves the announced one."""

    stage: str
    text_tr: str
    text_en: str
    minutes: int | None


class Signed(TypedDict):
    seen_by: Person | None
    alone_because: str


@transaction.atomic
def propose(outage: Outage, *, stage: str, text_tr: str, text_en: str, minutes: int | None, by: Person) -> Proposal:
    """Lay words before the watch; words that still wait give way. Refused with OutageIsOver."""
    if not Outage.objects.open().select_for_update().filter(pk=outage.pk).exists():
        raise OutageIsOver
    waiting = outage.proposals.waiting()
    waiting.update(status=Proposal.Status.REPLACED, decided_by=by, decided_at=now())
    made = Proposal.objects.create(outage=outage, stage=stage, text_tr=text_tr, text_en=text_en, minutes=minutes, by=by)
    journal.record("update.proposed", outage, by=by, text=text_tr, stage=stage)
    updates.tell_the_watch(outage)
    return made


@transaction.atomic
def let_out(proposal: Proposal, *, by: Person) -> None:
    """Publish what somebody else wrote. Refused with NeedsOtherEyes, AlreadyDecided, OutageIsOver."""
    decide(proposal, Proposal.Status.PUBLISHED, by=by)
    journal.record("update.seen", proposal.outage, by=by, written_by=proposal.by_id)
    publish(proposal.outage, **proposal.words, by=proposal.by, seen_by=by)


@transaction.atomic
def send_back(proposal: Proposal, *, by: Person, note: str) -> None:
    """Not like this, and why. Refused with NeedsOtherEyes, AlreadyDecided."""
    decide(proposal, Proposal.Status.SENT_BACK, by=by, note=note)
    journal.record("update.sent_back", proposal.outage, by=by, text=note)
    updates.tell_the_watch(proposal.outage)


@transaction.atomic
def take_back(proposal: Proposal, *, by: Person) -> None:
    """The writer thinks again. Refused with AlreadyDecided."""
    mine = Proposal.objects.waiting().filter(pk=proposal.pk, by=by)
    if not mine.update(status=Proposal.Status.REPLACED, decided_by=by, decided_at=now()):
        raise AlreadyDecided
    journal.record("update.taken_back", proposal.outage, by=by)
    updates.tell_the_watch(proposal.outage)


def decide(proposal: Proposal, status: str, *, by: Person, note: str = "") -> None:
    """One of two people who decide in the same second does; never the writer."""
    if proposal.by_id == by.pk:
        raise NeedsOtherEyes
    waiting = Proposal.objects.waiting().filter(pk=proposal.pk)
    if not waiting.update(status=status, decided_by=by, decided_at=now(), note=note):
        raise AlreadyDecided
    proposal.refresh_from_db()


@transaction.atomic
def publish_alone(
    outage: Outage, *, stage: str, text_tr: str, text_en: str, minutes: int | None, by: Person, because: str
) -> None:
    """Without a second look, and the whole watch is told why. Refused with OutageIsOver."""
    waiting = outage.proposals.waiting()
    waiting.update(status=Proposal.Status.REPLACED, decided_by=by, decided_at=now())
    journal.record("update.published_alone", outage, by=by, text=because)
    publish(outage, stage=stage, text_tr=text_tr, text_en=text_en, minutes=minutes, by=by, alone_because=because)


def publish(
    outage: Outage,
    *,
    stage: str,
    text_tr: str,
    text_en: str,
    minutes: int | None,
    by: Person,
    seen_by: Person | None = None,
    alone_because: str = "",
) -> None:
    """Through the verb of the stage; `seen_by` looked first, or `alone_because` says why nobody did."""
    signed: Signed = {"seen_by": seen_by, "alone_because": alone_because}
    if stage == Outage.Stage.RESOLVED:
        ending.end(outage, by=by, text_tr=text_tr, text_en=text_en, **signed)
    else:
        next_at = updates.next_word(outage, minutes)
        updates.publish(outage, stage=stage, text_tr=text_tr, text_en=text_en, by=by, next_update_at=next_at, **signed)
