"""Hand over what somebody has, all at once, to a colleague or a queue; and read what one was handed."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.live import audiences, live
from helpdesk.bulk import running
from helpdesk.bulk.running import BulkTerms
from helpdesk.bulk.selection import Selection
from helpdesk.models import BulkAct, HandedWord, Handover, Queue, Ticket

MOST = 200  # tickets on the page of a hand-over
LEADS = (Membership.Role.SHIFT_LEAD, Membership.Role.PLATFORM_ADMIN)


class NotYourTicketsToGive(Refusal):
    sentence = _("Agents hand over their own tickets; a shift lead also those of somebody who cannot.")
    status = 403


class NobodyToHandTo(Refusal):
    sentence = _("Please choose a colleague or a queue, one of them, and not the one who hands over.")
    status = 422


def require_giver(giver: Person, by: Person) -> None:
    if giver.pk != by.pk and not by.has_role(*LEADS):
        raise NotYourTicketsToGive


@transaction.atomic
def hand_over(
    giver: Person,
    selection: Selection,
    *,
    summary: str,
    by: Person,
    to: Person | None = None,
    queue: Queue | None = None,
    words: Mapping[str, str] | None = None,
) -> Handover:
    """These tickets go on with `to`, or wait in `queue` again. `words`: by ticket number, a note for that one alone.

    Of what meanwhile went to somebody else nothing is taken away: the report names it.
    """
    require_giver(giver, by)
    if (to is None) == (queue is None) or to == giver:
        raise NobodyToHandTo
    act = running.keep(BulkTerms(BulkAct.Kind.HAND_OVER, to=to, queue=queue, text=summary), selection, by=by)
    handover = Handover.objects.create(act=act, giver=giver)
    keep_words(act, words or {})
    code = queue.code if queue else None
    journal.record("handover.given", handover, by=by, giver=giver.pk, to=act.to_id, queue=code)
    running.begin(act)
    tell(handover)
    return handover


def keep_words(act: BulkAct, words: Mapping[str, str]) -> None:
    said = {number: text.strip() for number, text in words.items() if text.strip()}
    rows = act.rows.filter(number__in=said, ticket__isnull=False)
    HandedWord.objects.bulk_create([HandedWord(row=row, text=said[row.number]) for row in rows])


def open_tickets_of(giver: Person, by: Person) -> list[Ticket]:
    """What there is to hand over, what is due first first; at most `MOST` at once."""
    visible = Ticket.objects.visible_to(by).open().filter(assignee=giver).by_what_is_due()
    return list(visible.select_related("municipality").defer("search_text")[:MOST])


@transaction.atomic
def read(handover: Handover, *, by: Person) -> None:
    """Somebody for whom it is meant has read it; the first one counts, and it leaves everybody's desk."""
    if not Handover.objects.unread_by(by).filter(pk=handover.pk).exists():
        return
    if Handover.objects.filter(pk=handover.pk, read_at=None).update(read_at=now(), read_by=by):
        handover.refresh_from_db()
        journal.record("handover.read", handover, by=by)
        tell(handover)


def tell(handover: Handover) -> None:
    """Open desks fetch the line above their queue."""
    live.announce(audiences.DESK, "handover", handover.pk, {"read": handover.read_at is not None})
