"""Queues of the desk: what each takes; the effect on open tickets is shown before it happens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.directory.models import Membership
from helpdesk.models import Queue, Ticket
from helpdesk.teams import queues
from helpdesk.teams.forms import NewQueueForm, QueueForm
from helpdesk.teams.teams import require_administrator
from helpdesk.views.desk import desk_only

FORM = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def queue_list(request) -> HttpResponse:
    """Every queue with what it takes and how many tickets are open in it."""
    desk_only(request)
    counted = Count("tickets", filter=Q(tickets__ended_at=None), distinct=True)
    everything = (
        Queue.objects.visible_to(request.user)
        .select_related("team", "distribution", "waiting_care")
        .prefetch_related("components")
        .annotate(
            waiting=counted, people=Count("team__members", filter=Q(team__members__is_active=True), distinct=True)
        )
        .order_by("-takes_the_rest", "code")
    )
    context = {
        "queues": [queue for queue in everything if not queue.ended_at],
        "ended": [queue for queue in everything if queue.ended_at],
        "may_change": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "helpdesk/queues.html", context)


@login_required
@FORM
def new_queue(request) -> HttpResponse:
    require_administrator(request.user)
    form = NewQueueForm(request.POST or None)
    if form.is_valid():
        code, effect = form.cleaned_data["code"], None
        if needs_a_look(request):
            effect = queues.effect_of(None, code, form.terms, by=request.user)
        if not effect or not effect.misplaced:
            _made, done = queues.open_queue(code, form.terms, by=request.user, move_tickets=form.moves_tickets)
            messages.success(request, told(_("The queue is open."), done))
            return redirect("helpdesk:queues")
        return form_page(request, form, None, effect)
    return form_page(request, form, None)


@login_required
@FORM
def queue(request, code) -> HttpResponse:
    """One queue: the form that changes it. Shows what would move first, when open tickets are touched."""
    require_administrator(request.user)
    shown = get_object_or_404(Queue.objects.select_related("team"), code=code, ended_at=None)
    form = QueueForm(request.POST if request.method == "POST" else None, queue=shown)
    if not form.is_valid():
        return form_page(request, form, shown)
    if needs_a_look(request):
        effect = queues.effect_of(shown, code, form.terms, by=request.user)
        if effect.misplaced:
            return form_page(request, form, shown, effect)
    done = queues.change_queue(shown, form.terms, by=request.user, move_tickets=form.moves_tickets)
    messages.success(request, told(_("The queue is changed."), done))
    return redirect("helpdesk:queues")


def needs_a_look(request) -> bool:
    return "publish" not in request.POST


def form_page(request, form: QueueForm, shown: Queue | None, effect: queues.Change | None = None) -> HttpResponse:
    context = {"form": form, "queue": shown, "effect": effect}
    return render(request, "helpdesk/queue.html", context, status=422 if form.errors else 200)


def told(done_sentence: str, change: queues.Change) -> str:
    """What happened to the queue and to the open tickets."""
    if not change.misplaced:
        return done_sentence
    if change.moved:
        sentence = ngettext("%(n)d open ticket moved.", "%(n)d open tickets moved.", change.misplaced)
    else:
        sentence = ngettext(
            "%(n)d open ticket stays where it lies.", "%(n)d open tickets stay where they lie.", change.misplaced
        )
    return f"{done_sentence} {sentence % {'n': change.misplaced}}"


@login_required
@require_POST
def default(request, code) -> HttpResponse:
    """Let this queue take what no other takes."""
    require_administrator(request.user)
    queues.take_the_rest(get_object_or_404(Queue, code=code), by=request.user)
    messages.success(request, _("From now on it takes every ticket that no other queue takes."))
    return redirect("helpdesk:queues")


@login_required
@FORM
def queue_ending(request, code) -> HttpResponse:
    """Says how many open tickets move, then ends it."""
    require_administrator(request.user)
    shown = get_object_or_404(Queue, code=code)
    if request.method == "POST":
        moved = queues.end_queue(shown, by=request.user)
        sentence = ngettext(
            "The queue has ended; %(n)d ticket moved.", "The queue has ended; %(n)d tickets moved.", moved
        )
        messages.success(request, sentence % {"n": moved})
        return redirect("helpdesk:queues")
    count = Ticket.objects.open().filter(queue=shown).count()
    note = ngettext(
        "%(n)d open ticket moves to the queue that takes it then.",
        "%(n)d open tickets move to the queues that take them then.",
        count,
    ) % {"n": count}
    notes = [note, _("Ended tickets and figures keep this queue's name.")]
    context = {"heading": _("End the queue %(name)s?") % {"name": shown.name}, "notes": notes, "stops": True}
    return render(
        request, "form_page.html", context | {"button": _("End the queue"), "back": reverse("helpdesk:queues")}
    )
