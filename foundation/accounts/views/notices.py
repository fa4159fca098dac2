"""What the law asks us to say: privacy notice, accessibility statement."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe


@require_safe
def privacy(request) -> HttpResponse:
    return render(request, f"accounts/privacy_{get_language()}.html")


@require_safe
def accessibility(request) -> HttpResponse:
    return render(request, f"accounts/accessibility_{get_language()}.html")
