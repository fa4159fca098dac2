"""Somebody or something says that it is broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from foundation import now, rows
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.journal import journal
from monitoring import events, notices, wording
from monitoring.models import Affected, Node, Outage, Scope, Severity
from monitoring.outages import updates
from monitoring.refusals import NothingIsAffected

# "all others depend on it" (components.csv): their outage touches every component.
UNDER_EVERYTHING = ("ALTYAPI", "AG")
FIRST_WORD_HOLDS = timedelta(minutes=30)


class OutageFacts(TypedDict, total=False):
    """Further fields of an outage that is declared; one that is left out, empty or None is worked out."""

    title_tr: str
    title_en: str
    severity: str
    state: str
    source: str
    started_at: datetime | None
    next_update_at: datetime | None
    evidence: dict
    fingerprint: str
    is_public: bool
    is_drill: bool
    split_from: Outage


@dataclass(frozen=True)
class Broken:
    """What is broken, as it was named: components, nodes that are down, or places."""

    components: tuple[Component, ...]
    nodes: tuple[Node, ...]
    municipalities: Iterable[Municipality] | None
    province: Province | None

    @property
    def scope(self) -> str:
        """The narrowest scope that holds what was named."""
        if self.province is not None:
            return Scope.REGIONAL
        by_place = self.municipalities is not None
        by_node = self.nodes and not any(node.is_central for node in self.nodes)
        return Scope.LOCAL if by_place or by_node else Scope.CENTRAL

    def severity(self, scope: str) -> str:
        """Central faults weigh as much as their gravest component; a lost way in is S2."""
        if scope != Scope.CENTRAL:
            return Severity.S2
        tiers = {component.tier for component in self.components}
        if not tiers or "A" in tiers:
            return Severity.S1
        return Severity.S2 if tiers & {"B", "X"} else Severity.S3


@transaction.atomic
def declare(
    *,
    components: Iterable[Component] = (),
    nodes: Iterable[Node] = (),
    municipalities: Iterable[Municipality] | None = None,
    province: Province | None = None,
    scope: str = "",
    by: Person | None = None,
    text_tr: str = "",
    text_en: str = "",
    **facts: Unpack[OutageFacts],
) -> Outage:
    """Open an outage and give the public its first word, in one transaction.

    Name what is broken: `components` (felt by every municipality that uses them unless
    `municipalities` or `province` narrows it), `nodes` that are down, or `municipalities`
    alone (everything of theirs). Scope, severity, titles and text are worked out where
    left empty. Refused with NothingIsAffected when nothing is named.
    """
    if province is not None and municipalities is None:
        municipalities = province.municipalities.all()
    broken = Broken(tuple(components), tuple(nodes), municipalities, province)
    if not (broken.components or broken.nodes or municipalities is not None or scope == Scope.CENTRAL):
        raise NothingIsAffected
    outage = write_down(broken, scope or broken.scope, by, facts)
    note_nodes(outage, broken.nodes)
    note_municipalities(outage, broken)
    count_affected(outage)
    journal.record("outage.opened", outage, by=by, scope=outage.scope, severity=outage.severity, source=outage.source)
    events.outage_opened.send(Outage, outage=outage)
    give_first_word(outage, text_tr, text_en, by)
    return outage


def write_down(broken: Broken, scope: str, by: Person | None, facts: OutageFacts) -> Outage:
    """The row itself, with everything worked out that nobody said."""
    at = now()
    title = wording.title(scope, components=broken.components, province=broken.province, nodes=broken.nodes)
    worked_out = {
        "title_tr": title.tr,
        "title_en": facts.get("title_tr") or title.en,
        "severity": broken.severity(scope),
        "source": Outage.Source.PERSON,
        "started_at": at,
        "next_update_at": at + FIRST_WORD_HOLDS,
    }
    given = {name: value for name, value in facts.items() if value not in ("", None)}
    province = broken.province if scope == Scope.REGIONAL else None
    outage = Outage.objects.create(scope=scope, province=province, opened_by=by, confirmed_at=at, **worked_out | given)
    outage.components.set(broken.components)
    return outage


def give_first_word(outage: Outage, text_tr: str, text_en: str, by: Person | None) -> None:
    word = wording.first_word(outage.next_update_at or now() + FIRST_WORD_HOLDS)
    updates.say(
        outage,
        stage=outage.stage,
        text_tr=text_tr or word.tr,
        text_en=text_en if text_tr else word.en,
        by=by,
        next_update_at=outage.next_update_at,
    )


def note_nodes(outage: Outage, nodes: Iterable[Node]) -> None:
    """Write the nodes that are down into the outage; the constraint keeps each in one."""
    fields = ("outage", "node", "municipality", "component", "since")
    lines = [
        (outage.pk, node.pk, node.municipality_id, node.component_id, node.suspected_at or node.since) for node in nodes
    ]
    rows.insert_many(Affected, fields, lines)


def note_municipalities(outage: Outage, broken: Broken) -> None:
    """Write who feels it: each of the municipalities, for each of the components."""
    named = None if broken.municipalities is None else {municipality.pk for municipality in broken.municipalities}
    if not broken.components:
        everyone = outage.scope == Scope.CENTRAL and named is None and not outage.affected.exists()
        feel(outage, None, Municipality.objects.current().values_list("pk", flat=True) if everyone else named or ())
    for component in broken.components:
        if named is None:
            note_broken(outage, component)
        felt = None if component.pk in UNDER_EVERYTHING else component
        users = set(users_of(component)) if named is None else named
        feel(outage, felt, sorted(users - cut_off_elsewhere(outage)))


def note_broken(outage: Outage, component: Component) -> None:
    """The line that says the component itself is broken, unless a node of it already does."""
    if not outage.affected.current().filter(component=component, municipality=None).exists():
        Affected.objects.create(outage=outage, component=component, since=outage.started_at)


def feel(outage: Outage, component: Component | None, municipality_ids: Iterable[int]) -> None:
    listed = set(
        outage.affected.current().filter(node=None, component=component).values_list("municipality_id", flat=True)
    )
    code = component.pk if component else None
    lines = [(outage.pk, pk, code, outage.started_at) for pk in municipality_ids if pk not in listed]
    rows.insert_many(Affected, ("outage", "municipality", "component", "since"), lines)


def users_of(component: Component) -> QuerySet[Municipality, int]:
    """Keys of the municipalities that use it; those without a module list use everything."""
    uses = Q(components=component) | Q(components=None)
    return Municipality.objects.current().filter(uses).values_list("pk", flat=True).distinct()


def cut_off_elsewhere(outage: Outage) -> set[int]:
    """Municipalities already without a way in: their own outage counts them."""
    lines = Affected.objects.current().filter(node__isnull=False, municipality__isnull=False)
    return set(lines.exclude(outage=outage).values_list("municipality_id", flat=True))


def count_affected(outage: Outage) -> None:
    """Keep the two numbers that every board shows beside the row they count."""
    lines = outage.affected.exclude(municipality=None)
    ever = lines.values("municipality").distinct().count()
    still = lines.filter(until=None).values("municipality").distinct().count()
    outage.affected_count, outage.recovered_count = ever, ever - still
    outage.save(update_fields=["affected_count", "recovered_count"])


@transaction.atomic
def join(outage: Outage, nodes: Sequence[Node], *, evidence: dict | None = None) -> None:
    """Add nodes that turned out to belong to an open outage; central ones bring their component."""
    note_nodes(outage, nodes)
    components = list({node.component.pk: node.component for node in nodes if node.component}.values())
    outage.components.add(*components)
    note_municipalities(outage, Broken(tuple(components), (), None, None))
    if evidence:
        outage.evidence = {**outage.evidence, "latest": evidence}
        outage.save(update_fields=["evidence"])
    count_affected(outage)
    journal.record("outage.joined", outage, nodes=[node.code for node in nodes[:50]], count=len(nodes))
    updates.tell(outage)
    notices.owe(outage)
    events.outage_joined.send(Outage, outage=outage, nodes=nodes)


def end_lines_said_twice(part: Outage, outage: Outage) -> None:
    """What both outages say of a municipality is said once from now on."""
    held, felt = (one.affected.current().filter(node=None) for one in (outage, part))
    same_place, same_component = Q(municipality=OuterRef("municipality")), Q(component=OuterRef("component"))
    for lines, same in (
        (Q(component=None), same_place & Q(component=None)),
        (Q(municipality=None), same_component & Q(municipality=None)),
        (Q(), same_place & same_component),
    ):
        felt.filter(lines, Exists(held.filter(same))).update(until=now())


@transaction.atomic
def absorb(outage: Outage, smaller: Iterable[Outage]) -> None:
    """One fault had several names: move what the smaller outages hold into the wider one."""
    moved = [part for part in smaller if take_in(outage, part)]
    if not moved:
        return  # opening or joining has told everybody already
    outage.refresh_from_db()
    count_affected(outage)
    updates.tell(outage)
    notices.owe(outage)


def take_in(outage: Outage, part: Outage) -> bool:
    """End `part` as a piece of `outage`; False when somebody else ended or moved it."""
    claimed = (
        Outage.objects.open()
        .filter(pk=part.pk)
        .exclude(pk=outage.pk)
        .update(merged_into=outage, ended_at=now(), stage=Outage.Stage.RESOLVED)
    )
    if not claimed:
        return False
    end_lines_said_twice(part, outage)
    part.affected.current().update(outage=outage)
    notices.follow(part, outage)
    Outage.objects.filter(pk=outage.pk, started_at__gt=part.started_at).update(started_at=part.started_at)
    Outage.objects.filter(pk=outage.pk).update(report_count=F("report_count") + part.report_count)
    part.refresh_from_db()
    journal.record("outage.merged", part, into=outage.pk)
    updates.tell(part)
    events.outage_ended.send(Outage, outage=part)
    return True
