"""A link for a new password: asked for by anybody, sent to whom the account belongs.

For an address that nobody has, and for one that was written to often enough, the same
work is done and the letter stays with us: how long the answer takes tells nothing.
"""

import hashlib

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from foundation.directory.models import Person
from foundation.wire import limits

LETTERS, WITHIN = 5, 3600  # to one address in so many seconds; those sent before still open the account
NOWHERE = "nobody@invalid"
UNKNOWN, ENOUGH = "no account", "written to often enough"


def send_link(email: str) -> None:
    """Hand in the letter to `email`; withheld, with the reason, where it may not leave."""
    person = Person.objects.filter(email=email, is_active=True).first()
    is_enough = limits.wait_for("signin.letters", digest(email), limit=LETTERS, per=WITHIN)
    get_adapter().hand_in(
        "account/email/password_reset_key",
        person.email if person else NOWHERE,
        {"password_reset_url": link_for(person or nobody())},
        language=person.language if person else settings.LANGUAGE_CODE,
        withheld=(ENOUGH if is_enough else "") if person else UNKNOWN,
    )


def link_for(person: Person) -> str:
    words = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return settings.PUBLIC_BASE_URL + reverse("account_reset_password_from_key", kwargs=words)


def nobody() -> Person:
    """Whom a link may be made for that opens nothing."""
    person = Person(pk=0, email=NOWHERE)
    person.set_unusable_password()
    return person


def digest(email: str) -> str:
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]
