"""The doors that belong to no context: liveness, readiness, home, errors."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request):
    """Alive; touches neither database nor Redis."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request):
    """200 when every part answers, else 503; one line a part."""
    parts = {"database": database_answers()}
    lines = "".join(f"{name} {'ok' if ok else 'failed'}\n" for name, ok in parts.items())
    status = 200 if all(parts.values()) else 503
    return HttpResponse(lines, status=status, content_type="text/plain; charset=utf-8")


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


# Where each role begins; who holds several begins at the first.
FIRST_DOORS = (
    (("operator", "approver"), "/board/"),
    (("agent", "shift_lead"), "/desk/"),
    (("staff", "municipal_admin"), "/tickets/"),
    (("platform_admin",), "/board/"),
)


@require_safe
@never_cache
def home(request):
    """Each role lands on its own page; signed-out readers sign in, everyone else sees the status."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    for roles, door in FIRST_DOORS:
        if request.user.has_role(*roles):
            return redirect(door)
    return redirect("/status/")


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def broken(request):
    """The last page: leans on nothing that may be what broke.

    A database that is away, restarting or locked is no fault of the request: come back.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = render(None, "503.html", status=503)
        answer["Retry-After"] = "10"
        return answer
    return render(None, "500.html", status=500)
