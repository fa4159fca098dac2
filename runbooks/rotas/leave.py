"""Somebody is away: their turns pass to the next in the order, on every rota they stand on."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.models import Leave, Rota
from runbooks.rotas import laying
from runbooks.rotas.permissions import require_able, require_lead
from runbooks.rotas.rotation import ISTANBUL

LONGEST = timedelta(days=366)


class LeaveIsWrong(Refusal):
    status = 422


class LeaveIsOver(Refusal):
    sentence = _("This leave is over or was withdrawn.")


@transaction.atomic
def take(person: Person, *, first_day: date, last_day: date, by: Person) -> Leave:
    """Whole days, both included. For oneself; for somebody else, a shift lead."""
    if person != by:
        require_lead(by)
    require_able([person])
    today = now().astimezone(ISTANBUL).date()
    if last_day < first_day or last_day < today:
        raise LeaveIsWrong(_("The last day is not before the first, and not in the past."))
    if last_day - first_day > LONGEST:
        raise LeaveIsWrong(_("A leave lasts at most a year."))
    other = Leave.objects.standing().filter(person=person, first_day__lte=last_day, last_day__gte=first_day).first()
    if other:
        days = {"first": f"{other.first_day:%d.%m.%Y}", "last": f"{other.last_day:%d.%m.%Y}"}
        raise LeaveIsWrong(_("There is a leave from %(first)s to %(last)s already.") % days)
    leave = Leave.objects.create(person=person, first_day=first_day, last_day=last_day)
    _lay_theirs(person)
    journal.record("leave.taken", leave, by=by, person=person.pk, first=str(first_day), last=str(last_day))
    return leave


@transaction.atomic
def withdraw(leave: Leave, *, by: Person) -> None:
    """The days are days like any other again; turns return to whom the rules name."""
    if leave.person != by:
        require_lead(by)
    today = now().astimezone(ISTANBUL).date()
    if not Leave.objects.standing().filter(pk=leave.pk, last_day__gte=today).update(withdrawn_at=now()):
        raise LeaveIsOver
    _lay_theirs(leave.person)
    journal.record("leave.withdrawn", leave, by=by, person=leave.person_id)


def away_until(people: Sequence[int]) -> dict[int, date]:
    """Who of these is on leave today, and its last day."""
    today = now().astimezone(ISTANBUL).date()
    leaves = Leave.objects.standing().filter(person__in=people, first_day__lte=today, last_day__gte=today)
    return dict(leaves.values_list("person", "last_day"))


def _lay_theirs(person: Person) -> None:
    """In the order of keys, so that two leaves at once wait for each other and never for ever."""
    theirs = Rota.objects.kept().filter(layers__members__person=person).values("pk")
    for rota in Rota.objects.select_for_update().filter(pk__in=theirs).order_by("pk"):
        laying.lay(rota)
