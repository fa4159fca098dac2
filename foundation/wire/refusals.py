"""The one place where a polite no becomes an answer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from foundation import Refusal

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


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
    context = {"refusal": refusal, "back": _way_back(request), "typed": _typed(request)}
    response = render(request, template, context, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _way_back(request) -> str:
    """The page of ours on which they pressed, or the start."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if came_from and ours else "/"


def _typed(request) -> list[str]:
    """The sentences of a refused form, so that nobody writes them twice; no secrets."""
    if request.method != "POST" or not request.content_type.startswith(FORMS):
        return []
    said = [text.strip() for name, text in request.POST.items() if "password" not in name and isinstance(text, str)]
    return [text for text in said if any(letter.isspace() for letter in text)]
