"""The watch for other programs: nodes and their checks, maintenance, outages and every word about them.

Each operation calls the verb of the page that does the same, through the same form where
the page judges more than types. The rules of the second look hold: a word about a wide
outage waits for somebody else, or says why nobody looked.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Component, Province
from foundation.directory.sheets import SheetForm
from foundation.language.schema_types import Line, Moment, Paragraphs
from foundation.wire.api.bodies import Body, judged
from foundation.wire.api.paging import Keyset
from monitoring import outages, sweeps
from monitoring.maintenance import windows
from monitoring.models import (
    Affected,
    Check,
    Maintenance,
    Node,
    Outage,
    PostIncidentReport,
    Proposal,
    Severity,
    State,
    StatusUpdate,
    UpdateTemplate,
    WithdrawalReason,
)
from monitoring.models.outages import OutageStage
from monitoring.nodes import rollup
from monitoring.outages import impact_reports, postmortem
from monitoring.outages.forms import DecisionForm, TemplateForm, TimesForm
from monitoring.refusals import ForTheWatch, OfNoMunicipality
from monitoring.registry import changes, csv_import
from monitoring.registry.forms import BulkForm, MaintenanceForm, OverrideForm, SplitForm

router = Router(tags=["watch"])

NodeCode = Annotated[str, Field(max_length=40, examples=["26010"])]
Code = Annotated[str, Field(max_length=40)]
Words = Annotated[Paragraphs, Field(min_length=1, max_length=2000, examples=["Nedeni bulundu, düzeltiyoruz."])]
MoreWords = Annotated[Paragraphs, Field(max_length=2000)]
Reason = Annotated[Line, Field(min_length=1, max_length=200, examples=["Saat yanlış yazılmış."])]
Title = Annotated[Line, Field(max_length=160)]
Minutes = Annotated[Literal[0, 15, 30, 60, 120], Field(description="until the next word; 0 announces none")]


class NodeOut(Schema):
    code: str
    name: str
    municipality: str | None
    component: str | None = Field(alias="component_id")
    unit: str
    is_watched: bool
    state: str
    since: datetime
    is_flapping: bool
    override: str
    override_reason: str
    override_until: datetime | None

    @staticmethod
    def resolve_municipality(node: Node) -> str | None:
        return node.municipality.code if node.municipality else None


class CheckOut(Schema):
    """Without its rules, which may hold keys: those are in the sheet, for the watch."""

    id: int
    kind: str
    name: str
    target: str
    is_enabled: bool
    is_essential: bool
    interval: int
    timeout: float
    verdict: str
    since: datetime
    last_probed_at: datetime | None
    last_latency: float | None
    last_error: str


class NodeSheetOut(Schema):
    text: str


class NodeSheetIn(Body):
    """A sheet as the page takes it; `dry_run` says what it would do and does nothing."""

    text: Annotated[
        str, Field(min_length=1, max_length=1_500_000, examples=["kod;ad;belediye kodu\n26010;Odunpazarı;26010"])
    ]
    dry_run: bool = False


class SheetFaultOut(Schema):
    line: int
    sentence: str


class SheetTakenOut(Schema):
    taken: bool
    new_nodes: int
    changed_nodes: int
    new_checks: int
    changed_checks: int
    leaning: int
    faults: list[SheetFaultOut]


class ManyNodesIn(Body):
    """The same for many; what is left out stays as it is."""

    codes: Annotated[list[NodeCode], Field(min_length=1, max_length=2000)]
    watched: Literal["", "yes", "no"] = ""
    by_tier: bool = False
    interval: Annotated[int | None, Field(ge=5, le=86_400)] = None
    timeout: Annotated[float | None, Field(ge=0.1, le=60)] = None
    failures_to_confirm: Annotated[int | None, Field(ge=1, le=20)] = None
    successes_to_recover: Annotated[int | None, Field(ge=1, le=20)] = None


class ManyNodesOut(Schema):
    changed: int


class ParentIO(Body):
    code: NodeCode
    group: Annotated[str, Field(max_length=40, pattern=r"^[^\s@]*$")] = ""


class ParentsIn(Body):
    parents: Annotated[list[ParentIO], Field(max_length=50)]


class OverrideIn(Body):
    state: State
    reason: Reason
    hours: Literal[1, 4, 24, 168]


class WindowOut(Schema):
    id: int
    title_tr: str
    title_en: str
    text_tr: str
    starts_at: datetime
    ends_at: datetime
    planned_end: datetime | None
    rule: str
    is_everywhere: bool
    is_public: bool
    cancelled_at: datetime | None
    called_off_rounds: list[datetime]


class WithdrawalIn(Body):
    reason: WithdrawalReason = WithdrawalReason.OTHER


NO_REASON = WithdrawalIn()


class RoundIn(Body):
    starts_at: Moment


class WindowIn(Body):
    """Times carry their offset. `named` holds names or codes of municipalities and nodes, as the page takes them."""

    title_tr: Annotated[Line, Field(min_length=1, max_length=160, examples=["Sunucu bakımı"])]
    title_en: Annotated[Line, Field(min_length=1, max_length=160, examples=["Server work"])]
    text_tr: MoreWords = ""
    starts_at: Moment
    ends_at: Moment
    rule: Annotated[Line, Field(max_length=200, description="RRULE of RFC 5545; empty for once")] = ""
    is_everywhere: bool = False
    is_public: bool = True
    components: Annotated[list[Code], Field(max_length=100)] = []
    provinces: Annotated[list[Code], Field(max_length=81)] = []
    named: Annotated[Paragraphs, Field(max_length=5000, examples=["26010, Merzifon"])] = ""


class OutageOut(Schema):
    id: int
    title_tr: str
    title_en: str
    scope: str
    province: str | None = Field(alias="province_id")
    components: list[str]
    severity: str
    state: str
    stage: str
    source: str
    is_public: bool
    is_drill: bool
    started_at: datetime
    ended_at: datetime | None
    next_update_at: datetime | None
    acknowledged_at: datetime | None
    merged_into: int | None = Field(alias="merged_into_id")
    affected_count: int
    recovered_count: int
    report_count: int

    @staticmethod
    def resolve_components(outage: Outage) -> list[str]:
        return [component.pk for component in outage.components.all()]


class OutageIn(Body):
    """What is broken: `components`, everywhere or in one province; with none, everything of the province."""

    components: Annotated[list[Code], Field(max_length=100, examples=[["TAHSILAT"]])] = []
    province: Annotated[str, Field(max_length=2, description="plate code; empty: the whole country")] = ""
    severity: Severity | None = None
    text_tr: Annotated[MoreWords, Field(description="the first word; empty: the prepared sentence")] = ""
    is_drill: bool = False


class AffectedOut(Schema):
    id: int
    node: str | None
    municipality: str | None
    component: str | None = Field(alias="component_id")
    since: datetime
    until: datetime | None

    @staticmethod
    def resolve_node(line: Affected) -> str | None:
        return line.node.code if line.node else None

    @staticmethod
    def resolve_municipality(line: Affected) -> str | None:
        return line.municipality.code if line.municipality else None


class UpdateOut(Schema):
    id: int
    stage: str
    text_tr: str
    text_en: str
    next_update_at: datetime | None
    created_at: datetime


class UpdateIn(Body):
    """`alone_because` is for whoever is alone with a wide outage: the whole watch reads it."""

    stage: OutageStage
    text_tr: Words
    text_en: MoreWords = ""
    minutes: Minutes = 30
    alone_because: Annotated[Line, Field(max_length=300)] = ""


class SpokenOut(Schema):
    """Whether the public reads it now; if not, it waits for a second look."""

    is_published: bool


class CorrectionIn(Body):
    text_tr: Words
    text_en: MoreWords = ""
    reason: Reason


class TimesIn(Body):
    started_at: Moment
    ended_at: Moment | None = None
    reason: Reason


class JoinIn(Body):
    into: Annotated[int, Field(ge=1, le=2**62)]


class SplitIn(Body):
    """Whole provinces by plate code, or single lines of `affected` by their id."""

    provinces: Annotated[list[Code], Field(max_length=81)] = []
    lines: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=2000)] = []
    title_tr: Title = ""
    title_en: Title = ""
    reason: Reason


class ProposalOut(Schema):
    id: int
    stage: str
    text_tr: str
    text_en: str
    minutes: int | None
    status: str
    note: str


class DecisionIn(Body):
    decision: Literal["let_out", "send_back", "take_back"]
    note: Annotated[Paragraphs, Field(max_length=500)] = ""


class ReportOut(Schema):
    text_tr: str
    text_en: str
    published_at: datetime | None


class ReportIn(Body):
    text_tr: Annotated[Paragraphs, Field(min_length=1, max_length=20_000)]
    text_en: Annotated[Paragraphs, Field(max_length=20_000)] = ""
    publish: bool = False


class UpdateTemplateOut(Schema):
    id: int
    name: str
    stage: str
    text_tr: str
    text_en: str
    position: int


class UpdateTemplateIn(Body):
    name: Annotated[Line, Field(min_length=1, max_length=80)]
    stage: OutageStage
    text_tr: Words
    text_en: Words
    position: Annotated[int, Field(ge=0, le=32_000)] = 0


def for_the_watch(request) -> None:
    if not request.user.keeps_the_watch:
        raise ForTheWatch


# --- Nodes and checks -----------------------------------------------------


def node_of(request, code: str) -> Node:
    return get_object_or_404(Node.objects.visible_to(request.user).select_related("municipality"), code=code)


@router.get("/nodes/", response=list[NodeOut])
@paginate(Keyset, order=("code",))
def list_nodes(request, state: State | None = None) -> QuerySet[Node]:
    """Those the token's person may see, by code."""
    nodes = Node.objects.visible_to(request.user).select_related("municipality")
    return nodes.filter(state=state) if state else nodes


