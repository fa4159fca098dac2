"""The pages shown when something cannot be read, is forbidden, missing or broken."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render


def unreadable(request, exception=None) -> HttpResponse:
    """A body that is no form, a host that is not ours: the page leans on nothing of the request."""
    return render(None, "400.html", status=400)


def forbidden(request, exception=None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request, exception=None) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request) -> HttpResponse:
    """The last page: leans on nothing that may be what broke.

    A database that is away, restarting or locked is no fault of the request: come back.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = render(None, "503.html", status=503)
        answer["Retry-After"] = "10"
        return answer
    return render(None, "500.html", status=500)
