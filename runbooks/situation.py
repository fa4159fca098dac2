"""Everything about one outage in one place: what happened, who decided, where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_sla.models import Clock
from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.journal.models import Entry
from foundation.language import formatting
from foundation.outbox.models import OutboxMessage
from helpdesk.models import MajorIncident, Ticket
from monitoring.models import Outage
from runbooks.broadcasts.delivery import acknowledgements, sending
from runbooks.models import Broadcast, Page, Run
from runbooks.rotas import on_call
from runbooks.runs import outcomes

LONGEST_COLUMN = 200
DECISIONS = ("incident.declared", "run.started", "broadcast.approved", "broadcast.stopped", "outage.decided")
# How a kind of entry reads in the column; its facts fill the places.
SENTENCES = {
    "outage.opened": _("Outage opened, severity %(severity)s"),
    "outage.joined": _("%(count)s more nodes belong to it"),
    "outage.joined_by_hand": _("Another outage turned out to be a part of it"),
    "outage.merged": _("Joined to a wider outage"),
    "outage.split": _("Split: %(count)s lines became an outage of their own"),
    "outage.updated": _("Status update published"),
    "update.proposed": _("Update written, waits for a second look"),
    "update.seen": _("Second look given"),
    "update.sent_back": _("Update sent back"),
    "update.taken_back": _("Update taken back by its writer"),
    "update.published_alone": _("Published without a second look"),
    "outage.acknowledged": _("Taken up"),
    "outage.recovered": _("%(count)s municipalities are back, %(left)s are left"),
    "outage.ended": _("Outage ended; it had reached %(affected)s municipalities"),
    "outage.noted": _("Note"),
    "outage.decided": _("Decision"),
    "incident.proposed": _("Major incident proposed: tickets pile up"),
    "incident.declared": _("Major incident declared"),
    "incident.answered": _("%(tickets)s tickets answered with one sentence"),
    "incident.ended": _("Major incident ended"),
    "incident.rejected": _("Not a major incident"),
    "run.proposed": _("%(code)s proposed"),
    "run.started": _("%(code)s started"),
    "run.declined": _("%(code)s declined"),
    "run.abandoned": _("%(code)s broken off"),
    "run.finished": _("%(code)s finished"),
    "page.opened": _("Somebody is being called"),
    "page.called": _("Step %(rung)s of the ladder: %(people)s people called"),
    "page.passed_over": _("Step %(rung)s of the ladder: nobody there, passed over"),
    "page.way_failed": _("A call reached nobody: the next way or the next person follows"),
    "page.taken": _("The call was answered"),
    "page.handed_over": _("The call was handed over"),
    "page.expired": _("No progress since it was answered: people are called again"),
    "page.unanswered": _("Nobody answered: the end of the line was reached"),
    "step.ended": _("Step “%(title)s”: %(outcome)s"),
    "step.signed": _("Step “%(title)s” signed"),
    "step.overdue": _("Step “%(title)s” is overdue, the person on call was told"),
    "step.interrupted": _("Step “%(title)s” was interrupted"),
    "step.needs_person": _("Step “%(title)s” needs a person"),
    "step.called_again": _("Step “%(title)s” is called again"),
    "broadcast.drafted": _("Crisis SMS drafted"),
    "broadcast.submitted": _("Crisis SMS submitted for %(recipients)s recipients"),
    "broadcast.approved": _("Crisis SMS approved; “%(typed)s” typed"),
    "broadcast.withdrawn": _("Crisis SMS withdrawn"),
    "broadcast.lapsed": _("Nobody approved the crisis SMS in time"),
    "broadcast.paused": _("Crisis SMS paused"),
    "broadcast.resumed": _("Crisis SMS goes on"),
    "broadcast.stopped": _("Crisis SMS stopped; %(aborted)s messages kept back"),
    "broadcast.ended": _("Crisis SMS finished; %(delivered)s of %(intended)s delivered"),
}


class EmptyNote(Refusal):
    sentence = _("Please write the note first.")
    status = 422


@dataclass(frozen=True)
class Happening:
    """One line of the column of time."""

    at: datetime
    sentence: str
    said: str
    by: str
    mark: str
    is_decision: bool


@dataclass(frozen=True)
class Sending:
    broadcast: Broadcast
    tally: sending.BroadcastTally | None
    heard: acknowledgements.Heard


@dataclass(frozen=True)
class NextDeadline:
    """One SLA clock among the linked tickets: the next to fall due of its metric."""

    metric: str
    open: int
    met: int
    missed: int
    due_at: datetime | None


@dataclass(frozen=True)
class Room:
    """The page's content, true when it was read."""

    outage: Outage
    at: datetime
    column: list[Happening]
    runs: list[Run]
    sendings: list[Sending]
    incident: MajorIncident | None
    linked: int
    promises: list[NextDeadline]
    people: list[tuple[Person, str]]

    @property
    def age(self) -> timedelta:
        return self.outage.age(self.at)

    @property
    def decisions(self) -> list[Happening]:
        return [one for one in self.column if one.is_decision]

    @property
    def until_next_word(self) -> timedelta | None:
        return self.outage.next_update_at - self.at if self.outage.next_update_at else None


