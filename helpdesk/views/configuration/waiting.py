"""When the municipalities of a queue are reminded, and when their tickets are closed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helpdesk.models import Queue, WaitingCare
from helpdesk.teams.teams import require_administrator
from helpdesk.waiting import care
from helpdesk.waiting.forms import CareForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_care(request, code) -> HttpResponse:
    require_administrator(request.user)
    queue = get_object_or_404(Queue.objects.standing(), code=code)
    form = CareForm(request.POST or None, instance=WaitingCare.objects.filter(queue=queue).first())
    if form.is_valid():
        care.set_up(queue, form.terms, by=request.user)
        messages.success(request, _("Kept."))
        return redirect("helpdesk:queues")
    notes = [
        _("Only while the municipality is awaited; S1 is never closed like this. An answer begins it anew."),
        _("A closed ticket can be reopened within fourteen days."),
    ]
    heading = _("Reminding and closing: %(name)s") % {"name": queue.name}
    context = {"form": form, "heading": heading, "notes": notes, "button": _("Keep")}
    context["back"] = reverse("helpdesk:queues")
    return render(request, "form_page.html", context, status=422 if form.errors else 200)
