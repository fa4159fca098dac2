"""Errors of the API as RFC 9457 problem details; one shape for every refusal and fault."""

import re
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from foundation import Refusal

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/v1/"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def problem(status: int, *, kind: str = "", detail: str = "", **members: object) -> JsonResponse:
    """A problem of HTTP `status`.

    `kind` is our own name for it ("ticket-moved-on"), from which the `type` URN is
    built; without one the type is "about:blank" and the title says the status alone.
    Further `members` stand beside the standard ones.
    """
    content = {
        "type": f"urn:nobet:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        content["detail"] = detail
    return JsonResponse(content | members, status=status, content_type=MEDIA_TYPE)


def of_refusal(refusal: Refusal) -> JsonResponse:
    """A rule's polite no: its class names the kind, its sentence is the detail."""
    response = problem(refusal.status, kind=kind_of(refusal), detail=str(refusal.sentence))
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def kind_of(error: Exception) -> str:
    """`TicketMovedOn` is "ticket-moved-on"."""
    return _HUMP.sub("-", type(error).__name__).lower()


class ProblemsOfTheApi:
    """Gives errors below `/api/v1/` that Django itself answered the API's shape.

    Unknown paths, wrong methods, refused hosts and crashes never reach the API's own
    handlers: they would answer a program with a page.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API_PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        answer = problem(response.status_code)
        for name, value in response.headers.items():
            if not name.startswith("Content-") or name == "Content-Security-Policy":
                answer.headers.setdefault(name, value)
        return answer
