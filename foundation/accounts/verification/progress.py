"""How far a round has come: who answered what, by province."""

from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from foundation import now
from foundation.accounts.campaigns.progress import bars_of
from foundation.directory.models import VerificationRequest, VerificationRound, VerificationState

State = VerificationState
COLOURS = (
    (State.YES, "f-ok"),
    (State.NO, "f-bad"),
    (State.WAITING, "f-ack"),
    (State.EXPIRED, "f-un"),
    (State.OWED, "f-rest"),
)


@dataclass
class ProvinceAnswers:
    """The addresses of one province that were, or will be, asked."""

    code: str
    name: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(number for state, number in self.counts.items() if state not in (State.REFUSED, State.STOPPED))

    @property
    def right(self) -> int:
        return self.counts.get(State.YES, 0)

    @property
    def wrong(self) -> int:
        return self.counts.get(State.NO, 0)

    @property
    def silent(self) -> int:
        return self.counts.get(State.WAITING, 0) + self.counts.get(State.EXPIRED, 0)

    @property
    def bars(self) -> list[tuple[str, str, str]]:
        return bars_of(self.counts, COLOURS, self.total)


@dataclass(frozen=True)
class RoundProgress:
    round: VerificationRound
    provinces: list[ProvinceAnswers]
    whole: ProvinceAnswers

    @property
    def is_under_way(self) -> bool:
        return self.round.ended_at is None

    @property
    def handed_in(self) -> int:
        return self.round.total - self.whole.counts.get(State.OWED, 0)

    @property
    def begins_in(self) -> int:
        return max(0, round((self.round.due_at - now()).total_seconds())) if self.is_under_way else 0


def of(round_: VerificationRound) -> RoundProgress:
    """One question to the database, however many were asked."""
    counted = round_.requests.with_state().order_by("municipality__province__sort_key")
    groups = counted.values_list("municipality__province", "municipality__province__name", "standing")
    whole, provinces = ProvinceAnswers("", ""), {}
    for code, name, state, number in groups.annotate(number=Count("pk")):
        whole.counts[state] = whole.counts.get(state, 0) + number
        provinces.setdefault(code, ProvinceAnswers(code, name)).counts[state] = number
    return RoundProgress(round_, [one for one in provinces.values() if one.total], whole)


def shown_requests(round_: VerificationRound, *, state: str = "", province: str = "") -> QuerySet[VerificationRequest]:
    """Those that a reader asks for; the page takes them page by page."""
    listed = round_.requests.with_state().select_related("municipality")
    if province:
        listed = listed.filter(municipality__province=province)
    return listed.filter(standing=state) if state else listed
