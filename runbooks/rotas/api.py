"""Rotas for other programs: read, made, changed and ended by the same verbs as the pages."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from foundation import now
from foundation.directory.models import Person
from foundation.language.schema_types import Line as CleanLine
from foundation.language.schema_types import Moment, Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from runbooks.models import HandoverNote, Leave, Rota, RotaLayer, Shift, Swap
from runbooks.rotas import gaps, handover, leave, on_call, overrides, rules, swaps
from runbooks.rotas.imports import files, taking
from runbooks.rotas.imports.drafts import Draft
from runbooks.rotas.permissions import CannotCarry, require_lead

router = Router(tags=["rotas"])

Weekdays = Annotated[str, Field(pattern="^[1-7]{1,7}$")]
Email = Annotated[str, Field(max_length=254)]
Line = Annotated[str, Field(min_length=1, max_length=80)]


class RotaIn(Body):
    key: Annotated[str, Field(max_length=30)]
    name_tr: Line
    name_en: Annotated[str, Field(max_length=80)] = ""
    days: Weekdays = "1234567"
    opens: time = time(0)
    closes: time = time(0)
    has_backup: bool = False


class RotaChange(Body):
    name_tr: Line
    name_en: Annotated[str, Field(max_length=80)] = ""
    days: Weekdays
    opens: time
    closes: time
    has_backup: bool


class RotaOut(Schema):
    key: str
    name_tr: str
    name_en: str
    days: str
    opens: time
    closes: time
    zone: str = "Europe/Istanbul"
    has_backup: bool
    ended_at: datetime | None


class LayerIn(Body):
    """`people` are addresses, in the order of their turns; `replaces` ends where this one begins."""

    rank: Annotated[int, Field(ge=1, le=2)] = 1
    people: Annotated[list[Email], Field(min_length=1, max_length=60)]
    starts_on: date
    every: Annotated[int, Field(ge=1, le=365)] = 1
    unit: Annotated[str, Field(pattern="^(day|week)$")] = "week"
    days: Weekdays = "1234567"
    opens: time = time(9)
    closes: time = time(9)
    holidays: Annotated[str, Field(pattern="^(as_usual|rests|also)$")] = "as_usual"
    replaces: Annotated[int, Field(ge=1, le=2**31)] | None = None
    signed: bool = False


class LayerOut(Schema):
    id: int
    rank: int
    people: list[str]
    starts_on: date
    every: int
    unit: str
    days: str
    opens: time
    closes: time
    holidays: str
    ends_at: datetime | None

    @staticmethod
    def resolve_people(layer: RotaLayer) -> list[str]:
        return [person.email for person in layer.people]


class ShiftIn(Body):
    person: Email
    rank: Annotated[int, Field(ge=1, le=2)] = 1
    starts_at: Moment
    ends_at: Moment
    reason: Annotated[str, Field(max_length=200)] = ""
    signed: bool = False


class ShiftOut(Schema):
    id: int
    rota: str
    person: str
    name: str
    rank: int
    starts_at: datetime
    ends_at: datetime
    source: str
    instead_of: str | None
    reason: str

    @staticmethod
    def resolve_rota(shift: Shift) -> str:
        return shift.rota.key

    @staticmethod
    def resolve_person(shift: Shift) -> str:
        return shift.person.email

    @staticmethod
    def resolve_name(shift: Shift) -> str:
        return shift.person.name

    @staticmethod
    def resolve_instead_of(shift: Shift) -> str | None:
        return shift.instead_of.email if shift.instead_of else None


class OnCallOut(Schema):
    at: datetime
    first: str | None
    second: str | None


class GapOut(Schema):
    rank: int
    starts_at: datetime
    ends_at: datetime


class LeaveIn(Body):
    person: Email
    first_day: date
    last_day: date


class LeaveOut(Schema):
    id: int
    person: str
    first_day: date
    last_day: date

    @staticmethod
    def resolve_person(leave: Leave) -> str:
        return leave.person.email


class SwapIn(Body):
    """Whom one asks; `wanted` is the shift one would carry in return."""

    to: Email
    wanted: Annotated[int | None, Field(ge=1, le=2**62)] = None
    note: Annotated[CleanLine, Field(max_length=200)] = ""


class SwapOut(Schema):
    id: int
    given: int | None = Field(alias="given_id")
    wanted: int | None = Field(alias="wanted_id")
    proposed_by: str
    proposed_to: str
    note: str
    status: str
    created_at: datetime

    @staticmethod
    def resolve_proposed_by(swap: Swap) -> str:
        return swap.proposed_by.email

    @staticmethod
    def resolve_proposed_to(swap: Swap) -> str:
        return swap.proposed_to.email


class ShiftNoteIn(Body):
    text: Annotated[Paragraphs, Field(min_length=1, max_length=4000)]


class ShiftNoteOut(Schema):
    id: int
    rota: str
    person: str
    text: str
    written_at: datetime

    @staticmethod
    def resolve_rota(note: HandoverNote) -> str:
        return note.rota.key

    @staticmethod
    def resolve_person(note: HandoverNote) -> str:
        return note.person.email


class RotaFileIn(Body):
    """An Opsgenie export or a calendar; `key` and `name` are for calendars, which hold none."""

    text: Annotated[str, Field(min_length=2, max_length=2_000_000)]
    key: Annotated[str, Field(max_length=30)] = ""
    name: Annotated[CleanLine, Field(max_length=80)] = ""
    signed: bool = False
    take: bool = False


class RotaDraftOut(Schema):
    key: str
    name: str
    rules: int
    shifts: int
    problems: list[str]
    remarks: list[str]

    @staticmethod
    def resolve_rules(draft: Draft) -> int:
        return len(draft.rules)

    @staticmethod
    def resolve_shifts(draft: Draft) -> int:
        return len(draft.shifts)


class RotaImportOut(Schema):
    taken: bool
    drafts: list[RotaDraftOut]


def _rota(request, key: str) -> Rota:
    return get_object_or_404(Rota.objects.visible_to(request.user), key=key)


def _person(email: str) -> Person:
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CannotCarry(_("Nobody is called “%(email)s”.") % {"email": email[:80]})
    return person


@router.get("/rotas/", response=list[RotaOut])
@paginate(Keyset, order=("pk",))
def rotas(request) -> QuerySet[Rota]:
    """Every rota, those that have ended too; for those who work nationally."""
    return Rota.objects.visible_to(request.user)


@router.post("/rotas/", response={201: RotaOut})
def make(request, body: RotaIn) -> tuple[int, Rota]:
    """A new rota, without anybody yet. Hours are those in which somebody has to be there, Europe/Istanbul."""
    return 201, rules.make(**body.dict(), by=request.user)


@router.get("/rotas/{key}/", response=RotaOut)
def rota(request, key: str) -> Rota:
    """One rota by its short name."""
    return _rota(request, key)


@router.patch("/rotas/{key}/", response=RotaOut)
def change(request, key: str, body: RotaChange) -> Rota:
    """Other names or hours."""
    return rules.change(_rota(request, key), **body.dict(), by=request.user)


@router.post("/rotas/{key}/end/", response=RotaOut)
def end(request, key: str) -> Rota:
    """Nobody carries it any more; what was carried stays in the record."""
    rules.end(_rota(request, key), by=request.user)
    return _rota(request, key)


@router.get("/rotas/{key}/layers/", response=list[LayerOut])
def layers(request, key: str) -> list[RotaLayer]:
    """The rules by which turns go round, those that have ended too."""
    return list(_rota(request, key).layers.prefetch_related("members__person"))


@router.post("/rotas/{key}/layers/", response={201: LayerOut})
def add_layer(request, key: str, body: LayerIn) -> tuple[int, RotaLayer]:
    """A rule, in the place of another if `replaces` names it; the shifts ahead follow at once."""
    rota = _rota(request, key)
    facts = body.dict(exclude={"people", "replaces"})
    replaces = get_object_or_404(rota.layers, pk=body.replaces) if body.replaces else None
    people = [_person(email) for email in body.people]
    return 201, rules.set_layer(rota, **facts, people=people, replaces=replaces, by=request.user)


@router.post("/rotas/{key}/layers/{pk}/end/", response=LayerOut)
def end_layer(request, key: str, pk: int) -> RotaLayer:
    """The rule holds no longer."""
    layer = get_object_or_404(_rota(request, key).layers, pk=pk)
    rules.end_layer(layer, by=request.user)
    layer.refresh_from_db()
    return layer


@router.get("/rotas/{key}/shifts/", response=list[ShiftOut])
@paginate(Keyset, order=("starts_at", "pk"))
def shifts(request, key: str, since: Moment | None = None) -> QuerySet[Shift]:
    """Who carries it, in order, from `since` (by default now) on: overrides, swaps and leave are in it already."""
    found = Shift.objects.visible_to(request.user).filter(rota=_rota(request, key), ends_at__gt=since or now())
    return found.select_related("rota", "person", "instead_of")


@router.post("/rotas/{key}/shifts/", response={201: ShiftOut})
def put(request, key: str, body: ShiftIn) -> tuple[int, Shift]:
    """Somebody for a while, whatever the rules say."""
    facts = body.dict(exclude={"person"})
    return 201, overrides.put(_rota(request, key), **facts, person=_person(body.person), by=request.user)


@router.post("/rotas/{key}/shifts/{pk}/withdrawal/", response={204: None})
def withdraw(request, key: str, pk: int) -> tuple[int, None]:
    """A shift made by hand holds no longer: the rules say who carries."""
    shift = get_object_or_404(Shift.objects.visible_to(request.user), rota=_rota(request, key), pk=pk)
    overrides.withdraw(shift, by=request.user)
    return 204, None


@router.get("/rotas/{key}/on-call/", response=OnCallOut)
def carried_by(request, key: str, at: Moment | None = None) -> dict:
    """Who is called first and second at a moment (by default now)."""
    moment = at or now()
    called = on_call.at(_rota(request, key), moment)
    first, second = (person.email if person else None for person in (called.first, called.second))
    return {"at": moment, "first": first, "second": second}


@router.get("/rotas/{key}/gaps/", response=list[GapOut])
def holes(request, key: str, days: Annotated[int, Field(ge=1, le=90)] = gaps.DAYS) -> list[gaps.Gap]:
    """The stretches ahead in which nobody is there."""
    return gaps.gaps(_rota(request, key), days)


@router.get("/leaves/", response=list[LeaveOut])
@paginate(Keyset, order=("pk",))
def leaves(request) -> QuerySet[Leave]:
    """Who is away, from yesterday on."""
    since = now().date() - timedelta(days=1)
    return Leave.objects.visible_to(request.user).standing().filter(last_day__gte=since).select_related("person")


@router.post("/leaves/", response={201: LeaveOut})
def take_leave(request, body: LeaveIn) -> tuple[int, Leave]:
    """Whole days, both included; for oneself, or by a shift lead. Turns pass to the next in the order."""
    person = _person(body.person)
    return 201, leave.take(person, first_day=body.first_day, last_day=body.last_day, by=request.user)


@router.post("/leaves/{pk}/withdrawal/", response={204: None})
def withdraw_leave(request, pk: int) -> tuple[int, None]:
    """The days are like any other again."""
    leave.withdraw(get_object_or_404(Leave.objects.visible_to(request.user), pk=pk), by=request.user)
    return 204, None


def _shift(request, pk: int) -> Shift:
    shifts = Shift.objects.visible_to(request.user).select_related("rota", "person", "instead_of")
    return get_object_or_404(shifts, pk=pk)


@router.post("/shifts/{pk}/take-over/", response=ShiftOut)
def take_over(request, pk: int) -> Shift:
    """Carry the rest of a shift oneself, from now on; for the watch."""
    return overrides.take_over(_shift(request, pk), by=request.user)


@router.post("/shifts/{pk}/swaps/", response={201: SwapOut})
def propose_swap(request, pk: int, wanted: SwapIn) -> tuple[int, Swap]:
    """Ask somebody to carry it, or to exchange; nothing changes before they accept."""
    given = _shift(request, pk)
    back = _shift(request, wanted.wanted) if wanted.wanted else None
    to = _person(wanted.to)
    return 201, swaps.propose(given, to=to, wanted=back, note=wanted.note, by=request.user)


@router.get("/swaps/", response=list[SwapOut])
@paginate(Keyset, order=("-pk",))
def own_swaps(request) -> QuerySet[Swap]:
    """Those one asked for or is asked about, as long as they wait."""
    return swaps.of(request.user)


def _swap(request, pk: int) -> Swap:
    """One of those that the person is asked about or asked for."""
    return get_object_or_404(swaps.of(request.user), pk=pk)


@router.post("/swaps/{pk}/acceptance/", response=SwapOut)
def accept_swap(request, pk: int) -> Swap:
    """Agreed: every list and calendar shows it."""
    swap = _swap(request, pk)
    swaps.accept(swap, by=request.user)
    return swap


@router.post("/swaps/{pk}/refusal/", response=SwapOut)
def decline_swap(request, pk: int) -> Swap:
    """No."""
    swap = _swap(request, pk)
    swaps.decline(swap, by=request.user)
    return swap


@router.post("/swaps/{pk}/withdrawal/", response=SwapOut)
def withdraw_swap(request, pk: int) -> Swap:
    """Whoever asked thinks again."""
    swap = _swap(request, pk)
    swaps.withdraw(swap, by=request.user)
    return swap


@router.get("/shifts/{pk}/notes/", response=list[ShiftNoteOut])
@paginate(Keyset, order=("-pk",))
def handover_notes(request, pk: int) -> QuerySet[HandoverNote]:
    """What was left to whoever came next, newest first."""
    return HandoverNote.objects.filter(shift=_shift(request, pk)).select_related("rota", "person")


@router.post("/shifts/{pk}/notes/", response={201: ShiftNoteOut})
def write_handover(request, pk: int, note: ShiftNoteIn) -> tuple[int, HandoverNote]:
    """A hand-over note with what is open at this moment; by whoever carried the shift."""
    return 201, handover.write(_shift(request, pk), text=note.text, by=request.user)


@router.post("/rota-imports/", response=RotaImportOut)
def import_rotas(request, file: RotaFileIn) -> dict:
    """A rota that was kept elsewhere: first what it would make, with `take` everything or nothing."""
    require_lead(request.user)
    found = files.read(file.text, key=file.key, name=file.name)
    if file.take:
        taking.take(found, by=request.user, signed=file.signed)
    return {"taken": file.take, "drafts": found}