@router.get("/nodes/sheet/", response=NodeSheetOut)
def read_sheet(request) -> dict[str, str]:
    """The whole registry as a sheet that can be changed and taken in again; for the watch."""
    for_the_watch(request)
    return {"text": "".join(csv_import.write())}


@router.post("/nodes/sheet/", response=SheetTakenOut)
def take_sheet_in(request, sheet: NodeSheetIn) -> dict[str, Any]:
    """Take a sheet in, everything or nothing; `faults` says what is wrong in which line, and then nothing was taken."""
    for_the_watch(request)
    read = csv_import.read(judged(SheetForm({"text": sheet.text})).cleaned_data["text"])
    is_taken = not sheet.dry_run and not read.faults
    plan = changes.take_in(read, by=request.user) if is_taken else changes.plan(read.lines)
    faults = [{"line": fault.line, "sentence": str(fault.sentence)} for fault in read.faults]
    return changes.counts_of(plan) | {"taken": is_taken, "faults": faults}


@router.post("/nodes/change/", response=ManyNodesOut)
def change_nodes(request, many: ManyNodesIn) -> dict[str, int]:
    """The same for many nodes: watched or not, how often they are asked, or back to the defaults of their tier."""
    for_the_watch(request)
    facts = many.dict()
    found = Node.objects.visible_to(request.user).select_related("component").filter(code__in=facts.pop("codes"))
    return {"changed": changes.change_many(found, by=request.user, **judged(BulkForm(facts)).change)}


