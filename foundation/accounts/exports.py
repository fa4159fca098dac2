"""What we hold about one person, in a form they can take along (KVKK art. 11)."""

from typing import Any

from allauth.usersessions.models import UserSession

from foundation import now
from foundation.directory import events
from foundation.directory.models import Person
from foundation.journal.models import Entry

LONGEST = 20_000  # rows of one kind


def of(person: Person) -> dict[str, Any]:
    """Everything as plain values: the person, roles, contacts, sign-ins, traces, and what other contexts hold.

    They answer `personal_data_sought` with {heading: rows}. Secrets (password, keys,
    codes) are left out: they are ours to prove with, and tell nothing about anybody.
    """
    found: dict[str, Any] = {
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
        "memberships": rows(person.memberships, "role", "municipality__full_name", "province__name", "since", "until"),
        "contacts": rows(
            person.contacts, "municipality__full_name", "duty", "channel", "address", "verified_at", "opted_out_at"
        ),
        "sign_ins": rows(UserSession.objects.filter(user=person), "ip", "user_agent", "created_at", "last_seen_at"),
        "traces": rows(Entry.objects.filter(person_id=person.pk), "at", "kind", "subject_type", "personal__text"),
    }
    answers: Any = events.personal_data_sought.send(Person, person=person)
    for _receiver, answer in answers:
        found |= answer
    return found


def rows(found, *columns: str) -> list[dict]:
    """Up to `LONGEST` rows, oldest first."""
    return list(found.order_by("pk").values(*columns)[:LONGEST])
