"""Wrong passwords: whoever guesses is slowed, and the owner of the account is not.

An attempt is counted for the account together with where it comes from, so that a
stranger's wrong passwords shut the stranger out. A browser that signed in as this person
before shows it by a signed cookie and has a count of its own: neither its neighbours
behind one address nor guessers from everywhere can use it up (OWASP, "device cookies").
All strange places together have a count, too; passkeys and the link by mail are not
touched by any of them.
"""

import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from foundation.directory.models import Person
from foundation.wire import limits

COOKIE = "nobet_device"
SALT = "foundation.accounts.attempts"
KEPT = 180 * 24 * 3600  # seconds
MOST_PEOPLE = 8  # who share one browser, at a counter


@dataclass(frozen=True)
class Count:
    """`limit` attempts of `whom` in `per` seconds."""

    name: str
    whom: str
    limit: int
    per: int


def counts_for(request: HttpRequest, email: str) -> list[Count]:
    """What an attempt to sign in as `email` uses up, the narrowest first."""
    device, place = known_device(request, email), limits.place_of(request)
    account = hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    if device:
        return [Count("signin.device", f"{account}:{device}", 10, 300)]
    return [
        Count("signin.account_and_place", f"{account}:{place}", 5, 300),
        Count("signin.place", place, 30, 60),
        Count("signin.strangers", account, 300, 3600),
    ]


def spend(request: HttpRequest, email: str) -> list[Count]:
    """Count one attempt and say what was used up. Raises `limits.TooMany`."""
    counts = counts_for(request, email)
    for count in counts:
        limits.spend(count.name, count.whom, limit=count.limit, per=count.per)
    return counts


def give_back(counts: list[Count]) -> None:
    """The password was right: nothing was guessed."""
    for count in counts:
        limits.give_back(count.name, count.whom, per=count.per)


def forget(request: HttpRequest, email: str) -> None:
    """A new password by the link in the mailbox: what was guessed from here counts no more."""
    for count in counts_for(request, email):
        limits.forget(count.name, count.whom, per=count.per)


def known_device(request: HttpRequest, email: str) -> str:
    """The number of this browser, if the person of `email` has signed in on it; else empty."""
    device, people = read(request)
    is_theirs = bool(people) and Person.objects.filter(email=email, pk__in=people).exists()
    return device if is_theirs else ""


def remember_device(request: HttpRequest, response: HttpResponse, person: Person) -> HttpResponse:
    """Have this browser known as one of `person`'s from now on."""
    device, people = read(request)
    newest_first = [person.pk, *(pk for pk in people if pk != person.pk)][:MOST_PEOPLE]
    shown = signing.dumps([device or secrets.token_hex(8), newest_first], salt=SALT)
    response.set_cookie(
        COOKIE,
        shown,
        max_age=KEPT,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def read(request: HttpRequest) -> tuple[str, list[int]]:
    try:
        device, people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return "", []
    return device, people