@router.get("/nodes/{code}/", response=NodeOut)
def one_node(request, code: str) -> Node:
    """One node and how it is."""
    return node_of(request, code)


@router.get("/nodes/{code}/checks/", response=list[CheckOut])
@paginate(Keyset, order=("pk",))
def checks_of_node(request, code: str) -> QuerySet[Check]:
    """What is asked of it, and how it last answered."""
    return Check.objects.filter(node=node_of(request, code))


@router.put("/nodes/{code}/parents/", response=NodeOut)
def lean(request, code: str, wanted: ParentsIn) -> Node:
    """Say anew what it leans on; a group fails with its last member."""
    node = node_of(request, code)
    for_the_watch(request)
    changes.lean(node, [(parent.code, parent.group) for parent in wanted.parents], by=request.user)
    return node


@router.post("/nodes/{code}/override/", response=NodeOut)
def override(request, code: str, word: OverrideIn) -> Node:
    """A person's word for how it is, for a while; it outranks every measurement."""
    node = node_of(request, code)
    for_the_watch(request)
    rollup.override(node, by=request.user, **judged(OverrideForm(word.dict())).cleaned_data)
    return node


@router.delete("/nodes/{code}/override/", response=NodeOut)
def release(request, code: str) -> Node:
    """Believe the measurements again."""
    node = node_of(request, code)
    for_the_watch(request)
    rollup.release(node, by=request.user)
    return node


