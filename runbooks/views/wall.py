"""The wall: a screen for the room, without a keyboard, which nobody signs in at."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from runbooks.board import kiosk, map_outlines, state
from runbooks.views.permissions import watch_only


@watch_only
def screens(request) -> HttpResponse:
    """Make this browser a wall, or take a link to the browser that shall be one."""
    if request.method == "POST":
        answer = redirect("runbooks:wall")
        kiosk.let_in(answer, request.user)
        return answer
    link = request.build_absolute_uri(reverse("runbooks:wall")) + "#" + kiosk.link_for(request.user)
    return render(request, "runbooks/wall_screens.html", {"link": link, "minutes": kiosk.LINK_VALID.seconds // 60})


@require_POST
def entry(request) -> HttpResponse:
    """Exchange the link for the token; the page does it as soon as the link is opened."""
    maker = kiosk.maker_of_link(request.POST.get("link", ""))
    if maker is None:
        return render(request, "runbooks/wall_door.html", {"was_refused": True}, status=403)
    answer = redirect("runbooks:wall")
    kiosk.let_in(answer, maker)
    return answer


@require_safe
def wall(request) -> HttpResponse:
    if not lets_in(request):
        return render(request, "runbooks/wall_door.html", status=403)
    context = {"outlines": map_outlines.outlines(), "board": state.read(now())}
    return render(request, "runbooks/board_wall.html", context)


@require_safe
def moving(request) -> HttpResponse:
    if not lets_in(request):
        return render(request, "runbooks/wall_door.html", status=403)
    return render(request, "runbooks/_board_wall.html", {"board": state.read(now())})


def lets_in(request) -> bool:
    """Whoever keeps the watch, or a screen that holds the token of someone who does."""
    if request.user.is_authenticated and request.user.keeps_the_watch:
        return True
    return kiosk.maker_of(request.COOKIES) is not None