@dataclass(frozen=True)
class IncidentSheet:
    """The incident on one page; lengths of time count from the first sign."""

    detection: timedelta
    first_word: timedelta | None
    first_sms: timedelta | None
    last_sms: timedelta | None
    recovery: timedelta | None
    reports: int
    linked: int
    new_tickets: int


def room(outage: Outage) -> Room:
    runs = list(outage.runs.select_related("runbook", "started_by"))
    broadcasts = list(outage.broadcasts.all())
    incident = MajorIncident.objects.filter(outage=outage).select_related("commander").first()
    tickets = linked_tickets(incident)
    return Room(
        outage=outage,
        at=now(),
        column=column(outage, runs, broadcasts, incident),
        runs=runs,
        sendings=[_sending(broadcast) for broadcast in broadcasts],
        incident=incident,
        linked=tickets.count(),
        promises=promises_of(tickets),
        people=list(_people(incident, runs)),
    )


def column(outage, runs, broadcasts, incident) -> list[Happening]:
    """What the journal holds about the outage and everything done for it, newest first."""
    about = Q(subject_type="monitoring.outage", subject_id=str(outage.pk))
    about |= Q(subject_type="runbooks.run", subject_id__in=[str(run.pk) for run in runs])
    about |= Q(subject_type="runbooks.broadcast", subject_id__in=[str(one.pk) for one in broadcasts])
    pages = Page.objects.filter(matter__outage=outage).values_list("pk", flat=True)
    about |= Q(subject_type="runbooks.page", subject_id__in=[str(pk) for pk in pages])
    if incident:
        about |= Q(subject_type="helpdesk.majorincident", subject_id=str(incident.pk))
    entries = list(
        Entry.objects.filter(about, kind__in=SENTENCES)
        .select_related("personal")
        .order_by("-at", "-pk")[:LONGEST_COLUMN]
    )
    names = dict(Person.objects.filter(pk__in={entry.person_id for entry in entries}).values_list("pk", "name"))
    planned = {(str(run.pk), step["key"]): step for run in runs for step in run.plan["steps"]}
    return [_happening(entry, names, planned) for entry in entries]


def _happening(entry: Entry, names: dict[int, str], planned: dict[tuple, dict]) -> Happening:
    spoken_facts = {name: formatting.number(fact) if type(fact) is int else fact for name, fact in entry.facts.items()}
    step = planned.get((entry.subject_id, entry.facts.get("step")), {})
    outcome = outcomes.in_words(str(entry.facts.get("outcome", "")), step)
    if type(entry.facts.get("step")) is int:
        spoken_facts["rung"] = str(entry.facts["step"] + 1)
    facts = spoken_facts | {"title": step.get("title", ""), "outcome": outcome}
    is_people_step = entry.kind == "step.ended" and entry.facts.get("step_kind") in ("decision", "approval")
    personal = getattr(entry, "personal", None)
    return Happening(
        at=entry.at,
        sentence=_fill(str(SENTENCES[entry.kind]), facts),
        said=personal.text if personal else "",
        by=names.get(entry.person_id or 0, ""),
        mark={"outage.opened": "outage", "outage.recovered": "ok", "outage.ended": "ok"}.get(entry.kind, ""),
        is_decision=entry.kind in DECISIONS or is_people_step,
    )


