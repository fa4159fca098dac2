"""What a reader narrows the board to, and the municipalities that leaves."""

from dataclasses import dataclass, replace

from foundation.directory.models import Municipality
from monitoring.models import Affected, Outage
from runbooks.board.state import BoardState

MOST_FOUND = 60


@dataclass(frozen=True)
class FoundMunicipality:
    """One municipality of a search or a province, with its state."""

    municipality: Municipality
    state: str


@dataclass(frozen=True)
class Filters:
    """What a reader asked the board to narrow to; empty words narrow nothing."""

    words: str = ""
    province: str = ""
    tier: str = ""
    state: str = ""

    @property
    def any(self) -> bool:
        return bool(self.words or self.province or self.tier or self.state)

    @property
    def finds(self) -> bool:
        """Whether they name municipalities; a tier is of components."""
        return bool(self.words or self.province or self.state)


def narrow(board: BoardState, filters: Filters) -> BoardState:
    """The board with the outages and lines that the filters leave; its figures stay those of all."""
    kept = board.cards
    if filters.state:
        kept = [card for card in kept if card.outage.state == filters.state]
    if filters.tier:
        kept = [card for card in kept if touches_tier(card.outage, filters.tier)]
    if filters.province:
        felt = Affected.objects.current().filter(municipality__province=filters.province)
        there = set(felt.filter(outage__ended_at=None).values_list("outage", flat=True))
        kept = [card for card in kept if card.outage.pk in there]
    shown = [line for line in board.lines if not filters.tier or line.component.tier == filters.tier]
    return replace(board, cards=kept, lines=shown)


def touches_tier(outage: Outage, tier: str) -> bool:
    """Whether a component of this tier is broken; without a component everything is."""
    broken = {component.tier for component in outage.components.all()}
    return not broken or tier in broken


def find(board: BoardState, filters: Filters) -> list[FoundMunicipality] | None:
    """The municipalities that the filters leave, at most `MOST_FOUND`; None when they name none."""
    if not filters.finds:
        return None
    left = Municipality.objects.matching(filters.words).select_related("province")
    if filters.province:
        left = left.filter(province_id=filters.province)
    rows = (FoundMunicipality(municipality, board.state_of(municipality.pk)) for municipality in left)
    return [one for one in rows if not filters.state or one.state == filters.state][:MOST_FOUND]
