"""Provinces beside each other, and the weakest municipalities first."""

from dataclasses import dataclass

from django.db.models import Avg, Count, Q, QuerySet

from foundation.directory.models import Person, Preparedness

WEAK = 50  # a score below which a municipality is called weak


@dataclass(frozen=True)
class ProvincePreparedness:
    code: str
    name: str
    average: float
    municipalities: int
    weak: int

    @property
    def width(self) -> str:
        return f"{self.average:.1f}"


def provinces(person: Person) -> list[ProvincePreparedness]:
    """Those in which `person` may see municipalities, the weakest first; one question."""
    rows = Preparedness.objects.visible_to(person).order_by()
    groups = rows.values_list("municipality__province", "municipality__province__name")
    counted = groups.annotate(average=Avg("score"), all=Count("pk"), weak=Count("pk", filter=Q(score__lt=WEAK)))
    found = [ProvincePreparedness(*row) for row in counted]
    return sorted(found, key=lambda province: (province.average, province.code))


def weakest(person: Person, *, province: str = "") -> QuerySet[Preparedness]:
    """Of one province or of all, for a page at a time in the order (score, pk)."""
    rows = Preparedness.objects.visible_to(person).select_related("municipality__province")
    return rows.filter(municipality__province=province) if province else rows


def reasons(row: Preparedness) -> list[str]:
    """Codes of the parts that are missing altogether, for the list."""
    missing = {
        "ways": row.verified_ways < 2,
        "deputy": not row.has_deputy,
        "administrator": not row.has_administrator,
        "sign-in": row.last_sign_in_at is None,
        "drill": row.last_drill_at is None,
    }
    return [code for code, is_missing in missing.items() if is_missing]


def together(provinces: list[ProvincePreparedness]) -> ProvincePreparedness | None:
    """All of them as one; nothing where nothing was counted yet."""
    count = sum(province.municipalities for province in provinces)
    if not count:
        return None
    average = sum(province.average * province.municipalities for province in provinces) / count
    return ProvincePreparedness("", "", average, count, sum(province.weak for province in provinces))