# --- Maintenance ----------------------------------------------------------


def window_of(request, pk: int) -> Maintenance:
    for_the_watch(request)
    return get_object_or_404(Maintenance, pk=pk)


@router.get("/maintenance/", response=list[WindowOut])
@paginate(Keyset, order=("-starts_at", "-pk"))
def list_windows(request) -> QuerySet[Maintenance]:
    """Planned and past work, the latest beginning first; for the watch."""
    for_the_watch(request)
    return Maintenance.objects.all()


@router.post("/maintenance/", response={201: WindowOut})
def plan_window(request, window: WindowIn) -> Status:
    """Announce work, or admit it afterwards."""
    for_the_watch(request)
    facts = window.dict()
    times = {name: facts[name].isoformat() for name in ("starts_at", "ends_at")}
    seen = MaintenanceForm.seen(facts["rule"], facts["starts_at"])
    form = judged(MaintenanceForm(facts | times | {"seen": seen}))
    return Status(201, windows.plan(form.save(commit=False), by=request.user, **form.places))


@router.get("/maintenance/{pk}/", response=WindowOut)
def one_window(request, pk: int) -> Maintenance:
    """One window."""
    return window_of(request, pk)


@router.post("/maintenance/{pk}/end/", response=WindowOut)
def end_window(request, pk: int) -> Maintenance:
    """The work is done before its time: over on every page at once."""
    window = window_of(request, pk)
    windows.end_early(window, by=request.user)
    sweeps.follow_the_clock()
    return window


@router.post("/maintenance/{pk}/rounds/cancellation/", response=WindowOut)
def call_round_off(request, pk: int, round: RoundIn) -> Maintenance:
    """One round of a rule will not take place, by the moment at which it would begin; the others stay."""
    window = window_of(request, pk)
    windows.call_off_round(window, round.starts_at, by=request.user)
    return window


@router.post("/maintenance/{pk}/cancellation/", response=WindowOut)
def call_window_off(request, pk: int) -> Maintenance:
    """It will not take place, or ends at once."""
    window = window_of(request, pk)
    windows.call_off(window, by=request.user)
    sweeps.follow_the_clock()
    return window


# --- Outages --------------------------------------------------------------


def outage_of(request, pk: int) -> Outage:
    return get_object_or_404(Outage.objects.visible_to(request.user).prefetch_related("components"), pk=pk)


def held(request, pk: int) -> Outage:
    """The outage, for somebody who keeps the watch."""
    outage = outage_of(request, pk)
    for_the_watch(request)
    return outage


@router.get("/outages/", response=list[OutageOut])
@paginate(Keyset, order=("-started_at", "-pk"))
def list_outages(request, open: bool = False) -> QuerySet[Outage]:
    """Those of the places one may see, the latest first; `open=true` only what is not over."""
    seen = Outage.objects.visible_to(request.user).prefetch_related("components")
    return seen.open() if open else seen


