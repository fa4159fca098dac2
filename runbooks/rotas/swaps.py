"""Swaps: one proposes, the other accepts, and only then does anything change."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from foundation.outbox import outbox
from runbooks.models import Shift, Swap
from runbooks.rotas import laying, overrides
from runbooks.rotas.overrides import ShiftHasChanged, ShiftIsOver
from runbooks.rotas.permissions import locked, require_able

Status = Swap.Status


class NotYourShift(Refusal):
    sentence = _("You propose a swap of your own shifts only.")
    status = 403


class SwapIsWrong(Refusal):
    status = 422


class SwapIsAnswered(Refusal):
    sentence = _("This swap has been answered already, or was withdrawn.")


class NotAsked(Refusal):
    sentence = _("Somebody else was asked.")
    status = 403


def of(person: Person) -> QuerySet[Swap]:
    """What waits for an answer of this person, or was proposed by them and waits."""
    mine = Swap.objects.waiting().filter(Q(proposed_by=person) | Q(proposed_to=person))
    return mine.select_related("given__rota", "wanted__rota", "given__person", "wanted__person").select_related(
        "proposed_by", "proposed_to"
    )


@transaction.atomic
def propose(given: Shift, *, to: Person, by: Person, wanted: Shift | None = None, note: str = "") -> Swap:
    """Ask `to` to carry `given`, in exchange for `wanted` if there is one. Nothing changes before they accept."""
    at = now()
    if given.person_id != by.pk:
        raise NotYourShift
    if given.ends_at <= at or wanted and wanted.ends_at <= at:
        raise ShiftIsOver
    if to == by:
        raise SwapIsWrong(_("A swap needs two people."))
    if wanted and (wanted.person_id != to.pk or wanted.rota_id != given.rota_id):
        raise SwapIsWrong(_("What you want in return is a shift of that person on the same rota."))
    locked(given.rota)
    require_able([to])
    _require_possible(given, to, by, wanted)
    try:
        with transaction.atomic():
            swap = Swap.objects.create(
                given=given, wanted=wanted, is_exchange=bool(wanted), proposed_by=by, proposed_to=to, note=note
            )
    except IntegrityError as twice:
        raise SwapIsWrong(_("You have asked this person for this shift already.")) from twice
    journal.record("swap.proposed", swap, by=by, shift=given.pk, to=to.pk, text=note)
    _write(swap, to, subject=_("%(name)s asks you to take a shift"))
    return swap


@transaction.atomic
def accept(swap: Swap, *, by: Person) -> None:
    """Both have said yes: each carries the other's shift, and every list shows it at once."""
    _require_asked(swap, by)
    if swap.given is None:
        raise ShiftHasChanged
    rota = locked(swap.given.rota)
    _claim(swap, Status.ACCEPTED)
    given = _as_agreed(swap, swap.given_id, swap.proposed_by)
    wanted = _as_agreed(swap, swap.wanted_id, by) if swap.is_exchange else None
    if given.ends_at <= now() or wanted and wanted.ends_at <= now():
        raise ShiftIsOver
    _require_possible(given, by, swap.proposed_by, wanted)
    _hand(given, by)
    if wanted:
        _hand(wanted, swap.proposed_by)
    laying.lay(rota)
    journal.record("swap.accepted", swap, by=by, rota=rota.key, proposed_by=swap.proposed_by_id)
    _write(swap, swap.proposed_by, subject=_("%(name)s has accepted your swap"))


@transaction.atomic
def decline(swap: Swap, *, by: Person) -> None:
    _require_asked(swap, by)
    _claim(swap, Status.DECLINED)
    journal.record("swap.declined", swap, by=by)
    _write(swap, swap.proposed_by, subject=_("%(name)s has declined your swap"))


@transaction.atomic
def withdraw(swap: Swap, *, by: Person) -> None:
    if swap.proposed_by_id != by.pk:
        raise NotYourShift
    _claim(swap, Status.WITHDRAWN)
    journal.record("swap.withdrawn", swap, by=by)


def _require_asked(swap: Swap, by: Person) -> None:
    if swap.proposed_to_id != by.pk:
        raise NotAsked


def _claim(swap: Swap, status: str) -> None:
    """Of two answers at once the first counts."""
    if not Swap.objects.waiting().filter(pk=swap.pk).update(status=status, answered_at=now()):
        raise SwapIsAnswered


def _as_agreed(swap: Swap, key: int | None, person: Person) -> Shift:
    """The shift as it stands now, under the row of its rota; refused if it is not what was agreed on."""
    shift = Shift.objects.select_related("rota", "person").filter(pk=key, person=person).first()
    if shift is None or shift.changed_at > swap.created_at:
        raise ShiftHasChanged
    return shift


def _require_possible(given: Shift, to: Person, by: Person, wanted: Shift | None) -> None:
    """Each is there and carries no other rank in the hours they would get."""
    apart = tuple(shift for shift in (given, wanted) if shift)
    for shift, person in ((given, to), (wanted, by)):
        if shift:
            starts_at = max(shift.starts_at, now())
            overrides.require_there(person, starts_at, shift.ends_at)
            overrides.require_one_rank(shift.rota, person, shift.rank, starts_at, shift.ends_at, apart_from=apart)


def _hand(shift: Shift, person: Person) -> None:
    """What is left of a shift, carried by somebody else."""
    starts_at = max(shift.starts_at, now())
    overrides.stand(
        shift.rota,
        person=person,
        rank=shift.rank,
        starts_at=starts_at,
        ends_at=shift.ends_at,
        reason=str(_("swap")),
        instead_of=shift.person,
    )


def _write(swap: Swap, to: Person, *, subject: object) -> None:
    """The three letters of a swap differ in their first line."""
    other = swap.proposed_to if to == swap.proposed_by else swap.proposed_by
    with override(to.language):
        shift = swap.given
        assert shift
        facts = {
            "name": other.name,
            "rota": shift.rota,
            "start": formatting.exact(shift.starts_at),
            "end": formatting.exact(shift.ends_at),
            "url": f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:my_shifts')}",
        }
        body = gettext("%(rota)s: from %(start)s to %(end)s.\n%(url)s") % facts
        outbox.email(f"swap:{swap.pk}:{swap.status}:{to.pk}", to.email, str(subject) % facts, body)
