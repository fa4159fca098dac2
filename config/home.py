"""Where each reader begins."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# Where each role begins; who holds several begins at the first.
FIRST_DOORS = (
    (("operator", "approver"), "/board/"),
    (("agent", "shift_lead"), "/desk/"),
    (("staff", "municipal_admin"), "/tickets/"),
    (("platform_admin",), "/board/"),
)


@require_safe
@never_cache
def home(request) -> HttpResponse:
    """Each role lands on its own page; signed-out readers sign in, everyone else sees the status."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    for roles, door in FIRST_DOORS:
        if request.user.has_role(*roles):
            return redirect(door)
    return redirect("/status/")
