"""What a client may not tell us about itself."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest

# Set by proxies or by daphne, believed by Django or WSGI, and therefore open to
# forgery: a path prefix would move every URL, an identity header would sign in.
UNTRUSTED = (
    "daphne-root-path",
    "remote-user",
    "x-remote-user",
    "x-forwarded-user",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
)
# Believed from our own proxy (`TRUSTED_PROXIES`), which replaces what the client sent.
FROM_OUR_PROXY = ("x-forwarded-for", "x-forwarded-proto")


def refused_names(peer: str) -> frozenset[str]:
    """The header names, in lower case, that a peer with this address may not send."""
    return frozenset(UNTRUSTED if is_our_proxy(peer) else UNTRUSTED + FROM_OUR_PROXY)


def is_our_proxy(peer: str) -> bool:
    """`peer` is the connecting address; empty on a UNIX socket, which "unix" trusts."""
    return is_listed(peer, tuple(settings.TRUSTED_PROXIES))


@lru_cache(maxsize=1024)
def is_listed(peer: str, listed: tuple[str, ...]) -> bool:
    if not peer:
        return "unix" in listed
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(entry) for entry in listed if entry != "unix")


def client_address(request) -> str:
    """Where the request came from, as our own proxy saw it, else as the socket says."""
    nearest = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(nearest))
    except ValueError:
        return request.META.get("REMOTE_ADDR", "")


class ClientHeaders:
    """Forgets headers that only our own front door could honestly send."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        for name in refused_names(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_" + name.upper().replace("-", "_"), None)
        return self.get_response(request)


class StorableText:
    """Refuses NUL in paths, queries and forms: nobody types it, and PostgreSQL cannot store it."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query or has_nul_in_form(request):
            return HttpResponseBadRequest("NUL\n", content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def has_nul_in_form(request) -> bool:
    """True for a urlencoded form with a NUL; its whole body is read, which such a view does anyway."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    return b"%00" in request.body or b"\x00" in request.body


class FrontDoor:
    """The same before Django sees the ASGI scope.

    Daphne takes `Daphne-Root-Path` from any client as the path's prefix, which would
    slip past path rules of the proxy. "X_Forwarded_For" becomes "X-Forwarded-For" in
    META, so names with an underscore go too.
    """

    def __init__(self, application) -> None:
        self.application = application

    async def __call__(self, scope, receive, send) -> None:
        if "headers" in scope:
            peer = (scope.get("client") or [""])[0] or ""
            refused = {name.encode() for name in refused_names(peer)}
            headers = [pair for pair in scope["headers"] if pair[0].lower() not in refused and b"_" not in pair[0]]
            scope = {**scope, "root_path": "", "headers": headers}
        return await self.application(scope, receive, send)
