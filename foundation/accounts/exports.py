"""What we hold about one person, in a form they can take along (KVKK art. 11)."""

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from foundation import now
from foundation.directory.models import Person
from foundation.journal.models import Entry
from foundation.providers import Providers

LONGEST = 20_000  # rows of one kind

# What other contexts hold about a person: {heading: rows}, plain values that JSON can carry.
personal_data: Providers[Callable[[Person], dict[str, list[dict]]]] = Providers()


def of(person: Person) -> dict[str, Any]:
    """Everything as plain values: the person, roles, contacts, sign-ins, traces, and what other contexts hold.

    They register with `personal_data`. Secrets (password, keys, codes) are left out:
    they are ours to prove with, and tell nothing about anybody.
    """
    held: dict[str, Any] = {
        "made_at": now(),
        "person": {
            "name": person.name,
            "email": person.email,
            "phone": str(person.phone),
            "language": person.language,
            "created_at": person.created_at,
            "last_login": person.last_login,
            "revoked_at": person.revoked_at,
        },
        "memberships": rows(
            person.memberships.all(), "role", "municipality__full_name", "province__name", "since", "until"
        ),
        "contacts": rows(
            person.contacts.all(),
            "municipality__full_name",
            "duty",
            "channel",
            "address",
            "verified_at",
            "opted_out_at",
        ),
        "sign_ins": rows(UserSession.objects.filter(user=person), "ip", "user_agent", "created_at", "last_seen_at"),
        "traces": rows(Entry.objects.filter(person_id=person.pk), "at", "kind", "subject_type", "personal__text"),
    }
    for held_elsewhere in personal_data:
        held |= held_elsewhere(person)
    return held


def rows(records: QuerySet, *columns: str) -> list[dict]:
    """Up to `LONGEST` rows, oldest first."""
    return list(records.order_by("pk").values(*columns)[:LONGEST])
