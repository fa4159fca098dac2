"""What stands between a person and a far-reaching act."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.accounts import adapter
from foundation.wire.refusals import shown

SAFE = ("GET", "HEAD", "OPTIONS")
ALWAYS_OPEN = ("/accounts/", "/language/", "/profile/")


class SecondFactorNeeded(Refusal):
    sentence = _(
        "Your role moves many municipalities. Please set up a second step at sign-in under “My profile” first."
    )
    status = 403


class SecondFactorFirst:
    """Refuses changes by operators, approvers and platform administrators without a second factor.

    They may read, and they may set one up. Presidency information security guide:
    several factors for privileged accounts.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        if request.method in SAFE or request.path.startswith(ALWAYS_OPEN) or not request.user.is_authenticated:
            return None
        if adapter.lacks_required_second_factor(request.user):
            return shown(request, SecondFactorNeeded())
        return None