@router.post("/outages/", response={201: OutageOut})
def declare(request, broken: OutageIn) -> Status:
    """Say that something is broken; the public gets its first word at once."""
    for_the_watch(request)
    components = [get_object_or_404(Component.objects.current(), pk=code) for code in dict.fromkeys(broken.components)]
    province = get_object_or_404(Province.objects.current(), pk=broken.province) if broken.province else None
    declared = outages.declare(
        components=components,
        province=province,
        severity=broken.severity or "",
        text_tr=broken.text_tr,
        is_drill=broken.is_drill,
        by=request.user,
    )
    return Status(201, declared)


@router.get("/outages/{pk}/", response=OutageOut)
def one_outage(request, pk: int) -> Outage:
    """One outage."""
    return outage_of(request, pk)


@router.get("/outages/{pk}/affected/", response=list[AffectedOut])
@paginate(Keyset, order=("pk",))
def affected(request, pk: int) -> QuerySet[Affected]:
    """Whom it touches, or touched until when; one's own places only, unless one works nationally."""
    lines = Affected.objects.filter(outage=outage_of(request, pk)).select_related("node", "municipality")
    if request.user.works_nationally:
        return lines
    return lines.filter(request.user.reach("municipality_id", province="municipality__province_id"))


@router.post("/outages/{pk}/acknowledgement/", response=OutageOut)
def acknowledge(request, pk: int) -> Outage:
    """Take it up: one person is named, everyone sees who."""
    outage = held(request, pk)
    outages.acknowledge(outage, by=request.user)
    return outage


@router.get("/outages/{pk}/updates/", response=list[UpdateOut])
@paginate(Keyset, order=("-created_at", "-pk"))
def list_updates(request, pk: int) -> QuerySet[StatusUpdate]:
    """What was said about it, newest first."""
    return StatusUpdate.objects.filter(outage=outage_of(request, pk))


@router.post("/outages/{pk}/updates/", response={201: SpokenOut})
def speak(request, pk: int, word: UpdateIn) -> Status:
    """Say something on every surface; about a wide outage it waits for a second look. `resolved` ends the outage."""
    outage = held(request, pk)
    facts = word.dict()
    if facts["stage"] == OutageStage.RESOLVED:
        facts["minutes"] = 0
    return Status(201, {"is_published": outages.speak(outage, by=request.user, **facts)})


@router.post("/outages/{pk}/updates/{update}/correction/", response=UpdateOut)
def correct(request, pk: int, update: int, right: CorrectionIn) -> StatusUpdate:
    """Put one update right; readers see that it was, and why."""
    said = get_object_or_404(StatusUpdate, outage=held(request, pk), pk=update)
    outages.correct(said, by=request.user, **right.dict())
    said.refresh_from_db()
    return said


@router.get("/outages/{pk}/proposals/", response=list[ProposalOut])
@paginate(Keyset, order=("-pk",))
def proposals(request, pk: int) -> QuerySet[Proposal]:
    """Words that wait for a second look, and what became of earlier ones; for the watch."""
    return Proposal.objects.filter(outage=held(request, pk))


@router.post("/outages/{pk}/proposals/{proposal}/decision/", response=ProposalOut)
def decide(request, pk: int, proposal: int, wanted: DecisionIn) -> Proposal:
    """Let them out, send them back with a note, or take one's own back."""
    waiting = get_object_or_404(Proposal.objects.select_related("outage", "by"), outage=held(request, pk), pk=proposal)
    note = judged(DecisionForm(wanted.dict())).cleaned_data["note"]
    if wanted.decision == "let_out":
        outages.let_out(waiting, by=request.user)
    elif wanted.decision == "send_back":
        outages.send_back(waiting, by=request.user, note=note)
    else:
        outages.take_back(waiting, by=request.user)
    waiting.refresh_from_db()
    return waiting


