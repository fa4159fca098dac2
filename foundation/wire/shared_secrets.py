"""Shared secrets of machines: `Authorization: Bearer …` against a setting."""

import hmac

from django.http import HttpRequest, HttpResponse


def presents(request: HttpRequest, secret: str) -> bool:
    """Whether the request carries `secret`. Without a secret (embedded mode) everyone may."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not secret:
        return True
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


def unauthorized() -> HttpResponse:
    refused = HttpResponse("a bearer token is needed\n", status=401, content_type="text/plain; charset=utf-8")
    refused["WWW-Authenticate"] = "Bearer"
    return refused