def _fill(sentence: str, facts: dict) -> str:
    try:
        return sentence % facts
    except KeyError:
        return sentence.split("%(")[0].strip(" ,;:“")


def linked_tickets(incident: MajorIncident | None) -> QuerySet[Ticket]:
    standing = Q(links__incident=incident, links__undone_at=None)
    return Ticket.objects.filter(standing) if incident else Ticket.objects.none()


def promises_of(tickets) -> list[NextDeadline]:
    """What was promised to the linked tickets, by metric."""
    clocks = Clock.objects.filter(subject_type="helpdesk.ticket", subject_id__in=tickets.values("pk"))
    counted = (
        clocks.order_by()
        .values("metric")
        .annotate(
            open=Count("pk", filter=Q(outcome="")),
            met=Count("pk", filter=Q(outcome="met")),
            missed=Count("pk", filter=Q(outcome="missed")),
        )
    )
    metrics = dict(Clock._meta.get_field("metric").choices or ())
    deadlines = []
    for row in counted:
        due = clocks.filter(metric=row["metric"], state=Clock.State.RUNNING).order_by("due_at")
        deadlines.append(
            NextDeadline(
                metric=str(metrics.get(row["metric"], row["metric"])),
                open=row["open"],
                met=row["met"],
                missed=row["missed"],
                due_at=due.values_list("due_at", flat=True).first(),
            )
        )
    return deadlines


def _sending(broadcast: Broadcast) -> Sending:
    return Sending(broadcast, sending.tally_of(broadcast), acknowledgements.heard(broadcast))


def _people(incident: MajorIncident | None, runs: list[Run]) -> Iterable[tuple[Person, str]]:
    """Who sits at the table: commander, those who lead runs, those on call."""
    seated: dict[int, tuple[Person, str]] = {}
    if incident and incident.commander:
        seated[incident.commander.pk] = (incident.commander, gettext("incident commander"))
    for run in runs:
        if run.started_by:
            seated.setdefault(run.started_by.pk, (run.started_by, run.code))
    for shift in on_call.carrying(on_call.WATCH):
        seated.setdefault(shift.person_id, (shift.person, shift.get_rank_display()))
    return seated.values()


@transaction.atomic
def note(outage: Outage, *, by: Person, text: str, is_decision: bool = False) -> None:
    """Write a note or a decision into the column; time and name come by themselves."""
    if not text.strip():
        raise EmptyNote
    journal.record("outage.decided" if is_decision else "outage.noted", outage, by=by, text=text.strip())


def sheet(outage: Outage) -> IncidentSheet:
    """How fast we were, from what was recorded."""
    first_update = outage.updates.order_by("created_at").first()
    keys = [f"broadcast:{pk}" for pk in outage.broadcasts.values_list("pk", flat=True)]
    posted = OutboxMessage.objects.filter(batch__key__in=keys).exclude(posted_at=None)
    first, last = (
        posted.order_by("posted_at").values_list("posted_at", flat=True).first(),
        posted.aggregate(last=Max("posted_at"))["last"],
    )
    incident = MajorIncident.objects.filter(outage=outage).first()
    began = outage.started_at
    return IncidentSheet(
        detection=outage.confirmed_at - began,
        first_word=first_update.created_at - began if first_update else None,
        first_sms=first - began if first else None,
        last_sms=last - began if last else None,
        recovery=outage.ended_at - began if outage.ended_at else None,
        reports=outage.report_count,
        linked=linked_tickets(incident).count(),
        new_tickets=Ticket.objects.filter(created_at__gte=began, created_at__lte=outage.ended_at or now()).count(),
    )
