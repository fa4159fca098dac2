"""A rota from its making to its end, and the rules by which its turns go round."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from runbooks.models import Rota, RotaLayer, RotaLayerMember, Shift
from runbooks.models.rotas import WHOLE_WEEK
from runbooks.rotas import laying, public_holidays
from runbooks.rotas.permissions import locked, require_able, require_lead, require_reachable
from runbooks.rotas.rotation import ISTANBUL, collides

KEY = re.compile(r"[a-z][a-z0-9-]{1,29}")
RESERVED = {"me", "new", "import", "rotas", "shifts", "leave", "swaps"}
FURTHEST = timedelta(days=730)  # a rule begins at most so far from today, either way
MOST_PEOPLE = 60
LONGEST_TURN = 365


class KeyIsTaken(Refusal):
    sentence = _("There is a rota of this short name already.")


class KeyIsWrong(Refusal):
    sentence = _("The short name has 2 to 30 small letters, digits and hyphens, and begins with a letter.")
    status = 422


class RuleIsWrong(Refusal):
    status = 422


class RulesOverlap(Refusal):
    status = 422


@transaction.atomic
def make(
    *,
    key: str,
    name_tr: str,
    name_en: str,
    by: Person,
    days: str = WHOLE_WEEK,
    opens: time = time(0),
    closes: time = time(0),
    has_backup: bool = False,
) -> Rota:
    """A new rota, without anybody yet."""
    require_lead(by)
    if not KEY.fullmatch(key) or key in RESERVED:
        raise KeyIsWrong
    try:
        with transaction.atomic():
            rota = Rota.objects.create(
                key=key,
                name_tr=name_tr,
                name_en=name_en or name_tr,
                days=days or WHOLE_WEEK,
                opens=opens,
                closes=closes,
                has_backup=has_backup,
            )
    except IntegrityError as taken:
        raise KeyIsTaken from taken
    journal.record("rota.made", rota, by=by, key=key)
    return rota


@transaction.atomic
def change(
    rota: Rota, *, name_tr: str, name_en: str, days: str, opens: time, closes: time, has_backup: bool, by: Person
) -> Rota:
    """New names, or other hours in which it has to be carried. Its short name stays: addresses hold it."""
    require_lead(by)
    rota = locked(rota)
    rota.name_tr, rota.name_en, rota.days = name_tr, name_en or name_tr, days or WHOLE_WEEK
    rota.opens, rota.closes, rota.has_backup = opens, closes, has_backup
    rota.save()
    journal.record("rota.changed", rota, by=by, days=rota.days, backup=has_backup)
    return rota


@transaction.atomic
def end(rota: Rota, *, by: Person) -> None:
    """Nobody carries it any more; what was carried stays in the record."""
    require_lead(by)
    rota = locked(rota)
    at = now()
    Rota.objects.filter(pk=rota.pk).update(ended_at=at)
    running = Shift.objects.filter(rota=rota, ends_at__gt=at)
    running.filter(starts_at__gte=at).delete()
    running.update(ends_at=at, changed_at=at)
    journal.record("rota.ended", rota, by=by, key=rota.key)


@transaction.atomic
def set_layer(
    rota: Rota,
    *,
    rank: int,
    people: Sequence[Person],
    starts_on: date,
    every: int,
    unit: str,
    opens: time,
    closes: time,
    by: Person,
    days: str = WHOLE_WEEK,
    holidays: str = RotaLayer.Holidays.AS_USUAL,
    replaces: RotaLayer | None = None,
    signed: bool = False,
) -> RotaLayer:
    """A rule from `starts_on` on; `replaces` ends where it begins. The shifts ahead follow at once.

    Refuses what never comes, people who cannot carry it, hours that another rule of the
    same rank covers, and, unless a lead signs, people who cannot be reached in two ways.
    """
    require_lead(by)
    rota = locked(rota)
    _check(people, starts_on, every, days)
    require_able(people)
    require_reachable(rota, people, signed=signed, by=by)
    if replaces:
        _end_layer(replaces, at=datetime.combine(starts_on, opens, ISTANBUL))
    layer = RotaLayer.objects.create(
        rota=rota,
        rank=rank,
        starts_on=starts_on,
        every=every,
        unit=unit,
        days=days or WHOLE_WEEK,
        opens=opens,
        closes=closes,
        holidays=holidays,
    )
    RotaLayerMember.objects.bulk_create(
        RotaLayerMember(layer=layer, person=person, position=place) for place, person in enumerate(people)
    )
    _require_alone(layer)
    laying.lay(rota)
    journal.record("rota.rule_set", rota, by=by, rank=rank, people=[person.pk for person in people], layer=layer.pk)
    return layer


def _check(people: Sequence[Person], starts_on: date, every: int, days: str) -> None:
    if not people:
        raise RuleIsWrong(_("A rule needs at least one person."))
    if len(people) > MOST_PEOPLE:
        raise RuleIsWrong(_("A rule has at most %(most)d people.") % {"most": MOST_PEOPLE})
    if len(set(people)) < len(people):
        raise RuleIsWrong(_("Everybody stands in the order once."))
    if not 1 <= every <= LONGEST_TURN:
        raise RuleIsWrong(_("A turn lasts 1 to %(most)d days or weeks.") % {"most": LONGEST_TURN})
    if set(days) - set(WHOLE_WEEK):
        raise RuleIsWrong(_("Days are the digits 1 (Monday) to 7 (Sunday)."))
    if abs(starts_on - now().astimezone(ISTANBUL).date()) > FURTHEST:
        raise RuleIsWrong(_("The first day is at most two years from today."))


def _require_alone(layer: RotaLayer) -> None:
    """No other rule of this rank covers the same hours."""
    standing = layer.rota.layers.filter(Q(ends_at=None) | Q(ends_at__gt=now()), rank=layer.rank)
    others = standing.exclude(pk=layer.pk).prefetch_related("members__person")
    rule = laying.rule_of(layer)
    begin = datetime.combine(layer.starts_on, time(0), ISTANBUL)
    holidays = public_holidays.between(begin, begin + timedelta(days=400)).whole
    for other in others:
        if stretch := collides(rule, laying.rule_of(other), holidays):
            sentence = _("Another rule of this rank covers the same hours: from %(start)s to %(end)s.")
            times = {"start": formatting.exact(stretch.start), "end": formatting.exact(stretch.end)}
            raise RulesOverlap(sentence % times)


@transaction.atomic
def end_layer(layer: RotaLayer, *, by: Person) -> None:
    """The rule holds no longer; the shifts ahead that only it asked for are gone."""
    require_lead(by)
    rota = locked(layer.rota)
    _end_layer(layer, at=now())
    laying.lay(rota)
    journal.record("rota.rule_ended", rota, by=by, layer=layer.pk)


def _end_layer(layer: RotaLayer, *, at: datetime) -> None:
    ended = RotaLayer.objects.filter(pk=layer.pk)
    ended.filter(ends_at=None).update(ends_at=at)
    ended.filter(ends_at__gt=at).update(ends_at=at)
