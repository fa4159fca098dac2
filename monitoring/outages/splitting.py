"""One outage turns out to be two faults."""

from collections.abc import Iterable

from django.db import transaction

from foundation.directory.models import Person, Province
from foundation.journal import journal
from monitoring import events, locks, notices, scopes
from monitoring.models import Affected, Node, Outage, Scope
from monitoring.outages import updates
from monitoring.outages.declaring import Broken, OutageFacts, count_affected, give_first_word, write_down
from monitoring.refusals import NothingChosen, NothingStays, OutageIsOver


@transaction.atomic
def split(
    outage: Outage, lines: Iterable[int], *, by: Person, reason: str, title_tr: str = "", title_en: str = ""
) -> Outage:
    """Take these lines (keys of Affected) out of an open outage and make them one of their own.

    The new outage starts with the first sign of what it holds, keeps the source, and is
    never absorbed by a wider one again. Reports of its municipalities come along. Refused
    with NothingChosen, NothingStays or OutageIsOver.
    """
    locks.hold()
    if not Outage.objects.open().filter(pk=outage.pk).exists():
        raise OutageIsOver
    current = outage.affected.current()
    chosen = current.filter(pk__in=list(lines)).select_related("node__component", "municipality__province", "component")
    moving = list(chosen)
    if not moving:
        raise NothingChosen
    if not current.exclude(pk__in=[line.pk for line in moving]).exists():
        raise NothingStays
    part = open_part(outage, moving, by, reason, title_tr, title_en)
    moved = move(outage, part, moving)
    journal.record("outage.split", outage, by=by, text=reason, into=part.pk, count=len(moving))
    journal.record("outage.opened", part, by=by, scope=part.scope, severity=part.severity, source=part.source)
    events.outage_opened.send(Outage, outage=part)
    events.outage_split.send(Outage, outage=outage, part=part, municipality_ids=moved)
    notices.part_ways(outage, part, moved)
    give_first_word(part, "", "", by)
    updates.tell(outage)
    return part


def open_part(outage: Outage, lines: list[Affected], by: Person, reason: str, title_tr: str, title_en: str) -> Outage:
    components = {line.component.pk: line.component for line in lines if line.component}
    nodes = tuple(line.node for line in lines if line.node)
    scope, province = reach_of(lines)
    facts: OutageFacts = {
        "title_tr": title_tr,
        "title_en": title_en or title_tr,
        "source": outage.source,
        "state": outage.state,
        "is_public": outage.is_public,
        "is_drill": outage.is_drill,
        "started_at": min(line.since for line in lines),
        "split_from": outage,
        "evidence": {"split_from": outage.pk, "reason": reason, "lines": len(lines)},
    }
    return write_down(Broken(tuple(components.values()), nodes, None, province), scope, by, facts)


def reach_of(lines: list[Affected]) -> tuple[Scope, Province | None]:
    """Central where a component itself is among them, else as far as the number of municipalities says."""
    if any(line.municipality is None for line in lines):
        return Scope.CENTRAL, None
    places = {line.municipality_id: line.municipality.province for line in lines if line.municipality}
    municipal = Node.objects.watched().of_municipalities()
    if scopes.is_central(
        len(places), scopes.PlaceCount(municipal.values("municipality").distinct().count(), len(places))
    ):
        return Scope.CENTRAL, None
    provinces = {province.pk: province for province in places.values()}
    if len(provinces) > 1:
        return Scope.REGIONAL, None
    province = next(iter(provinces.values()))
    watched = municipal.filter(municipality__province=province).values("municipality").distinct().count()
    if scopes.is_regional(len(places), scopes.PlaceCount(watched, len(places))):
        return Scope.REGIONAL, province
    return Scope.LOCAL, None


def move(outage: Outage, part: Outage, lines: list[Affected]) -> list[int]:
    """The lines, and what hangs on them; keys of the municipalities that went along entirely."""
    Affected.objects.filter(pk__in=[line.pk for line in lines]).update(outage=part)
    stay = set(outage.affected.current().values_list("municipality_id", flat=True))
    moved = sorted({line.municipality_id for line in lines if line.municipality_id} - stay)
    outage.reports.filter(municipality__in=moved).update(outage=part)
    left = outage.affected.values_list("component_id", flat=True)
    outage.components.remove(*part.components.exclude(pk__in=[pk for pk in left if pk]))
    for each in (outage, part):
        each.report_count = each.reports.count()
        each.save(update_fields=["report_count"])
        count_affected(each)
    return moved
