"""The desk's pages from rows already in memory, behind the same doors as the real ones."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import path

from config import urls
from helpdesk.views.desk import desk_only

# template → context, filled by the bench
IN_MEMORY: dict[str, dict] = {}


@login_required
def drawn(request, template: str):
    desk_only(request)
    return render(request, f"helpdesk/{template}.html", IN_MEMORY[template])


urlpatterns = [path("from-memory/<str:template>/", drawn), *urls.urlpatterns]
