"""Open pages and their ladders as pages and API show them; a number of queries that does not grow."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from foundation import now
from foundation.directory.models import Person
from foundation.journal.models import Entry
from foundation.language import phone_numbers
from helpdesk.models import Team
from runbooks.models import Awake, Notice, Page
from runbooks.paging import policies, ways
from runbooks.paging.crew import crew
from runbooks.rotas import on_call

Who = policies.Who
# What of the journal says that somebody could not be called.
SAID = ("page.passed_over", "page.away", "page.unreachable", "page.rung_unreachable", "page.expired", "page.unanswered")
MOST = 40


@dataclass(frozen=True)
class NoticeLine:
    """One word to one person, and how it ended."""

    notice: Notice

    @property
    def address(self) -> str:
        return phone_numbers.masked(self.notice.address)

    @property
    def paint(self) -> str:
        states = {Notice.State.FAILED: "outage", Notice.State.SENT: "ok", Notice.State.WAITING: "degraded"}
        return states.get(Notice.State(self.notice.state), "nodata")


@dataclass(frozen=True)
class Rung:
    """One rung of a ladder in its present round."""

    number: int
    meant: str
    minutes: int
    told: list[NoticeLine]
    is_end: bool
    is_next: bool
    was_passed_over: bool
    unreachable: list[str]
    away: list[str]


@dataclass(frozen=True)
class Ladder:
    """One page: where it stands, who was told, who was passed over."""

    page: Page
    at: datetime
    rungs: list[Rung]
    before: list[NoticeLine]  # words of earlier rounds that failed are shown, too

    @property
    def next_at(self) -> datetime | None:
        """When the next rung is due; None while nothing is."""
        return self.page.due_at if self.page.is_ringing else None

    @property
    def waits_for_hours(self) -> bool:
        return self.page.is_ringing and self.page.called_at is None and self.page.due_at > self.at

    @property
    def reached(self) -> int:
        """How many people were told by now."""
        sent = [one for rung in self.rungs for one in rung.told if one.notice.state == Notice.State.SENT]
        return len({one.notice.person_id for one in sent})


def open_pages(person: Person) -> QuerySet[Page]:
    """Ringing and unanswered first, the gravest first among each."""
    pages = Page.objects.visible_to(person).open().select_related("matter", "policy", "taken_by")
    return pages.order_by("-unanswered_at", "status", "matter__severity", "pk")


def lately_over(person: Person) -> QuerySet[Page]:
    pages = Page.objects.visible_to(person).filter(status=Page.Status.OVER)
    return pages.select_related("matter", "taken_by").order_by("-ended_at")


def ladders_of(pages: Iterable[Page]) -> list[Ladder]:
    """These pages with all that happened on them. Five queries, however many there are."""
    pages, at = list(pages), now()
    words: dict[int, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.filter(page__in=pages).select_related("person"):
        words[notice.page_id].append(notice)
    entries: dict[str, list[Entry]] = defaultdict(list)
    keys = [str(page.pk) for page in pages]
    for entry in Entry.objects.filter(subject_type="runbooks.page", subject_id__in=keys, kind__in=SAID).order_by("pk"):
        entries[entry.subject_id].append(entry)
    rungs = [rung for page in pages for rung in page.rungs]
    names = Names.of(rungs, [entry for found in entries.values() for entry in found])
    return [_ladder(page, words[page.pk], entries[str(page.pk)], names, at) for page in pages]


@dataclass(frozen=True)
class Names:
    """The names that rungs and entries mention, read once."""

    people: dict[int, str]
    teams: dict[int, str]

    @classmethod
    def of(cls, rungs: Sequence[dict], entries: Sequence[Entry] = ()) -> "Names":
        wanted = [rung.get("person") or 0 for rung in rungs] + [entry.facts.get("person") or 0 for entry in entries]
        people = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name"))
        named = [rung.get("team") or 0 for rung in rungs]
        teams = {team.pk: str(team) for team in Team.objects.filter(pk__in=named)}
        return cls(people, teams)

    def people_in(self, entries: Iterable[Entry], kind: str) -> list[str]:
        """Who is named by the entries of this kind."""
        return [self.people.get(entry.facts["person"], "?") for entry in entries if entry.kind == kind]

    def meant(self, rung: dict) -> str:
        return policies.meant(rung, people=self.people, teams=self.teams)


def _ladder(page: Page, words: list[Notice], entries: list[Entry], names: Names, at: datetime) -> Ladder:
    here = [entry for entry in entries if entry.facts.get("round") == page.round]
    rungs = []
    for place, rung in enumerate(page.rungs):
        said = [entry for entry in here if entry.facts.get("step") == place]
        told = [NoticeLine(one) for one in words if (one.round, one.step) == (page.round, place)]
        rungs.append(
            Rung(
                number=place + 1,
                meant=names.meant(rung),
                minutes=rung["minutes"],
                told=told,
                is_end=rung["is_end"],
                is_next=page.is_ringing and place == page.place,
                was_passed_over=any(entry.kind == "page.passed_over" for entry in said),
                unreachable=names.people_in(said, "page.unreachable"),
                away=names.people_in(said, "page.away"),
            )
        )
    return Ladder(page, at, rungs, [NoticeLine(one) for one in words if one.round < page.round])


def of_outages(outages: Iterable[int]) -> dict[int, Page]:
    """The page of each of these outages, for the board: open, or the last one."""
    pages = Page.objects.filter(matter__outage__in=list(outages), matter__kind="outage")
    return {page.matter.outage_id or 0: page for page in pages.select_related("matter", "taken_by").order_by("pk")}


def counts(person: Person) -> dict[str, int]:
    """How many open pages there are, by status; those that wait for their hours are not calling anybody yet."""
    found: dict[str, int] = defaultdict(int)
    at = now()
    for status, called_at, due_at in (
        Page.objects.visible_to(person).open().values_list("status", "called_at", "due_at")
    ):
        is_waiting = status == Page.Status.RINGING and called_at is None and due_at > at
        found["waiting" if is_waiting else status] += 1
    return found


def unready_on_call() -> list[Person]:
    """Those on call for the watch right now who have fewer than two verified ways."""
    now_called = crew(on_call.WATCH, now())
    carrying = [person for person in (now_called.first, now_called.second) if person]
    missing = ways.unready(carrying)
    return [person for person in carrying if person.pk in missing]


def awake_people() -> list[Awake]:
    return list(Awake.objects.at(now()).select_related("person").order_by("until"))
