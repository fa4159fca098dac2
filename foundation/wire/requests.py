"""One line a request: who asked for what, when, from where, and how it went.

Law 5651 asks a hosting provider for source address, time, page and result; nothing
here tells more. No query string, no secret of a link, no name.
"""

import time
import uuid

import structlog
from django.http import HttpResponse

from foundation.wire.guards import client_address
from foundation.wire.redaction import CALLBACK

log = structlog.get_logger("nobet.access")

QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
LONGEST_PLAIN_PART = 20


class RequestLog:
    """Gives each request an id (also in `X-Request-ID`) and writes its line at the end."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        request_id = uuid.uuid4().hex[:16]
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            write_line(request, response, milliseconds=round((time.perf_counter() - started) * 1000))
        return response


def write_line(request, response, *, milliseconds: int) -> None:
    log.info(
        "request",
        ip=client_address(request),
        port=request.META.get("REMOTE_PORT", ""),
        method=request.method,
        path=path_without_secrets(request.path),
        status=response.status_code,
        ms=milliseconds,
        person_id=person_of(request),
    )


def person_of(request) -> int | None:
    """The number of the person this request turned out to be; asks the database nothing."""
    token = getattr(request, "bearer_token", None)
    return token.person_id if token else getattr(getattr(request, "_cached_user", None), "pk", None)


def path_without_secrets(path: str) -> str:
    """Long parts of a path are keys of links that open something: their start suffices, or not even that."""
    path = CALLBACK.sub(r"\1[secret]", path)
    return "/".join(part if len(part) <= LONGEST_PLAIN_PART else f"{part[:6]}…" for part in path.split("/"))
