"""The fresh second factor behind an approval: read from the browser's session, and only there."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest

from foundation import now
from foundation.accounts.adapter import has_second_factor
from runbooks.broadcasts.approval.approval import FRESH, Confirmation


def confirmation_of(request: HttpRequest) -> Confirmation:
    """The newest proof of this session; by second factor for those who have one.

    Raises allauth's ReauthenticationRequired, which its middleware answers by asking
    again, when the newest proof is not fresh.
    """
    person = request.user
    assert person.is_authenticated, "the page behind this is for the watch"
    proofs = get_authentication_records(request, person)
    if settings.REQUIRE_SECOND_FACTOR or has_second_factor(person):
        proofs = [proof for proof in proofs if proof["method"] == "mfa"]
    if not proofs:
        raise ReauthenticationRequired
    newest = max(proofs, key=lambda proof: proof["at"])
    confirmed_at = datetime.fromtimestamp(newest["at"], UTC)
    if confirmed_at <= now() - FRESH:
        raise ReauthenticationRequired
    return Confirmation(factor=newest.get("type", newest["method"]), at=confirmed_at)
