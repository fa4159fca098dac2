"""The views that agents keep: their list, their form, and the pins beside the fixed ones."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.wire.api import paging
from helpdesk.models import SavedView
from helpdesk.saved_views import conditions, keeping
from helpdesk.saved_views.forms import SavedViewForm
from helpdesk.saved_views.keeping import NotYourView
from helpdesk.tickets.queue import QueueFilter
from helpdesk.views.desk import desk_only

FORM = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50
OF_FIXED_VIEWS: dict[str, dict[str, str | list[str]]] = {
    "mine": {"assignee": "ben"},
    "team": {"team": "ben"},
    "unclaimed": {"assignee": "kimse"},
    "snoozed": {"status": ["ertelenen"]},
    "ended": {"status": ["çözüldü", "iptal"]},
}
OF_STATUSES = {"waiting_on_us": "bizde", "waiting_on_them": "belediyede", "waiting_on_others": "üçüncü"}


def find(request, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user).select_related("team", "owner"), pk=pk)


@login_required
@require_safe
def view_list(request) -> HttpResponse:
    """One's own and those of one's teams; the pinned ones first, in their order."""
    desk_only(request)
    visible = SavedView.objects.visible_to(request.user).select_related("team", "owner")
    views, following = paging.page(visible, order=("name", "pk"), cursor=request.GET.get("cursor"), limit=PAGE)
    pins = list(request.user.pinned_views.filter(view__in=SavedView.objects.visible_to(request.user)))
    led = {team.pk for team in keeping.teams_led_by(request.user)}
    context = {
        "views": [(view, view.owner_id == request.user.pk or view.team_id in led) for view in views],
        "pinned": [pin.view_id for pin in pins],
        "next": following,
    }
    return render(request, "helpdesk/saved_views.html", context)


@login_required
@FORM
def new_view(request) -> HttpResponse:
    """Begins with what the queue showed."""
    desk_only(request)
    view = SavedView(owner=request.user, question=question_shown(request))
    return written(request, view, _("A new view"))


def question_shown(request) -> str:
    """What the fixed view and the filters beside it ask for, in the words of the search."""
    wanted = QueueFilter.from_query(request.GET, request.user)
    if wanted.saved:
        return " ".join([wanted.saved.question, wanted.words]).strip()
    fields = dict(OF_FIXED_VIEWS.get(wanted.view, {}))
    fields |= {"severity": wanted.severity, "module": wanted.component}
    fields |= {"status": OF_STATUSES[wanted.status]} if wanted.status in OF_STATUSES else {}
    return conditions.question_of(fields, wanted.words)


@login_required
@FORM
def editing(request, pk) -> HttpResponse:
    desk_only(request)
    view = find(request, pk)
    if not view.may_be_changed_by(request.user):
        raise NotYourView
    return written(request, view, view.name)


def written(request, view: SavedView, heading: str) -> HttpResponse:
    pinned = {"pinned": view.pk is None or request.user.pinned_views.filter(view=view.pk).exists()}
    form = SavedViewForm(request.POST or None, view=view, by=request.user, initial=pinned)
    if form.is_valid():
        kept = keeping.write(form.filled(), by=request.user)
        (keeping.pin if form.cleaned_data["pinned"] else keeping.unpin)(kept, by=request.user)
        messages.success(request, _("The view is kept."))
        return redirect(reverse("helpdesk:desk", query={"view": kept.pk}))
    lead = _(
        "Every condition that says something has to fit. Whoever opens the view sees what they may see themselves."
    )
    context = {"form": form, "heading": heading, "lead": lead, "button": _("Keep")}
    context["back"] = reverse("helpdesk:saved_views")
    return render(request, "form_page.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def copying(request, pk) -> HttpResponse:
    """One's own from now on; opened at once, so that it can be changed."""
    desk_only(request)
    return redirect("helpdesk:saved_view", keeping.copy(find(request, pk), by=request.user).pk)


@login_required
@require_POST
def removal(request, pk) -> HttpResponse:
    desk_only(request)
    keeping.remove(find(request, pk), by=request.user)
    messages.success(request, _("The view is gone; its tickets are where they were."))
    return redirect("helpdesk:saved_views")


@login_required
@require_POST
def pinning(request, pk) -> HttpResponse:
    """`pinned=no` takes it away, `pinned=up` puts it one place further to the front."""
    desk_only(request)
    acts = {"no": keeping.unpin, "up": keeping.raise_pin}
    acts.get(request.POST.get("pinned", ""), keeping.pin)(find(request, pk), by=request.user)
    return redirect("helpdesk:saved_views")
