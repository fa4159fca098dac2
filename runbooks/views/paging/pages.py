"""Open calls and their ladders; taking, handing over, being awake; the link in a letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import now
from runbooks.models import Awake, Page
from runbooks.paging import answering, reading, summonses
from runbooks.paging.forms import HandOverForm
from runbooks.views.permissions import watch_only

OVER_SHOWN = 20


@watch_only
@require_safe
def index(request) -> HttpResponse:
    return render(request, "runbooks/paging/open.html", _context(request))


@watch_only
@require_safe
def moving(request) -> HttpResponse:
    """The moving part; an open page fetches it again."""
    return render(request, "runbooks/paging/_open.html", _context(request))


def _context(request) -> dict:
    open_now = reading.open_pages(request.user)
    return {
        "ladders": reading.ladders_of(open_now[: reading.MOST]),
        "counts": reading.counts(request.user),
        "over": reading.lately_over(request.user)[:OVER_SHOWN],
        "awake": reading.awake_people(),
        "unready": reading.unready_on_call(),
        "own_awake": Awake.objects.at(now()).filter(person=request.user).first(),
    }


@login_required
@require_safe
def show(request, pk) -> HttpResponse:
    page = _find(request, pk)
    may_hand = page.status == Page.Status.TAKEN and request.user.keeps_the_watch
    context = {
        "ladder": reading.ladders_of([page])[0],
        "form": HandOverForm(page=page) if may_hand else None,
    }
    return render(request, "runbooks/paging/page.html", context)


def _find(request, pk: int) -> Page:
    pages = Page.objects.visible_to(request.user).select_related("matter", "policy", "taken_by")
    return get_object_or_404(pages, pk=pk)


@login_required
@require_POST
def acknowledgement(request, pk) -> HttpResponse:
    page = _find(request, pk)
    answering.acknowledge(page, by=request.user)
    messages.success(request, _("It is yours: nobody else is called for it."))
    return redirect("runbooks:page", pk=page.pk)


@watch_only
@require_POST
def hand_over(request, pk) -> HttpResponse:
    page = _find(request, pk)
    form = HandOverForm(request.POST, page=page)
    if not form.is_valid():
        context = {"ladder": reading.ladders_of([page])[0], "form": form}
        return render(request, "runbooks/paging/page.html", context, status=422)
    answering.hand_over(page, to=form.cleaned_data["to"], by=request.user)
    messages.success(request, _("Handed over; they have been told."))
    return redirect("runbooks:page", pk=page.pk)


@login_required
@require_POST
def awake(request) -> HttpResponse:
    """ "Ayaktayım", and back."""
    if not request.user.works_nationally:
        raise PermissionDenied
    if request.POST.get("act") == "sleep":
        answering.sleep(request.user)
        messages.success(request, _("Calls ring again."))
    else:
        until = answering.wake(request.user).until.astimezone()
        messages.success(request, _("Until %(until)s you get one digest instead of call after call.") % {
            "until": f"{until:%H.%M}"
        })  # fmt: skip
    return redirect("runbooks:pages" if request.user.keeps_the_watch else "runbooks:ways")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, token) -> HttpResponse:
    """The link in a letter: it shows what calls, and the button takes it. Whoever reads ahead takes nothing."""
    summons = summonses.of_link(token)
    if summons is None:
        return render(request, "runbooks/paging/answer.html", status=404)
    said = answering.answer(summons, via="link") if request.method == "POST" else ""
    context = {"summons": summons, "pages": summonses.pages_of(summons), "said": said}
    return render(request, "runbooks/paging/answer.html", context)
