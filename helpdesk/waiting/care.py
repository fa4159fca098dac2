"""Remind a municipality that an answer is awaited, say when the ticket closes, and close it then.

S1 is never closed like this. An answer at any time, or a new word of a colleague, begins it anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_sla import calendars
from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk import tickets
from helpdesk.models import Message, Queue, RemindedTicket, Ticket, WaitingCare
from helpdesk.refusals import QueueEnded
from helpdesk.teams.teams import require_administrator
from helpdesk.tickets import emails
from helpdesk.tickets.conversation import say

CALENDAR = "tr-mesai"
WAITS = Ticket.Status.WAITING_ON_THEM
BATCH = 500


@dataclass(frozen=True)
class CareTerms:
    """Working days until the reminder, and from there until the ticket is closed."""

    remind_after: int
    close_after: int
    is_active: bool


@transaction.atomic
def set_up(queue: Queue, terms: CareTerms, *, by: Person) -> WaitingCare:
    """From now on; a ticket that has its reminder is closed on the day that the reminder named."""
    require_administrator(by)
    if queue.ended_at:
        raise QueueEnded
    kept, _is_new = WaitingCare.objects.update_or_create(queue=queue, defaults=vars(terms))
    journal.record("queue.waiting_care_set", queue, by=by, **vars(terms))
    return kept


def look_after() -> int:
    """The recurring look; returns how many were reminded or closed."""
    return close_due() + remind_due()


def waiting() -> QuerySet[Any]:
    """Those that wait for their municipality, with `since`: when a person of ours wrote last."""
    ours = Message.objects.filter(ticket=OuterRef("pk"), kind=Message.Kind.PUBLIC, side=Message.Side.US)
    last = ours.filter(author__isnull=False).order_by("-pk").values("created_at")[:1]
    open_ones = Ticket.objects.filter(status=WAITS, queue__waiting_care__is_active=True)
    return open_ones.exclude(severity=Ticket.Severity.S1).annotate(since=Subquery(last)).filter(since__isnull=False)


def remind_due() -> int:
    hours, at = calendars.by_code(CALENDAR), now()
    longest = at - timedelta(days=1)  # nobody is reminded sooner; the working days are counted below
    candidates = waiting().filter(since__lte=longest).exclude(reminded__since=F("since")).order_by("pk")
    rows = candidates.values_list("pk", "since", "queue__waiting_care__remind_after")
    due = [pk for pk, since, days in rows.iterator() if hours.end_of_working_day(since, days) <= at]
    return sum(remind(pk) for pk in due[:BATCH])


@transaction.atomic
def remind(pk: int) -> bool:
    """One ticket, as it stands now; False if it no longer waits, or was reminded meanwhile."""
    ticket, since = held(pk)
    if ticket is None or since is None or RemindedTicket.objects.filter(ticket=ticket, since=since).exists():
        return False
    at = now()
    closes_at = calendars.by_code(CALENDAR).end_of_working_day(at, ticket.queue.waiting_care.close_after)
    terms = {"since": since, "reminded_at": at, "closes_at": closes_at}
    RemindedTicket.objects.update_or_create(ticket=ticket, defaults=terms)
    say(ticket, Message.Kind.PUBLIC, Message.Side.US, None, reminder(ticket, closes_at))
    journal.record("ticket.reminded", ticket, closes_at=closes_at.isoformat())
    return True


def close_due() -> int:
    due = RemindedTicket.objects.filter(closes_at__lte=now()).order_by("closes_at")
    return sum(close(pk) for pk in due.values_list("ticket", flat=True)[:BATCH])


@transaction.atomic
def close(pk: int) -> bool:
    """On the day that the reminder named; what was answered or taken up again meanwhile goes on."""
    ticket, since = held(pk)
    reminded = RemindedTicket.objects.select_for_update().filter(ticket=pk).first()
    if reminded is None or reminded.closes_at > now():
        return False
    reminded.delete()
    if ticket is None or since != reminded.since:
        return False
    tickets.resolve(ticket, by=None, note=farewell(ticket))
    return True


def held(pk: int) -> tuple[Ticket | None, datetime | None]:
    """Ours until the commit, if it still waits, and when a person of ours wrote last."""
    rows = waiting().select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related("queue__waiting_care", "municipality", "component", "requester").first()
    return (row, row.since) if row else (None, None)


def reminder(ticket: Ticket, closes_at: datetime) -> str:
    with translation.override(language_of(ticket)):
        words = _(
            "We are waiting for your answer to go on with this ticket. If we hear nothing by %(day)s, we will close it."
            " You can reopen it within fourteen days."
        )
        return words % {"day": date_format(timezone.localtime(closes_at), "j F Y l")}


def farewell(ticket: Ticket) -> str:
    with translation.override(language_of(ticket)):
        return _(
            "We closed this ticket because we heard nothing more. If the problem is still there, please reopen it"
            " within fourteen days."
        )


def language_of(ticket: Ticket) -> str:
    reader = emails.reader_of(ticket)
    return reader.language if reader else "tr"
