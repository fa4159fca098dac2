"""Liveness and readiness: for load balancers and for whoever watches us."""

from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request) -> HttpResponse:
    """Alive; touches neither database nor Redis."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request) -> HttpResponse:
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
