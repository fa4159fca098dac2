"""Shared secrets of machines: `Authorization: Bearer …` against a setting."""

import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.wire import production
from foundation.wire.guards import client_address


def presents(request: HttpRequest, secret: str) -> bool:
    """Whether the request carries `secret`. Without a secret only this machine may, and never in production."""
    if not secret:
        return not production.is_production(settings) and is_from_this_machine(request)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


def is_from_this_machine(request: HttpRequest) -> bool:
    """By the connecting address: a Host header can say "localhost" from anywhere."""
    try:
        return ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        return False


def unauthorized() -> HttpResponse:
    refused = HttpResponse("a bearer token is needed\n", status=401, content_type="text/plain; charset=utf-8")
    refused["WWW-Authenticate"] = "Bearer"
    return refused
