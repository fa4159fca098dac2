"""How far a campaign has come: who accepted, by state and by province, as a page and as a file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import xlsxwriter
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.models import InvitationCampaign, InvitationRow, InvitationState
from foundation.language.documents import BOM, harmless
from foundation.language.formatting import exact

State = InvitationState
NOT_SENT = (State.OWED, State.REFUSED, State.FAILED, State.STOPPED)
# Left to right in a bar, with the colour of each.
BARS = (
    (State.ACCEPTED, "f-ok"),
    (State.WAITING, "f-ack"),
    (State.EXPIRED, "f-un"),
    (State.WITHDRAWN, "f-wait"),
    (State.FAILED, "f-bad"),
    (State.OWED, "f-rest"),
)


@dataclass
class ProvinceProgress:
    """The rows of one province that are, or will be, invitations."""

    code: str
    name: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(number for state, number in self.counts.items() if state not in (State.REFUSED, State.STOPPED))

    @property
    def accepted(self) -> int:
        return self.counts.get(State.ACCEPTED, 0)

    @property
    def unanswered(self) -> int:
        return self.counts.get(State.WAITING, 0) + self.counts.get(State.EXPIRED, 0)

    @property
    def share(self) -> float | None:
        return self.accepted / self.total if self.total else None

    @property
    def bars(self) -> list[tuple[str, str, str]]:
        return bars_of(self.counts, BARS, self.total)


def bars_of(counts: Mapping[str, int], colours: Iterable[tuple[str, str]], total: int) -> list[tuple[str, str, str]]:
    """(colour, x, width) in hundredths of a row, of each state that has some."""
    bars, x = [], 0.0
    for state, colour in colours:
        if number := counts.get(state, 0):
            width = 100 * number / total
            bars.append((colour, f"{x:.2f}", f"{width:.2f}"))
            x += width
    return bars


@dataclass(frozen=True)
class CampaignProgress:
    """A campaign as its page shows it."""

    campaign: InvitationCampaign
    provinces: list[ProvinceProgress]
    whole: ProvinceProgress

    @property
    def left_out(self) -> int:
        return self.whole.counts.get(State.REFUSED, 0) + self.whole.counts.get(State.FAILED, 0)

    @property
    def looked_at(self) -> int:
        return self.campaign.total - self.whole.counts.get(State.OWED, 0)

    @property
    def is_under_way(self) -> bool:
        return self.campaign.ended_at is None

    @property
    def begins_in(self) -> int:
        """Seconds in which nothing has left yet."""
        return max(0, round((self.campaign.due_at - now()).total_seconds())) if self.is_under_way else 0


def of(campaign: InvitationCampaign) -> CampaignProgress:
    """One question to the database, however many rows the list has."""
    counted = campaign.rows.with_state().order_by("municipality__province__sort_key")
    groups = counted.values_list("municipality__province", "municipality__province__name", "standing")
    whole, provinces = ProvinceProgress("", ""), {}
    for code, name, state, number in groups.annotate(number=Count("pk")):
        whole.counts[state] = whole.counts.get(state, 0) + number
        if code:
            provinces.setdefault(code, ProvinceProgress(code, name)).counts[state] = number
    return CampaignProgress(campaign, [one for one in provinces.values() if one.total], whole)


def header() -> list[str]:
    places = [_("Line"), _("Municipality"), _("Code"), _("Province")]
    return [
        *places,
        _("E-mail address"),
        _("Name"),
        _("Role"),
        _("State"),
        _("Last letter"),
        _("Accepted on"),
        _("Why"),
    ]


def rows(campaign: InvitationCampaign) -> Iterator[list[str | int]]:
    """The list in its own order, a line a row, streamed."""
    listed = campaign.rows.with_state().select_related("municipality__province", "invitation").order_by("line", "pk")
    for row in listed.iterator(chunk_size=500):
        place, letter = row.municipality, row.invitation
        where = [place.full_name, place.code, place.province.name] if place else [row.place, "", ""]
        moments = (letter.last_sent_at, letter.accepted_at) if letter else (None, None)
        sent = [exact(at) if at else "" for at in moments]
        role = row.get_role_display() if row.role else ""
        words = [*where, row.email, row.name, role, str(State(row.standing).label), *sent, row.why]
        yield [row.line, *map(harmless, words)]


def as_csv(campaign: InvitationCampaign) -> Iterator[str]:
    """Semicolons and a byte-order mark, as Turkish Excel expects."""
    yield BOM + csv_line(header())
    for cells in rows(campaign):
        yield csv_line(cells)


def csv_line(cells: Iterable[str | int]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(cells)
    return out.getvalue()


def as_xlsx(campaign: InvitationCampaign) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_("Invitations")[:31])
        sheet.write_row(0, 0, header(), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(1, 10, 22)
        for number, cells in enumerate(rows(campaign), start=1):
            sheet.write_row(number, 0, cells)
    return out.getvalue()


def shown_rows(campaign: InvitationCampaign, *, state: str = "", province: str = "") -> QuerySet[InvitationRow]:
    """The rows that a reader asks for; the page takes them page by page."""
    listed = campaign.rows.with_state().select_related("municipality", "invitation")
    if province:
        listed = listed.filter(municipality__province=province)
    return listed.filter(standing=state) if state else listed
