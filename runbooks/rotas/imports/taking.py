"""Taking a draft in: the rota with its rules and shifts, whole or not at all, its difference shown before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.models import Rota, RotaLayer, Shift
from runbooks.models.rotas import Rank
from runbooks.rotas import laying, overrides, reach, rules
from runbooks.rotas.imports.drafts import Draft, DraftRule, DraftShift
from runbooks.rotas.permissions import require_able, require_lead, require_reachable


class DraftHasProblems(Refusal):
    sentence = _("The file has problems; nothing was taken.")
    status = 422


@dataclass(frozen=True)
class RotaDifference:
    """What taking a draft would do: `rota` is the one that stands, if there is one of this short name."""

    draft: Draft
    rota: Rota | None
    new_rules: list[DraftRule]
    ending: list[RotaLayer]
    new_shifts: list[DraftShift]
    lacking: list[Person]

    @property
    def is_nothing(self) -> bool:
        return self.rota is not None and not (self.new_rules or self.ending or self.new_shifts)


def difference(draft: Draft) -> RotaDifference:
    """Rules and shifts that stand already are left alone; a second taking of one file does nothing."""
    rota = Rota.objects.kept().filter(key=draft.key).first()
    standing = _standing(rota) if rota else []
    taken = set(map(_identity, draft.rules))
    known = {_layer_identity(layer) for layer in standing}
    return RotaDifference(
        draft=draft,
        rota=rota,
        new_rules=[rule for rule in draft.rules if _identity(rule) not in known],
        ending=[layer for layer in standing if draft.rules and _layer_identity(layer) not in taken],
        new_shifts=_new_shifts(draft, rota),
        lacking=reach.lacking(draft.people),
    )


def _standing(rota: Rota) -> list[RotaLayer]:
    return list(rota.layers.filter(ends_at=None).prefetch_related("members__person"))


def _identity(rule: DraftRule) -> tuple:
    people = tuple(person.pk for person in rule.people)
    return (rule.rank, people, rule.starts_on, rule.every, str(rule.unit), rule.days, rule.opens, rule.closes)


def _layer_identity(layer: RotaLayer) -> tuple:
    people = tuple(person.pk for person in layer.people)
    return (layer.rank, people, layer.starts_on, layer.every, layer.unit, layer.days, layer.opens, layer.closes)


def _new_shifts(draft: Draft, rota: Rota | None) -> list[DraftShift]:
    at = now()
    known = set()
    if rota:
        by_hand = Shift.objects.filter(rota=rota, source=Shift.Origin.HAND, ends_at__gt=at)
        known = set(by_hand.values_list("person_id", "rank", "ends_at"))
    ahead = (shift for shift in draft.shifts if shift.ends_at > at)
    return [shift for shift in ahead if (shift.person.pk, int(shift.rank), shift.ends_at) not in known]


@transaction.atomic
def take(drafts: Sequence[Draft], *, by: Person, signed: bool = False) -> list[Rota]:
    """Make the rotas that the drafts ask for, or bring those of the same short name to what they say."""
    require_lead(by)
    if not drafts or any(draft.problems for draft in drafts):
        raise DraftHasProblems
    return [_take(draft, by=by, signed=signed) for draft in drafts]


def _take(draft: Draft, *, by: Person, signed: bool) -> Rota:
    change = difference(draft)
    has_backup = any(rule.rank == Rank.BACKUP for rule in draft.rules)
    rota = change.rota or rules.make(
        key=draft.key, name_tr=draft.name, name_en=draft.name, has_backup=has_backup, by=by
    )
    for layer in change.ending:
        rules.end_layer(layer, by=by)
    for rule in change.new_rules:
        rules.set_layer(
            rota,
            rank=rule.rank,
            people=rule.people,
            starts_on=rule.starts_on,
            every=rule.every,
            unit=rule.unit,
            days=rule.days,
            opens=rule.opens,
            closes=rule.closes,
            by=by,
            signed=signed,
        )
    _put(rota, change.new_shifts, by=by, signed=signed)
    journal.record("rota.imported", rota, by=by, rules=len(change.new_rules), shifts=len(change.new_shifts))
    return rota


def _put(rota: Rota, shifts: Sequence[DraftShift], *, by: Person, signed: bool) -> None:
    """All at once: laid out once, and no letter for every single one."""
    people = list(dict.fromkeys(shift.person for shift in shifts))
    require_able(people)
    require_reachable(rota, people, signed=signed, by=by)
    at = now().replace(microsecond=0)
    for shift in shifts:
        starts_at = max(shift.starts_at, at)
        overrides.require_there(shift.person, starts_at, shift.ends_at)
        overrides.require_one_rank(rota, shift.person, shift.rank, starts_at, shift.ends_at)
        overrides.stand(
            rota,
            person=shift.person,
            rank=shift.rank,
            starts_at=starts_at,
            ends_at=shift.ends_at,
            reason=str(_("brought from elsewhere")),
        )
    laying.lay(rota)
