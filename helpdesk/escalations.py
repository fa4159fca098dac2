"""When a promise is close to breaking, or broken: who hears of it.

django-sla says each level once; here it becomes a line in the journal, word to the
open desks and a line in the next letter to those named. Those on call are paged by those
who keep the rota: they listen to the same signal.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_sla import recalculation, rejudgement, sweep, timeline
from django_sla.models import Clock
from foundation import now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from helpdesk.models import LetterWay, NoticeMatter, OwedWord, Ticket
from helpdesk.models.ticket import unrestricted_for
from helpdesk.notices import preferences, schedule
from helpdesk.notices.telling import tell
from helpdesk.service_levels.commitments import name_of
from helpdesk.statutes import readers
from helpdesk.tickets import assignment, live_updates

LABEL = Ticket._meta.label_lower
MANAGERS = (Membership.Role.PLATFORM_ADMIN,)
# A word waits for others, so that a bad hour is one letter; who is on call for an S1 is paged besides.
WORD_WAITS = timedelta(minutes=5)
URGENT_WORD_WAITS = timedelta(seconds=15)
SHIFT_LEADS = (Membership.Role.SHIFT_LEAD,)


def look_at_the_clocks() -> int:
    """The recurring look: breaches, levels and capped rests that are due now."""
    return sweep.sweep(now())


def follow_the_calendars() -> int:
    """The recurring look for promises whose calendar has changed since they were counted, and for ended ones."""
    return recalculation.recalculate(at=now()) + rejudgement.work(at=now())


def ticket_of(clock: Clock) -> Ticket | None:
    """The ticket this clock is about; None for another host's clock."""
    if clock.subject_type != LABEL:
        return None
    return Ticket.objects.select_related("assignee", "queue__team", "municipality").filter(pk=clock.subject_id).first()


def breached(clock: Clock) -> None:
    """Record a broken promise and show it on the open desks."""
    ticket = ticket_of(clock)
    if ticket:
        journal.record("ticket.promise_broken", ticket, metric=clock.metric, severity=clock.severity)
        live_updates.changed(ticket)


def escalated(clock: Clock, level: dict) -> None:
    """Leave word for those the level names; the paging of `next_on_call` is not a letter."""
    ticket = ticket_of(clock)
    if ticket is None:
        return
    journal.record("ticket.escalated", ticket, **level | {"metric": clock.metric})
    people = list(people_of(ticket, level["to"]))
    if level["action"] == "reassign":
        hand_on(ticket, people)
    for person in people:
        owe(person, ticket, clock, level)


def owe(person: Person, ticket: Ticket, clock: Clock, level: dict) -> None:
    """Say it in the page and leave word for the reader's next letter; the same level of the same clock once.

    Who wants no letter about it, wants it in the digest or has quiet hours now is told as `notices` tells.
    """
    wish, at = preferences.of(person), now()
    is_quiet = ticket.severity != Ticket.Severity.S1 and schedule.after_quiet(wish, at) != at
    by_us = wish.way(NoticeMatter.DUE) == LetterWay.NOW and not is_quiet
    what = f"due:{clock.pk}:{sweep.level_name(level)}:{clock.version_id}"
    tell(NoticeMatter.DUE, ticket, [person], what=what, by_letter=not by_us)
    if not by_us:
        return
    subject, text = words_for(person, ticket, clock)
    key = letter_key(person, clock, level)
    OwedWord.objects.get_or_create(
        key=key, defaults={"person": person, "ticket": ticket, "subject": subject[:200], "text": text}
    )


def write_digests() -> int:
    """One letter to each reader whose words have waited long enough; returns how many."""
    urgent = Q(ticket__severity=Ticket.Severity.S1, at__lte=now() - URGENT_WORD_WAITS)
    due = OwedWord.objects.filter(urgent | Q(at__lte=now() - WORD_WAITS)).order_by()
    OwedWord.objects.filter(person__is_active=False).delete()  # whoever was revoked meanwhile is told nothing more
    readers = Person.objects.filter(pk__in=due.values("person"))
    return sum(write_digest(person) for person in readers)


@transaction.atomic
def write_digest(person: Person) -> bool:
    """Everything that waits for this reader, a ticket once with its latest word; then nothing waits."""
    OwedWord.objects.filter(person=person).exclude(unrestricted_for(person, "ticket__")).delete()
    waiting = list(OwedWord.objects.select_for_update().filter(person=person))
    if not waiting:
        return False
    latest = {word.ticket_id: word for word in waiting}
    subject = waiting[-1].subject
    if len(latest) > 1:
        with translation.override(person.language):
            subject = ngettext("%(n)d ticket needs you", "%(n)d tickets need you", len(latest)) % {"n": len(latest)}
    text = "\n\n".join(word.text for word in latest.values())
    outbox.email(f"sla-digest:{person.pk}:{waiting[0].pk}", person.email, subject, text)
    OwedWord.objects.filter(pk__in=[word.pk for word in waiting]).delete()
    return True


def hand_on(ticket: Ticket, people: Sequence[Person]) -> None:
    """Give it to the one of `people` who has least open; nothing changes if it is with one of them."""
    if not ticket.is_open or ticket.assignee in people:
        return
    counted = Person.objects.filter(pk__in=[person.pk for person in people if person.works_at_the_desk])
    open_ones = Count("assigned_tickets", filter=Q(assigned_tickets__ended_at=None))
    idlest = counted.annotate(open_ones=open_ones).order_by("open_ones", "pk").first()
    if idlest:
        assignment.pass_on(ticket, to=idlest, by=None)


def people_of(ticket: Ticket, to: str) -> Iterable[Person]:
    """Whom a level means: assignee, team, shift leads, managers; where none of them can be told, the next of these."""
    if to == "assignee" and successors.can_hear(ticket.assignee):
        return [ticket.assignee]
    if ticket.is_restricted:
        return successors.first_to_hear(readers.desk_among(readers.named_in(ticket)))
    if to == "team" and (members := successors.first_to_hear(ticket.queue.team.members.all())):
        return members
    roles = {"assignee": SHIFT_LEADS, "team": SHIFT_LEADS, "shift_lead": SHIFT_LEADS, "manager": MANAGERS}.get(to, ())
    return successors.first_to_hear(Person.objects.holding(roles), Person.objects.holding(MANAGERS) if roles else ())


@successors.register("sla")
def after_a_reader_at_the_desk(key: str, reference: str) -> list[Person]:
    """A promise is close to breaking, and the letter came back: shift leads, then who keeps the platform."""
    return [*Person.objects.holding(SHIFT_LEADS).order_by("pk"), *Person.objects.holding(MANAGERS).order_by("pk")]


def letter_key(person: Person, clock: Clock, level: dict) -> str:
    """What makes one letter one: clock, level, terms, reader."""
    return f"sla:{clock.pk}:{sweep.level_name(level)}:{clock.version_id}:{person.pk}"


def words_for(person: Person, ticket: Ticket, clock: Clock) -> tuple[str, str]:
    """(subject, text) about one promise of one ticket, in the reader's language."""
    with translation.override(person.language):
        subject = _("[%(number)s] %(metric)s: %(standing)s") % {
            "number": ticket.number,
            "metric": name_of(clock.metric),
            "standing": _("deadline passed") if clock.breached_at else _("deadline is near"),
        }
        lines = [
            subject,
            f"{ticket.severity} · {ticket.municipality} · {ticket.subject}",
            timeline.summary(clock, now()),
            f"{settings.PUBLIC_BASE_URL}/tickets/{ticket.number}/",
        ]
        return subject, "\n".join(lines)
