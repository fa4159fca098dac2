"""The secrets by which exchanges come in: made on a page, shown once, kept as digests."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Exchange
from helpdesk.teams.teams import require_administrator

NOTED_EVERY = timedelta(minutes=1)
READABLE = 6  # characters of the secret by which people tell two apart


@transaction.atomic
def let_in(name: str, *, by: Person) -> tuple[Exchange, str]:
    """A new exchange and its secret, which is shown this once."""
    require_administrator(by)
    secret = secrets.token_urlsafe(24)
    exchange = Exchange.objects.create(name=name, prefix=secret[:READABLE], digest=digest_of(secret))
    journal.record("exchange.let_in", exchange, by=by, name=name)
    return exchange, secret


@transaction.atomic
def end(exchange: Exchange, *, by: Person) -> None:
    """Its secret opens nothing from now on; what it told stays. Asking twice changes nothing."""
    require_administrator(by)
    if Exchange.objects.filter(pk=exchange.pk, ended_at=None).update(ended_at=now()):
        exchange.refresh_from_db()
        journal.record("exchange.ended", exchange, by=by)


def by_secret(secret: str) -> Exchange | None:
    """Whose secret it is; nobody's once it has ended."""
    if not secret or len(secret) > 100:
        return None
    exchange = Exchange.objects.filter(digest=digest_of(secret), ended_at=None).first()
    if exchange is not None:
        at = now()
        stale = Q(heard_at=None) | Q(heard_at__lt=at - NOTED_EVERY)
        Exchange.objects.filter(stale, pk=exchange.pk).update(heard_at=at)
    return exchange


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
