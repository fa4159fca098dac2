"""The key that opens somebody's calendar feeds to a calendar program, which cannot sign in."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.models import CalendarKey

USE_IS_NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def renew(person: Person) -> str:
    """A new key for one's feeds, shown this once; the one before opens nothing any more."""
    secret = secrets.token_urlsafe(24)
    facts = {"digest": _digest(secret), "created_at": now(), "last_used_at": None}
    key, _is_new = CalendarKey.objects.update_or_create(person=person, defaults=facts)
    journal.record("calendar_key.renewed", key, by=person)
    return secret


@transaction.atomic
def revoke(person: Person) -> None:
    """No feed opens any more without signing in."""
    for key in CalendarKey.objects.filter(person=person):
        journal.record("calendar_key.revoked", key, by=person)
        key.delete()


def person_of(secret: str) -> Person | None:
    """Whose key it is; nobody's when it was renewed or revoked, or its person can no longer sign in."""
    if not secret or len(secret) > 100:
        return None
    key = CalendarKey.objects.select_related("person").filter(digest=_digest(secret), person__is_active=True).first()
    if key is None:
        return None
    at = now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_IS_NOTED_EVERY)
    CalendarKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
    return key.person


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
