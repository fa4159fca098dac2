"""Deadlines of the law: they run by the calendar, rest for nothing, and end when somebody says when it was done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from foundation.outbox import outbox, successors
from helpdesk.models import NoticeMatter, StatutoryClock, Ticket
from helpdesk.models.restriction import ALLOWED, RULE_OF
from helpdesk.notices.telling import tell
from helpdesk.statutes import readers

BATCH = 100
DAY_BEFORE = timedelta(days=1)
KEY = "statutory:"
successors.nobody_else(KEY, "every named person has the same letter, and it stands in the ticket")


class ClockIsOver(Refusal):
    sentence = gettext_lazy("This deadline has ended already. Please look at it again.")


class NotInOrder(Refusal):
    sentence = gettext_lazy("This moment cannot be right: it lies in the future, or before the clock began.")
    status = 422


def start(ticket: Ticket, *, since: datetime) -> StatutoryClock | None:
    """The clock that the kind of its restriction has, if there is one; it runs from `since`, not from now."""
    rule = RULE_OF.get(ticket.restriction)
    if rule is None:
        return None
    if since > now():
        raise NotInOrder
    due = since + ALLOWED[rule]
    facts = {"started_at": since, "due_at": due, "warn_at": next_warning(since, due, now())}
    clock, is_new = StatutoryClock.objects.get_or_create(ticket=ticket, rule=rule, defaults=facts)
    if is_new:
        journal.record("ticket.statutory_started", ticket, rule=rule.value, since=since.isoformat())
    return clock


def moments(since: datetime, due: datetime) -> list[datetime]:
    """When its people are warned: at half of it, a day before, at its end."""
    return sorted([since + (due - since) / 2, due - DAY_BEFORE, due])


def next_warning(since: datetime, due: datetime, at: datetime) -> datetime | None:
    """The first that is still to come; what lies behind already is one warning, at once."""
    passed = [moment for moment in moments(since, due) if moment <= at]
    coming = [moment for moment in moments(since, due) if moment > at]
    return passed[-1] if passed else coming[0]


@transaction.atomic
def amend(
    clock: StatutoryClock, *, since: datetime, affected: int | None = None, categories: Sequence[str] = (), by: Person
) -> None:
    """What is known by now: since when it runs, and of a breach how many people and which data."""
    readers.require_named(clock.ticket, by)
    if since > now():
        raise NotInOrder
    running = StatutoryClock.objects.select_for_update().filter(pk=clock.pk, ended_at=None).first()
    if running is None:
        raise ClockIsOver
    if (running.started_at, running.affected, running.categories) == (since, affected, list(categories)):
        return
    if running.started_at != since:
        running.started_at, running.due_at = since, since + ALLOWED[StatutoryClock.Rule(running.rule)]
        running.warn_at = next_warning(since, running.due_at, now())
    running.affected, running.categories = affected, list(categories)
    running.save()
    journal.record(
        "ticket.statutory_amended",
        clock.ticket,
        by=by,
        rule=running.rule,
        since=since.isoformat(),
        affected=affected,
        categories=list(categories),
    )


@transaction.atomic
def end(clock: StatutoryClock, *, at: datetime, reference: str = "", by: Person) -> None:
    """The Board was notified, or the application answered, at this moment. Said twice, the second is told so."""
    readers.require_named(clock.ticket, by)
    if at > now() or at < clock.started_at:
        raise NotInOrder
    running = StatutoryClock.objects.filter(pk=clock.pk, ended_at=None)
    if not running.update(ended_at=at, ended_by=by, reference=reference, warn_at=None):
        raise ClockIsOver
    clock.refresh_from_db()
    journal.record(
        "ticket.statutory_ended",
        clock.ticket,
        by=by,
        text=reference,
        rule=clock.rule,
        ended=at.isoformat(),
        is_late=clock.is_late,
    )


def warn_due() -> int:
    """Clocks whose people are to hear of them now; returns how many."""
    due = StatutoryClock.objects.filter(warn_at__lte=now()).order_by("warn_at").values_list("pk", flat=True)
    return sum(warn(pk) for pk in due[:BATCH])


@transaction.atomic
def warn(pk: int) -> bool:
    """One letter to each named person and a word in the page; then the next moment is owed, or nothing more."""
    clock = StatutoryClock.objects.select_for_update().filter(pk=pk, warn_at__lte=now()).first()
    if clock is None or clock.warn_at is None:
        return False
    at, moment = now(), clock.warn_at
    coming = [each for each in moments(clock.started_at, clock.due_at) if each > max(at, moment)]
    clock.warn_at = coming[0] if coming else None
    clock.save(update_fields=["warn_at"])
    ticket = Ticket.objects.select_related("municipality").get(pk=clock.ticket_id)
    people = readers.named_in(ticket)
    what = f"statutory:{clock.rule}:{int(clock.due_at.timestamp())}:{len(coming)}"
    tell(NoticeMatter.STATUTORY, ticket, readers.desk_among(people), what=what, by_letter=False)
    for person in people:
        with translation.override(person.language):
            subject, text = words_for(ticket, clock, at)
        outbox.email(f"{KEY}{clock.pk}:{what}:{person.pk}", person.email, subject, text)
    return True


def words_for(ticket: Ticket, clock: StatutoryClock, at: datetime) -> tuple[str, str]:
    """(subject, text) in the language that is on. Nothing of the ticket's own words: letters lie in many places."""
    is_over = clock.due_at <= at
    standing = _("the deadline of the law has passed") if is_over else _("the deadline of the law comes near")
    subject = f"[{ticket.number}] {clock.get_rule_display()}: {standing}"
    lines = [
        subject,
        _("By %(time)s") % {"time": formatting.exact(clock.due_at)},
        clock.source,
        f"{settings.PUBLIC_BASE_URL}/tickets/{ticket.number}/",
    ]
    return subject, "\n".join(lines)
