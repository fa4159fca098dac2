"""Delivery municipality by municipality: those to look into first, the others page by page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Municipality
from runbooks.broadcasts.report import page
from runbooks.broadcasts.report.page import PlaceLine
from runbooks.models import Broadcast

SIZE = 50
NO_MUNICIPALITY = "-"
# What `show` may ask for: its name, and which lines it keeps.
KINDS: dict[str, tuple[object, Callable[[PlaceLine], bool]]] = {
    "trouble": (_("to look into"), lambda line: bool(line.failed) or line.is_unreached),
    "waiting": (_("waiting"), lambda line: line.in_flight > 0),
    "silent": (_("silent"), lambda line: not line.acknowledged),
    "all": (_("all"), lambda line: True),
}


@dataclass(frozen=True)
class Kind:
    """One way of looking at the table and how many municipalities it keeps."""

    key: str
    name: str
    count: int


@dataclass(frozen=True)
class MunicipalityTable:
    """One page of the municipalities of a broadcast, in Turkish order.

    `total` are those written to, `found` those of this kind and province; `first` is the
    place of the page's first line among them. `previous` and `following` are codes at
    which the neighbouring pages begin, None where there is none.
    """

    lines: list[PlaceLine]
    kinds: list[Kind]
    provinces: list[tuple[str, str]]
    show: str
    province: str
    total: int
    found: int
    first: int
    previous: str | None
    following: str | None

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def kept(self) -> str:
        """What links to other pages keep of the address."""
        return urlencode({"show": self.show, "province": self.province})


def table(broadcast: Broadcast, *, show: str = "", province: str = "", start: str = "") -> MunicipalityTable:
    """The page that begins at the municipality `start`; words nobody knows mean the first page of what matters.

    A page is found by its municipality, not by a number: rows that leave a kind while
    the messages arrive push nobody over an edge unseen.
    """
    everywhere, provinces = _everywhere(broadcast)
    province = province if province in dict(provinces) else ""
    here = [line for line in everywhere if not province or line.plate_code == province]
    kinds = [Kind(key, str(name), sum(map(keeps, here))) for key, (name, keeps) in KINDS.items()]
    show = show if show in KINDS else "trouble" if kinds[0].count else "all"
    kept = [line for line in here if KINDS[show][1](line)]
    at = _place(start, everywhere, kept)
    return MunicipalityTable(
        lines=kept[at : at + SIZE],
        kinds=kinds,
        provinces=provinces,
        show=show,
        province=province,
        total=len(everywhere),
        found=len(kept),
        first=at + 1,
        previous=kept[max(0, at - SIZE)].code if at else None,
        following=kept[at + SIZE].code if at + SIZE < len(kept) else None,
    )


def _everywhere(broadcast: Broadcast) -> tuple[list[PlaceLine], list[tuple[str, str]]]:
    """Every municipality that was written to, and their provinces as (plate, name), both in Turkish order."""
    rows = Municipality.objects.order_by("sort_key").values_list(
        "code", "full_name", "province_id", "province__name", "province__sort_key"
    )
    counted = {line.name: line for line in page.lines(broadcast, lambda code: code or NO_MUNICIPALITY)}
    answered = set(broadcast.acknowledgements.values_list("municipality__code", flat=True))
    places, provinces = [], {}
    for code, name, plate, province, sort_key in rows:
        if line := counted.pop(code, None):
            places.append(replace(line, name=name, code=code, plate_code=plate, acknowledged=code in answered))
            provinces[sort_key] = (plate, province)
    places += [replace(line, name="–", code=NO_MUNICIPALITY) for line in counted.values()]
    return places, [provinces[key] for key in sorted(provinces)]


def _place(start: str, everywhere: list[PlaceLine], lines: list[PlaceLine]) -> int:
    """Where in `found` the first line stands that does not come before `start`."""
    order = {line.code: place for place, line in enumerate(everywhere)}
    if start not in order:
        return 0
    return sum(order[line.code] < order[start] for line in lines)
