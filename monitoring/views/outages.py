"""Pages about outages themselves: splitting one that turned out to be two."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from foundation import Refusal
from monitoring import outages
from monitoring.models import Outage
from monitoring.registry.forms import SplitForm
from monitoring.views.registry import for_the_watch


@login_required
def split(request, pk: int) -> HttpResponse:
    """Choose what belongs to a fault of its own."""
    for_the_watch(request.user)
    outage = get_object_or_404(Outage.objects.open().visible_to(request.user), pk=pk)
    form = SplitForm(request.POST if request.method == "POST" else None, outage=outage)
    if request.method == "POST" and form.is_valid():
        try:
            part = outages.split(outage, by=request.user, **form.choice)
        except Refusal as no:
            form.add_error(None, str(no.sentence))
        else:
            return redirect("monitoring:status_outage", pk=part.pk)
    status = 422 if form.is_bound else 200
    return render(request, "monitoring/watch/split.html", {"outage": outage, "form": form}, status=status)
