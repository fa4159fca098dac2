"""Forms on pages that set no cookie: who posts is judged by where the post comes from.

Public pages are the same bytes for everyone, so they can carry no CSRF token. Browsers
say whether a post comes from our own page (Fetch Metadata; Origin in older ones).
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def comes_from(request: HttpRequest) -> str:
    """ "ours", "theirs", or "unknown" where the client says nothing (programs, very old browsers)."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return "ours" if site in ("same-origin", "none") else "theirs"
    if origin := request.headers.get("Origin"):
        own = {settings.PUBLIC_BASE_URL, f"{request.scheme}://{request.get_host()}"}
        return "ours" if origin in own else "theirs"
    return "unknown"


def from_our_pages(view: View) -> View:
    """Lets posts through that no other site made. For views that act on what is typed, never on who asks."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *arguments, **named) -> HttpResponse:
        if request.method == "POST" and comes_from(request) == "theirs":
            raise PermissionDenied
        return view(request, *arguments, **named)

    return guarded