@router.post("/outages/{pk}/times/", response=OutageOut)
def retime(request, pk: int, times: TimesIn) -> Outage:
    """Put beginning and end right; the reason is public."""
    outage = held(request, pk)
    facts = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in times.dict().items()}
    outages.retime(outage, by=request.user, **judged(TimesForm(facts, outage=outage)).cleaned_data)
    return held(request, pk)


@router.post("/outages/{pk}/withdrawal/", response=OutageOut)
def withdraw(request, pk: int, why: WithdrawalIn = NO_REASON) -> Outage:
    """Off every public surface at once; those who keep the watch still see it, and the ledger counts it as false."""
    outage = held(request, pk)
    outages.withdraw(outage, by=request.user, reason=why.reason)
    return outage


@router.delete("/outages/{pk}/withdrawal/", response=OutageOut)
def show(request, pk: int) -> Outage:
    """It was an outage after all: public again."""
    outage = held(request, pk)
    outages.show(outage, by=request.user)
    return outage


@router.post("/outages/{pk}/join/", response=OutageOut)
def join(request, pk: int, wider: JoinIn) -> Outage:
    """One fault had two names: this one becomes a part of `into`."""
    into = held(request, wider.into)
    outages.join_by_hand(held(request, pk), into=into, by=request.user)
    return held(request, wider.into)


@router.post("/outages/{pk}/split/", response={201: OutageOut})
def split(request, pk: int, part: SplitIn) -> Status:
    """What of it is a fault of its own; returns the new outage."""
    outage = held(request, pk)
    form = judged(SplitForm(part.dict(), outage=outage))
    return Status(201, outages.split(outage, by=request.user, **form.choice))


@router.post("/outages/{pk}/reports/", response=OutageOut)
def us_too(request, pk: int) -> Outage:
    """ "Biz de etkilendik": one's own municipality feels it; once, however often it is said."""
    own = request.user.own_municipality
    if own is None:
        raise OfNoMunicipality
    outage = get_object_or_404(Outage.objects.open().announced().prefetch_related("components"), pk=pk)
    impact_reports.report(outage, own, request.user)
    return outage


def report_of(request, pk: int) -> PostIncidentReport:
    return postmortem.draft(held(request, pk), by=request.user)


@router.put("/outages/{pk}/report/", response=ReportOut)
def write_report(request, pk: int, words: ReportIn) -> PostIncidentReport:
    """The report afterwards, kept and, if wished, published."""
    report = report_of(request, pk)
    postmortem.save(report, text_tr=words.text_tr, text_en=words.text_en, by=request.user)
    if words.publish:
        postmortem.publish(report, by=request.user)
    return report


@router.post("/outages/{pk}/report/", response=ReportOut)
def draft_report(request, pk: int) -> PostIncidentReport:
    """The report of an outage that is over, drafted from what was recorded if there is none yet."""
    return report_of(request, pk)


# --- Sentences at hand ----------------------------------------------------


@router.get("/update-templates/", response=list[UpdateTemplateOut])
@paginate(Keyset, order=("position", "pk"))
def list_sentences(request) -> QuerySet[UpdateTemplate]:
    """The sentences at hand for updates; for the watch."""
    for_the_watch(request)
    return UpdateTemplate.objects.all()


@router.post("/update-templates/", response={201: UpdateTemplateOut})
def add_sentence(request, template: UpdateTemplateIn) -> Status:
    """Another sentence."""
    for_the_watch(request)
    return Status(201, judged(TemplateForm(template.dict())).save())


@router.put("/update-templates/{pk}/", response=UpdateTemplateOut)
def change_sentence(request, pk: int, template: UpdateTemplateIn) -> UpdateTemplate:
    """Other words."""
    for_the_watch(request)
    return judged(TemplateForm(template.dict(), instance=get_object_or_404(UpdateTemplate, pk=pk))).save()


@router.delete("/update-templates/{pk}/", response={204: None})
def remove_sentence(request, pk: int) -> Status:
    """Gone."""
    for_the_watch(request)
    get_object_or_404(UpdateTemplate, pk=pk).delete()
    return Status(204, None)
