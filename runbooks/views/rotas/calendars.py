"""Feeds for calendar programs: opened by one's key, or by being signed in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import override
from django.views.decorators.http import require_safe

from foundation.directory.models import Person
from runbooks.models import Rota
from runbooks.rotas import calendar_keys, feeds


@require_safe
def mine(request) -> HttpResponse:
    """The shifts of whoever the key belongs to; a key that opens nothing finds nothing."""
    reader = calendar_keys.person_of(request.GET.get("key", ""))
    if reader is None or not reader.works_nationally:
        raise Http404
    with override(reader.language):
        return _answer(feeds.of_person(reader), "me")


@require_safe
def rota(request, key) -> HttpResponse:
    """Everybody's shifts of a rota, for those who may see it."""
    reader = _reader(request)
    shown = get_object_or_404(Rota.objects.visible_to(reader), key=key)
    with override(reader.language):
        return _answer(feeds.of_rota(shown), shown.key)


def _reader(request: HttpRequest) -> Person:
    reader = calendar_keys.person_of(request.GET.get("key", ""))
    if reader is None and request.user.is_authenticated:
        reader = request.user
    if reader is None:
        raise Http404
    return reader


def _answer(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{name}.ics"'
    answer["Cache-Control"] = "private, max-age=300"
    return answer
