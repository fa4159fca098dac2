"""Headers that every answer owes its reader."""

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers


class PrivatePages:
    """What a signed-in person was shown belongs in no cache but her own memory.

    A shared cache once showed 149 people somebody else's screen (a chat service,
    March 2021); so each answer says so itself and relies on no proxy's rules.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        person = getattr(request, "_cached_user", None)
        if (person is not None and person.is_authenticated) or getattr(request, "bearer_token", None):
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ["Cookie"])
        return response
