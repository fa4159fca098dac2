"""The fresh second factor behind an approval: read from the browser's session, and only there."""

from datetime import UTC, datetime

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest

from foundation.accounts.adapter import fresh_proof
from runbooks.broadcasts.approval.approval import Confirmation


def confirmation_of(request: HttpRequest) -> Confirmation:
    """The newest proof of this session; by second factor for those who have one.

    Raises allauth's ReauthenticationRequired, which its middleware answers by asking
    again, when the newest proof is not fresh.
    """
    proof = fresh_proof(request, by_second_factor=settings.REQUIRE_SECOND_FACTOR)
    if proof is None:
        raise ReauthenticationRequired
    return Confirmation(factor=proof.get("type", proof["method"]), at=datetime.fromtimestamp(proof["at"], UTC))
