"""The token that lets a wall screen in: it stands for whoever made it.

The wall sees what its maker may see, so it goes dark when the maker is revoked or
leaves the watch, and after `VALID` in any case.
"""

from datetime import timedelta

from django.core import signing

from foundation.directory.models import Person

SALT = "runbooks.board.kiosk"
VALID = timedelta(days=90)


def token_for(person: Person) -> str:
    return signing.dumps(person.pk, salt=SALT)


def maker_of(token: str) -> Person | None:
    """The person a wall may look for; None for a forged, old or withdrawn token."""
    try:
        key = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(pk=key, is_active=True).first()
    return person if person and person.keeps_the_watch else None
