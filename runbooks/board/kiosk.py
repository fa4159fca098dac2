"""How a wall screen is let in without signing in: it stands for whoever sent it there.

link    fifteen minutes; opened on the screen, exchanged for the token. It travels behind
        the `#` of an address, which browsers send to nobody, so no log ever holds it.
token   a cookie that scripts cannot read; good for `VALID`

The wall sees what its maker may see, so it goes dark when the maker is revoked or
leaves the watch, and after `VALID` in any case.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core import signing

from foundation.directory.models import Person

COOKIE = "nobet_wall"
VALID = timedelta(days=90)
LINK_VALID = timedelta(minutes=15)
TOKEN, LINK = "runbooks.board.kiosk", "runbooks.board.kiosk.link"


def link_for(person: Person) -> str:
    return signing.dumps(person.pk, salt=LINK)


def token_for(person: Person) -> str:
    return signing.dumps(person.pk, salt=TOKEN)


def maker_of_link(link: str) -> Person | None:
    return _on_watch(link, LINK, LINK_VALID)


def maker_of(cookies: Mapping[str, str]) -> Person | None:
    """The person a wall may look for; None for a forged, old or withdrawn token."""
    return _on_watch(cookies.get(COOKIE, ""), TOKEN, VALID)


def _on_watch(signed: str, salt: str, valid: timedelta) -> Person | None:
    try:
        key = signing.loads(signed, salt=salt, max_age=valid)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(pk=key, is_active=True).first()
    return person if person and person.keeps_the_watch else None


def let_in(response, person: Person) -> None:
    """Give this browser the token."""
    response.set_cookie(
        COOKIE,
        token_for(person),
        max_age=VALID,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
