"""One text for every ticket of an incident: frozen as a list, written batch by batch, told as it goes.

The press keeps the list of tickets and answers the first of them; for the rest the answer is a
leased row, so that nobody looks at a page that does not move, and a worker that dies leaves
nothing behind that the next does not finish.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.leases import doorbell
from foundation.live import audiences, live
from foundation.outbox import outbox
from foundation.outbox.lanes import Lane
from helpdesk import events
from helpdesk.incidents.major_incidents import tell
from helpdesk.models import AnsweredTicket, IncidentAnswer, MajorIncident, Message, OwedAnswer, Ticket, TicketLink
from helpdesk.refusals import IncidentOver, NothingSaid, NotYourTicket
from helpdesk.search import index
from helpdesk.tickets import emails
from helpdesk.tickets.readers import readers_of
from monitoring import outages

BATCH = 50  # tickets in one transaction; nobody else who writes waits longer for us
BELL = "answers"
ANSWERED_FIELDS = (
    "number", "subject", "ended_at", "municipality", "restriction",
    "requester__email", "requester__language", "requester__is_active",
)  # fmt: skip
Outcome = AnsweredTicket.Outcome


@transaction.atomic
def answer_all(
    incident: MajorIncident,
    *,
    text: str,
    by: Person,
    token: str,
    text_en: str = "",
    stage: str = "",
    minutes: int | None = None,
    alone_because: str = "",
) -> IncidentAnswer:
    """One text to every linked, open ticket and by e-mail, once a token; to the public by `outages.speak`.

    The first `BATCH` tickets have it when this returns, the others soon after.
    """
    if not by.works_nationally:
        raise NotYourTicket
    if not text.strip():
        raise NothingSaid
    answer, is_new = IncidentAnswer.objects.get_or_create(
        token=token, defaults={"incident": incident, "text": text.strip(), "by": by}
    )
    if not is_new:
        return answer
    if not incident.is_live:
        raise IncidentOver
    answer.tickets = freeze(answer)
    answer.save(update_fields=["tickets"])
    if incident.outage and incident.outage.is_open:  # one that has ended says nothing more
        outages.speak(
            incident.outage,
            text_tr=answer.text,
            text_en=text_en,
            by=by,
            stage=stage,
            minutes=minutes,
            alone_because=alone_because,
        )
    journal.record("incident.answered", incident, by=by, text=answer.text, tickets=answer.tickets)
    tell(incident)
    events.incident_answered.send(MajorIncident, incident=incident, tickets=answer.tickets)
    go_on(answer)
    if answer.tickets > BATCH:
        OwedAnswer.objects.create(answer=answer)
        doorbell.ring(BELL)
    return answer


def freeze(answer: IncidentAnswer) -> int:
    """Who is answered is who is linked and open now; returns how many."""
    linked = Ticket.objects.open().linked_to(answer.incident).order_by("pk").values_list("pk", flat=True)
    listed = [AnsweredTicket(answer=answer, ticket_id=pk) for pk in linked]
    AnsweredTicket.objects.bulk_create(listed, batch_size=500)
    return len(listed)


def write_owed() -> int:
    """Every answer that is owed, to its end; returns how many tickets were looked at."""
    done = 0
    while claimed := OwedAnswer.objects.claim(1):
        owed = claimed[0]
        while looked_at := go_on(owed.answer):
            done += looked_at
            owed.renew()
        owed.keep()
    return done


@transaction.atomic
def go_on(answer: IncidentAnswer) -> int:
    """The next tickets of the list: claim, write, mail, tell. Returns how many; 0 when all are done."""
    listed = list(
        AnsweredTicket.objects.select_for_update(of=("self",))
        .filter(answer=answer, outcome=Outcome.OWED)
        .select_related("ticket__requester")
        .only("answer", "outcome", *(f"ticket__{field}" for field in ANSWERED_FIELDS))
        .order_by("pk")[:BATCH]
    )
    readers = readers_of(row.ticket for row in listed)
    decide(answer, listed, readers)
    reached = [row.ticket for row in listed if row.outcome in AnsweredTicket.REACHED]
    write_to_each(answer, reached)
    mail_to_each(answer, reached, readers)
    if listed:
        tell(answer.incident)
    return len(listed)


def decide(answer: IncidentAnswer, listed: Sequence[AnsweredTicket], readers: Mapping[int, Person]) -> None:
    """What becomes of each of these tickets, as they stand now."""
    linked = set(
        TicketLink.objects.standing()
        .filter(incident=answer.incident_id, ticket__in=[row.ticket_id for row in listed])
        .values_list("ticket_id", flat=True)
    )
    for row in listed:
        row.outcome = outcome_of(row.ticket, is_linked=row.ticket_id in linked, is_read=row.ticket_id in readers)
    for outcome in sorted({row.outcome for row in listed}):
        mine = [row.pk for row in listed if row.outcome == outcome]
        AnsweredTicket.objects.filter(pk__in=mine, outcome=Outcome.OWED).update(outcome=outcome)


def outcome_of(ticket: Ticket, *, is_linked: bool, is_read: bool) -> Outcome:
    if ticket.ended_at:
        return Outcome.ENDED
    if not is_linked:
        return Outcome.UNLINKED
    return Outcome.ANSWERED if is_read else Outcome.NO_ADDRESS


def write_to_each(answer: IncidentAnswer, tickets: Iterable[Ticket]) -> None:
    """The text as a public message in every conversation."""
    messages = [
        Message(
            ticket=ticket,
            kind=Message.Kind.PUBLIC,
            side=Message.Side.US,
            author=answer.by,
            incident=answer.incident,
            body=answer.text,
            created_at=now(),
        )
        for ticket in tickets
    ]
    Message.objects.bulk_create(messages)
    index.keep([message.ticket_id for message in messages])
    rooms = [room(ticket.number) for ticket in tickets for room in (audiences.ticket_public, audiences.ticket_desk)]
    live.announce_each(rooms, "answer", answer.pk, {"side": "us", "kind": "public"})


def mail_to_each(answer: IncidentAnswer, tickets: Iterable[Ticket], readers: Mapping[int, Person]) -> None:
    """The text by e-mail, one batch; a requester with several tickets gets it once."""
    recipients = [
        emails.answer_to_all(ticket, answer.text, readers[ticket.pk]) for ticket in tickets if ticket.pk in readers
    ]
    if recipients:
        batch = outbox.open_batch(f"incident:{answer.incident_id}:answer:{answer.pk}", lane=Lane.OPERATIONAL)
        outbox.add(batch, "email", recipients)
        outbox.release(batch, by=answer.by)


@dataclass(frozen=True)
class AnswerProgress:
    """An answer as its page shows it."""

    answer: IncidentAnswer
    done: int  # tickets looked at
    left: tuple[tuple[str, int], ...]  # why some were not quite reached, and how many

    @property
    def is_under_way(self) -> bool:
        return self.done < self.answer.tickets

    @property
    def reached(self) -> int:
        return self.done - sum(number for _why, number in self.left)


def progress_of(answers: Iterable[IncidentAnswer]) -> list[AnswerProgress]:
    """How far each answer is. One without a list was written before there were lists: all have it."""
    given = list(answers)
    counts: dict[int, Counter[str]] = {answer.pk: Counter() for answer in given}
    rows = AnsweredTicket.objects.filter(answer__in=given).values_list("answer", "outcome")
    for pk, outcome, number in rows.annotate(number=Count("pk")).order_by():
        counts[pk][outcome] = number
    return [progress(answer, counts[answer.pk]) for answer in given]


def progress(answer: IncidentAnswer, count: Counter[str]) -> AnswerProgress:
    short_of_it = [outcome for outcome in Outcome if outcome not in (Outcome.OWED, Outcome.ANSWERED)]
    left = tuple((str(outcome.label), count[outcome]) for outcome in short_of_it if count[outcome])
    return AnswerProgress(answer, answer.tickets - count[Outcome.OWED], left)
