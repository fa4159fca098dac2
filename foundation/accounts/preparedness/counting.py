"""What is known of every municipality, in a fixed number of questions, and the sweep that keeps it."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime

from django.db.models import Count, Max, Q

from foundation import now
from foundation.accounts.preparedness import scoring
from foundation.accounts.preparedness.scoring import PreparednessFacts
from foundation.directory.models import Contact, Membership, Municipality, Preparedness
from foundation.providers import Providers

# Who holds drills says when each municipality confirmed its last: {key: moment}; None asks for all of them.
last_drills: Providers[Callable[[Iterable[int] | None], dict[int, datetime]]] = Providers()
TOGETHER = 500
FIELDS = ("score", "verified_ways", "has_deputy", "has_administrator", "last_drill_at", "last_sign_in_at")


def facts_of(keys: Iterable[int] | None = None) -> dict[int, PreparednessFacts]:
    """Of these municipalities, or of all that are open; each with nothing known has facts, too."""
    wanted = Municipality.objects.filter(closed_at=None)
    wanted = wanted if keys is None else wanted.filter(pk__in=keys)
    contacts = contact_facts(keys)
    people = people_facts(keys)
    drills: dict[int, datetime] = {}
    for provide in last_drills:
        drills |= provide(keys)
    return {
        pk: PreparednessFacts(
            verified_ways=contacts.get(pk, (0, 0))[0],
            has_deputy=bool(contacts.get(pk, (0, 0))[1]),
            has_administrator=bool(people.get(pk, (None, 0))[1]),
            last_sign_in_at=people.get(pk, (None, 0))[0],
            last_drill_at=drills.get(pk),
        )
        for pk in wanted.values_list("pk", flat=True)
    }


def contact_facts(keys: Iterable[int] | None) -> dict[int, tuple[int, int]]:
    """Verified ways that nobody stopped, and deputies of whom the same is true."""
    listed = Contact.objects.all() if keys is None else Contact.objects.filter(municipality__in=keys)
    heard = Q(verified_at__isnull=False, opted_out_at=None)
    deputies = Q(deputy__verified_at__isnull=False, deputy__opted_out_at=None)
    counted = (
        listed.order_by()
        .values_list("municipality")
        .annotate(ways=Count("address", filter=heard, distinct=True), deputies=Count("pk", filter=deputies))
    )
    return {pk: (ways, deputies) for pk, ways, deputies in counted}


def people_facts(keys: Iterable[int] | None) -> dict[int, tuple[datetime | None, int]]:
    """When one of its people signed in last, and how many administrators it has."""
    held = Membership.objects.current().filter(role__in=Membership.MUNICIPAL_ROLES, person__is_active=True)
    held = held if keys is None else held.filter(municipality__in=keys)
    administers = Q(role=Membership.Role.MUNICIPAL_ADMIN)
    counted = (
        held.order_by()
        .values_list("municipality")
        .annotate(last=Max("person__last_login"), administrators=Count("pk", filter=administers))
    )
    return {pk: (last, administrators) for pk, last, administrators in counted if pk}


def keep() -> int:
    """Count everybody anew; what has not changed is not written. Returns how many rows are new or different."""
    at = now()
    Preparedness.objects.filter(municipality__closed_at__isnull=False).delete()
    before = {row.municipality_id: row for row in Preparedness.objects.all()}
    fresh, changed = [], []
    for pk, facts in facts_of().items():
        values = asdict(facts) | {"score": scoring.score(facts, at)}
        row = before.get(pk)
        if row is None:
            fresh.append(Preparedness(municipality_id=pk, counted_at=at, **values))
        elif any(getattr(row, name) != values[name] for name in FIELDS):
            for name in FIELDS:
                setattr(row, name, values[name])
            row.counted_at = at
            changed.append(row)
    Preparedness.objects.bulk_create(fresh, batch_size=TOGETHER, ignore_conflicts=True)
    Preparedness.objects.bulk_update(changed, [*FIELDS, "counted_at"], batch_size=TOGETHER)
    return len(fresh) + len(changed)
