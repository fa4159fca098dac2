"""Who carries a rota at a moment, and writing to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from foundation import now
from foundation.directory.models import Person
from foundation.outbox import outbox
from runbooks.models import Rota, Shift, Step
from runbooks.rotas import laying
from runbooks.rotas.rotation import missing

WATCH = "nobet"  # the rota that carries runs and outages
LOOKED_AHEAD = timedelta(days=14)  # for who comes next


@dataclass(frozen=True)
class OnCall:
    """Who is called first and who then; None where nobody is. Never the same person."""

    first: Person | None
    second: Person | None


@dataclass(frozen=True)
class Carried:
    """One rota at one moment: who is called first, who then, who comes next."""

    rota: Rota
    now: list[Shift]
    following: Shift | None
    warnings: list[str]


def at(rota: Rota, moment: datetime) -> OnCall:
    """Who carries `rota` at `moment`: the only place that answers, whatever made the shift."""
    shifts = carrying(rota.key, moment)
    first = next((shift.person for shift in shifts if shift.rank == Shift.Rank.FIRST), None)
    second = next((shift.person for shift in shifts if shift.rank != Shift.Rank.FIRST and shift.person != first), None)
    return OnCall(first, second)


def carriers(rota_key: str, at: datetime | None = None) -> list[Person]:
    """Those who carry a rota at `at`, in the order they are called."""
    return list(dict.fromkeys(shift.person for shift in carrying(rota_key, at)))


def carrying(rota_key: str, at: datetime | None = None) -> list[Shift]:
    """The shifts of a rota at `at`, in the order they are called; their people can sign in."""
    shifts = Shift.objects.covering(at or now()).in_use().filter(rota__key=rota_key, person__is_active=True)
    return list(shifts.select_related("person").order_by("rank", "-starts_at", "-pk"))


def among(people: Sequence[int]) -> list[int]:
    """Who of these stands on any rota now."""
    shifts = Shift.objects.covering(now()).in_use().filter(person__in=people)
    return list(shifts.values_list("person", flat=True).distinct())


def overview(at: datetime | None = None) -> list[Carried]:
    """Every rota as the page shows it, with what would go wrong if it were called now."""
    at = at or now()
    coming = list(
        Shift.objects.meeting(at, at + LOOKED_AHEAD)
        .select_related("person", "rota", "instead_of")
        .order_by("starts_at", "rank", "-pk")
    )
    return [_carried(rota, [shift for shift in coming if shift.rota_id == rota.pk], at) for rota in Rota.objects.kept()]


def _carried(rota: Rota, shifts: list[Shift], at: datetime) -> Carried:
    covering = [shift for shift in shifts if shift.starts_at <= at]
    covering.sort(key=lambda shift: (shift.rank, -shift.starts_at.timestamp(), -shift.pk))
    following = next((shift for shift in shifts if shift.starts_at > at), None)
    return Carried(rota, covering, following, list(_warnings(rota, covering, following, at)))


def _warnings(rota: Rota, covering: list[Shift], following: Shift | None, at: datetime) -> Iterator[str]:
    if not covering and _is_needed(rota, at):
        yield gettext("Nobody is on call now.")
    for shift in covering:
        if not shift.person.phone:
            yield gettext("%(name)s has no telephone number.") % {"name": shift.person}
        if not shift.person.is_active:
            yield gettext("%(name)s can no longer sign in.") % {"name": shift.person}
    ends = max((shift.ends_at for shift in covering), default=None)
    if ends is None or following and following.starts_at <= ends:
        return
    if ends < at + timedelta(days=1) and _is_needed(rota, ends):
        when = timezone.localtime(ends).strftime("%d.%m.%Y %H.%M")
        yield gettext("Nobody follows after %(when)s.") % {"when": when}


def _is_needed(rota: Rota, moment: datetime) -> bool:
    """Whether somebody has to be there at that moment."""
    return bool(missing(laying.hours_of(rota.days, rota), [], moment, moment + timedelta(seconds=1)))


def remind(step: Step) -> None:
    """Write to whoever carries the watch that a step waits for them; once per reminder."""
    key = f"step-reminder:{step.pk}:{now():%Y%m%d%H%M}"
    for person in carriers(WATCH):
        with override(person.language):
            subject = gettext("%(code)s waits at “%(step)s”") % {"code": step.run.code, "step": step.title}
            body = gettext("The step has been open since %(since)s. Please look: %(url)s") % {
                "since": timezone.localtime(step.reached_at).strftime("%H.%M"),
                "url": f"{settings.PUBLIC_BASE_URL}/runbooks/runs/{step.run_id}/",
            }
        outbox.email(f"{key}:{person.pk}", person.email, subject, body)
