"""API tokens: issue, recognise, rotate, revoke."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.providers import Providers
from foundation.wire.models import Token

LONGEST_LIFE = timedelta(days=365)
USE_IS_NOTED_EVERY = timedelta(minutes=1)
MOMENT = timedelta(seconds=1)
MARK = "nbt_"


# Who stands above says which nouns the API has: a scope is "noun:read" or "noun:write".
nouns: Providers[Callable[[], Iterable[str]]] = Providers()


class TokenLivesTooLong(Refusal):
    sentence = _("A token lasts at least a day and at most a year.")
    status = 422


class TokenOver(Refusal):
    sentence = _("This token has ended or was followed by another one already.")


def known_scopes() -> list[str]:
    """Every scope there is, in order."""
    found = {noun for provider in nouns for noun in provider()}
    return [f"{noun}:{act}" for noun in sorted(found) for act in ("read", "write")]


@transaction.atomic
def issue(
    person: Person, *, name: str, scopes: list[str], lasting: timedelta, by: Person | None = None
) -> tuple[Token, str]:
    """Make a token for `person` and return (token, secret). The secret is shown this once.

    Refuses a life under a day or over a year (`TokenLivesTooLong`).
    """
    if not timedelta(days=1) <= lasting <= LONGEST_LIFE:
        raise TokenLivesTooLong
    secret = MARK + secrets.token_urlsafe(32)
    at = now()
    token = Token.objects.create(
        person=person,
        name=name,
        prefix=secret[:12],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=at + lasting,
    )
    journal.record("token.issued", token, by=by, scopes=token.scopes, person=person.pk)
    return token, secret


@transaction.atomic
def rotate(token: Token, *, lasting: timedelta, overlap: timedelta, by: Person | None = None) -> tuple[Token, str]:
    """A new secret with the same name, person and scopes; the old one works for `overlap` more.

    Of two who rotate at once one does. Returns (new token, its secret), the secret this once.
    """
    held = Token.objects.usable(now()).select_for_update().filter(pk=token.pk, successor=None).first()
    if held is None:
        raise TokenOver
    fresh, secret = issue(held.person, name=held.name, scopes=held.scopes, lasting=lasting, by=by)
    ends = min(held.expires_at, now() + overlap)
    Token.objects.filter(pk=held.pk).update(successor=fresh, expires_at=max(ends, held.created_at + MOMENT))
    journal.record("token.rotated", held, by=by, successor=fresh.pk, works_until=ends.isoformat())
    return fresh, secret


def recognise(secret: str) -> Token | None:
    """The usable token behind `secret`, its use noted at most once a minute."""
    at = now()
    token = Token.objects.usable(at).select_related("person").filter(digest=digest_of(secret)).first()
    if token:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_IS_NOTED_EVERY)
        if token.last_used_at is None or token.last_used_at < at - USE_IS_NOTED_EVERY:
            Token.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    return token


@transaction.atomic
def revoke(token: Token, *, by: Person | None = None) -> bool:
    """End a token at once; False when it had ended already."""
    ended = Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now())
    if ended:
        journal.record("token.revoked", token, by=by)
    return bool(ended)


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal. The secret has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def bearer_of(request) -> Token | None:
    """The token of the request's Authorization header, looked up once a request."""
    if not hasattr(request, "bearer_token"):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        wanted = scheme.lower() == "bearer" and secret.strip()
        request.bearer_token = recognise(secret.strip()) if wanted else None
    return request.bearer_token
