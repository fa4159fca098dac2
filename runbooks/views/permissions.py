"""Who may open the pages of this context."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse


def nationals_only(view) -> Callable[..., HttpResponse]:
    """For people who work for the whole country; others are signed in or refused."""

    @login_required
    @wraps(view)
    def guarded(request, *arguments, **kwargs) -> HttpResponse:
        if not request.user.works_nationally:
            raise PermissionDenied
        return view(request, *arguments, **kwargs)

    return guarded


def watch_only(view) -> Callable[..., HttpResponse]:
    """For people who keep the watch; others are signed in or refused."""

    @login_required
    @wraps(view)
    def guarded(request, *arguments, **kwargs) -> HttpResponse:
        if not request.user.keeps_the_watch:
            raise PermissionDenied
        return view(request, *arguments, **kwargs)

    return guarded
