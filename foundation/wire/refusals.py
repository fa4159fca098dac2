"""The one place where a polite no becomes an answer."""

from django.http import HttpResponse
from django.shortcuts import render

from foundation import Refusal


class ShowRefusals:
    """Shows a `Refusal` raised by a verb as a page or an htmx fragment."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request, exception) -> HttpResponse | None:
        return shown(request, exception) if isinstance(exception, Refusal) else None


def shown(request, refusal: Refusal) -> HttpResponse:
    """The refusal as a page, or as a fragment for htmx."""
    template = "_refusal.html" if request.headers.get("HX-Request") else "refusal.html"
    response = render(request, template, {"refusal": refusal}, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response
