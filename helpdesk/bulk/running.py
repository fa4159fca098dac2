"""An act for many tickets: ordered, stopped, carried on, and how far it has come.

A short act that no municipality reads is done while its page loads. Everything else is a leased row: a
worker that dies leaves nothing behind that the next does not finish, and each ticket is one transaction with
its row of the list, so that nothing happens twice. Words wait `UNDO_WINDOW` before the first leaves.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Component, Person
from foundation.journal import journal
from foundation.leases import doorbell
from helpdesk.bulk import doing
from helpdesk.bulk.selection import Selection
from helpdesk.models import BulkAct, BulkRow, MajorIncident, Queue, Ticket
from helpdesk.models.bulk import RowOutcome
from helpdesk.tickets.assignment import require_desk

UNDO_WINDOW = timedelta(seconds=10)
AT_ONCE = 20  # tickets, while the page loads
BATCH = 25  # tickets between two looks at the lease
TURN = 500  # tickets, before the next act has its turn
BELL = "bulk"
Outcome = BulkRow.Outcome
logger = logging.getLogger(__name__)


class ActIsOver(Refusal):
    sentence = gettext_lazy("Every ticket of it was looked at already; there is nothing left to stop.")


class NotYourAct(Refusal):
    sentence = gettext_lazy("Whoever began it can stop it.")
    status = 403


@dataclass(frozen=True)
class BulkTerms:
    """What is to be done; each kind asks for its own fields."""

    kind: str
    to: Person | None = None
    component: Component | None = None
    queue: Queue | None = None
    incident: MajorIncident | None = None
    severity: str = ""
    until: datetime | None = None
    text: str = ""


@transaction.atomic
def order(terms: BulkTerms, selection: Selection, *, by: Person) -> BulkAct:
    """Keep the list; begin at once, or after the window in which words can be stopped."""
    act = keep(terms, selection, by=by)
    begin(act)
    return act


@transaction.atomic
def keep(terms: BulkTerms, selection: Selection, *, by: Person) -> BulkAct:
    """What is wanted and for which tickets; nothing of it is done yet."""
    require_desk(by)
    act = BulkAct(by=by, total=len(selection), **vars(terms))
    if act.speaks:
        act.due_at = now() + UNDO_WINDOW
    act.save()
    rows = [listed(act, pk, number) for pk, number in selection.tickets]
    BulkRow.objects.bulk_create(rows, batch_size=500)
    journal.record("bulk_act.ordered", act, by=by, text=terms.text, act=terms.kind, tickets=act.total)
    return act


def begin(act: BulkAct) -> None:
    """A short act that no municipality reads is done before this returns."""
    if act.speaks or act.total > AT_ONCE:
        doorbell.ring(BELL)
    else:
        go_on(act, AT_ONCE)
        end(act)


def listed(act: BulkAct, pk: int | None, number: str) -> BulkRow:
    row = BulkRow(act=act, ticket_id=pk, number=number)
    if pk is None:
        row.outcome, row.why = Outcome.REFUSED, _("There is no such ticket.")
    return row


@transaction.atomic
def stop(act: BulkAct, *, by: Person) -> int:
    """What has not had its turn stays as it is. Returns how many tickets that are."""
    if by.pk != act.by_id:
        raise NotYourAct
    left = act.rows.filter(outcome=Outcome.OWED).update(outcome=Outcome.STOPPED)
    if not left:
        raise ActIsOver
    BulkAct.objects.filter(pk=act.pk).update(stopped_at=now())
    end(act)
    journal.record("bulk_act.stopped", act, by=by, left=left)
    return left


def carry_owed() -> int:
    """Every act that is due, some hundred tickets of each in turn; returns how many tickets were looked at."""
    done = 0
    while claimed := BulkAct.objects.claim(1):
        done += carry(claimed[0])
    return done


def carry(act: BulkAct) -> int:
    """Until all is done, the lease is lost, or others are waiting for their turn."""
    done = 0
    while done < TURN and (looked_at := go_on(act, BATCH)):
        done += looked_at
        if not act.renew():
            return done
    if done < TURN:
        end(act)
    else:
        act.retry(after=timedelta(0))
    return done


def end(act: BulkAct) -> None:
    """Its last ticket was looked at."""
    over = BulkAct.objects.filter(pk=act.pk, ended_at=None)
    over.update(ended_at=now(), state=BulkAct.State.KEPT, owner=None, leased_until=None)
    act.refresh_from_db()


def go_on(act: BulkAct, limit: int) -> int:
    """The next tickets of the list, each with what became of it in one transaction; returns how many."""
    owed = list(act.rows.filter(outcome=Outcome.OWED).order_by("pk").values_list("pk", flat=True)[:limit])
    act.by = Person.objects.get(pk=act.by_id)  # as they are now: who has left the desk meanwhile does nothing more
    with translation.override(act.by.language):
        for pk in owed:
            look_at(act, pk)
    return len(owed)


@transaction.atomic
def look_at(act: BulkAct, pk: int) -> None:
    """One ticket: claim its row, do it, say what became of it."""
    row = BulkRow.objects.select_for_update().filter(pk=pk, outcome=Outcome.OWED).first()
    if row is None or row.ticket_id is None:
        return
    row.outcome, row.why = outcome_of(act, row)
    row.save(update_fields=["outcome", "why"])


def outcome_of(act: BulkAct, row: BulkRow) -> tuple[RowOutcome, str]:
    """Does it. One ticket that cannot is no reason to leave the others; a database that is away is."""
    try:
        with transaction.atomic():
            doing.do(act, row)
    except Refusal as refusal:
        return Outcome.REFUSED, str(refusal)[:300]
    except Ticket.DoesNotExist:
        return Outcome.REFUSED, _("There is no such ticket.")
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001  whatever it was, it is named in the report and in our log
        logger.exception("one ticket of a bulk act failed", extra={"act": act.pk, "ticket": row.number})
        return Outcome.FAILED, ""
    return Outcome.DONE, ""


@dataclass(frozen=True)
class BulkProgress:
    """An act as its page shows it."""

    act: BulkAct
    counts: dict[str, int]  # outcome → tickets

    @property
    def looked_at(self) -> int:
        return self.act.total - self.counts.get(Outcome.OWED, 0)

    @property
    def done(self) -> int:
        return self.counts.get(Outcome.DONE, 0)

    @property
    def left_out(self) -> int:
        return self.looked_at - self.done

    @property
    def is_under_way(self) -> bool:
        return self.act.ended_at is None

    @property
    def begins_in(self) -> int:
        """Seconds in which nothing has left yet."""
        return max(0, round((self.act.due_at - now()).total_seconds())) if self.is_under_way else 0


def progress_of(act: BulkAct) -> BulkProgress:
    counted = act.rows.order_by().values_list("outcome").annotate(number=Count("pk"))
    return BulkProgress(act, Counter(dict(counted)))


def reasons_of(act: BulkAct, person: Person) -> list[tuple[str, int]]:
    """Why tickets were left out, and how many for each reason, the most frequent first."""
    left_out = act.rows.visible_to(person).exclude(outcome__in=(Outcome.DONE, Outcome.OWED)).order_by()
    counted = left_out.values_list("outcome", "why").annotate(number=Count("pk"))
    return sorted(((why or str(Outcome(outcome).label), n) for outcome, why, n in counted), key=lambda pair: -pair[1])
