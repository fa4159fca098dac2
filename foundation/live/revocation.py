"""Who may still listen: a page of someone who was revoked, or signed out, closes.

The poller asks every second or two in every process, so a lost doorbell delays
this by no more than that (architecture decision 5: within 5 s).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.sessions.models import Session

from foundation import now
from foundation.directory.models import Membership, Person

SIGNED_OUT = 4401
COME_AGAIN = 1012  # access is decided anew


@dataclass(frozen=True)
class SessionBasis:
    """What let the page in: the password of the day and the memberships held."""

    password: str
    memberships: frozenset


@dataclass(frozen=True)
class Listener:
    """A signed-in person at one page. `session_key` is empty where no session let them in."""

    person_id: int
    session_key: str
    standing: SessionBasis


def standings(person_ids: Collection[int]) -> dict[int, SessionBasis]:
    """How each of these people stands now; whoever was revoked is left out."""
    passwords = dict(Person.objects.filter(pk__in=person_ids, is_active=True).values_list("pk", "password"))
    held = defaultdict(set)
    current = Membership.objects.current().filter(person_id__in=passwords)
    for person_id, *membership in current.values_list("person_id", "role", "municipality_id", "province_id", "scope"):
        held[person_id].add(tuple(membership))
    return {pk: SessionBasis(password, frozenset(held[pk])) for pk, password in passwords.items()}


def listener(person_id: int, session_key: str) -> Listener | None:
    """This person as they stand now; None if they were revoked a moment ago."""
    standing = standings([person_id]).get(person_id)
    return Listener(person_id, session_key, standing) if standing else None


def revoked(listeners: Collection[Listener]) -> dict[Listener, int]:
    """Those whose page must close, with the close code that says why."""
    codes: dict[Listener, int] = {}
    if not listeners:
        return codes
    standing_now = standings({each.person_id for each in listeners})
    keys = {each.session_key for each in listeners if each.session_key}
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=now())
    open_keys = {"", *sessions.values_list("session_key", flat=True)}
    for each in listeners:
        if each.person_id not in standing_now or each.session_key not in open_keys:
            codes[each] = SIGNED_OUT
        elif standing_now[each.person_id] != each.standing:
            codes[each] = COME_AGAIN
    return codes
