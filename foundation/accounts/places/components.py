"""Components: added, described, ordered, retired."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from foundation import now
from foundation.accounts.places.rules import AlreadyClosed, AlreadyInTheRegister, StillOpen, require_keeper
from foundation.directory import events
from foundation.directory.models import Component, Person
from foundation.journal import journal


@dataclass(frozen=True)
class ComponentFacts:
    """What the register says of a component, but for its code. Without a position it comes last."""

    name_tr: str
    name_en: str
    tier: str
    note: str = ""
    position: int | None = None


@transaction.atomic
def add(code: str, facts: ComponentFacts, *, by: Person) -> Component:
    require_keeper(by)
    if Component.objects.filter(pk=code).exists():
        raise AlreadyInTheRegister
    last = Component.objects.aggregate(last=Max("position"))["last"] or 0
    fields = vars(facts) | {"position": last + 1 if facts.position is None else facts.position}
    made = Component.objects.create(code=code, **fields)
    journal.record("component.added", made, by=by, name=facts.name_tr, tier=facts.tier)
    return made


@transaction.atomic
def describe(component: Component, facts: ComponentFacts, *, by: Person) -> None:
    """Other names, class or place in the order. Running promises stay as they were given."""
    require_keeper(by)
    fields = {name: value for name, value in vars(facts).items() if value is not None}
    before = {name: getattr(component, name) for name in fields}
    Component.objects.filter(pk=component.pk).update(**fields)
    component.refresh_from_db()
    changed = {name: [before[name], value] for name, value in fields.items() if before[name] != value}
    journal.record("component.described", component, by=by, changed=changed)


@transaction.atomic
def retire(component: Component, *, reason: str, by: Person) -> None:
    """Nobody files about it, chooses it or watches it any more; open tickets and history keep it."""
    require_keeper(by)
    if not Component.objects.current().filter(pk=component.pk).update(retired_at=now()):
        raise AlreadyClosed
    component.refresh_from_db()
    journal.record("component.retired", component, by=by, text=reason)
    events.component_retired.send(Component, component=component, by=by)


@transaction.atomic
def bring_back(component: Component, *, by: Person) -> None:
    """It is worked with again; its nodes are watched again when somebody says so there."""
    require_keeper(by)
    if not Component.objects.filter(pk=component.pk, retired_at__isnull=False).update(retired_at=None):
        raise StillOpen
    component.refresh_from_db()
    journal.record("component.brought_back", component, by=by)
