"""A major incident at the desk: its card, its one answer, and the links of its tickets."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation.directory.models import Municipality, Person
from foundation.outbox import segments
from foundation.wire.api import paging
from helpdesk.incidents import answers, major_incidents
from helpdesk.models import IncidentAnswer, MajorIncident, Ticket
from helpdesk.tickets import emails
from helpdesk.tickets.forms import AnswerForm, LinkForm
from helpdesk.views.tickets import find
from monitoring import outages
from monitoring.models import Outage
from monitoring.outages import updates

PAGE = 50


def find_incident(request, pk: int) -> MajorIncident:
    """404 for everyone who does not work nationally."""
    visible = MajorIncident.objects.visible_to(request.user).select_related("outage", "component", "commander")
    return get_object_or_404(visible.with_link_counts(), pk=pk)


@login_required
@require_safe
def incident(request, pk) -> HttpResponse:
    return show(request, find_incident(request, pk), AnswerForm())


def show(request, incident: MajorIncident, form: AnswerForm, preview=None) -> HttpResponse:
    visible = Ticket.objects.visible_to(request.user).linked_to(incident)
    linked = visible.select_related("municipality").defer("search_text")
    rows, following = paging.page(linked, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    given = answers_of(incident)
    context = {
        "incident": incident,
        "form": form,
        "may_speak_alone": request.user.keeps_the_watch,
        "preview": preview,
        "tickets": rows,
        "next": following,
        "open_count": Ticket.objects.open().linked_to(incident).count(),
        "municipality_count": Municipality.objects.filter(tickets__in=Ticket.objects.linked_to(incident))
        .distinct()
        .count(),
        "answers": given,
        "under_way": any(answer.is_under_way for answer in given),
    }
    return render(request, "helpdesk/incident.html", context)


def answers_of(incident: MajorIncident) -> list[answers.AnswerProgress]:
    return answers.progress_of(incident.texts.select_related("by")[:5])


@login_required
@require_safe
def answers_given(request, pk) -> HttpResponse:
    """What was said so far and how far it has come, fetched again while it goes."""
    incident = find_incident(request, pk)
    return render(request, "helpdesk/_answers.html", {"incident": incident, "answers": answers_of(incident)})


@login_required
@require_POST
def answer(request, pk) -> HttpResponse:
    """First the preview on every surface, then the same words to everyone."""
    incident = find_incident(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show(request, incident, form)
    texts = form.cleaned_data
    if not texts.pop("confirmed"):
        return show(request, incident, form, preview_of(incident, texts, request.user))
    given = answers.answer_all(incident, by=request.user, **texts)
    messages.success(request, sentence_about(given))
    if incident.outage and incident.outage.proposals.waiting().filter(by=request.user).exists():
        messages.info(request, _("On the public pages it waits for a second look by the watch."))
    return redirect("helpdesk:incident", pk=pk)


def sentence_about(given: IncidentAnswer) -> str:
    (stands,) = answers.progress_of([given])
    if stands.is_under_way:
        sentence = _("The answer is on its way to %(n)d tickets; you may leave this page.")
        return sentence % {"n": given.tickets}
    sentence = ngettext("%(n)d ticket was answered.", "%(n)d tickets were answered.", stands.done)
    return sentence % {"n": stands.done}


def preview_of(incident: MajorIncident, texts: dict, by: Person) -> dict:
    """The text as each surface will show it."""
    sample = Ticket.objects.open().unrestricted().linked_to(incident).select_related("requester").first()
    reader = emails.reader_of(sample) if sample else None
    outage = incident.outage
    waits = outage and outages.must_wait(outage, by) and not (by.keeps_the_watch and texts["alone_because"].strip())
    return {
        **texts,
        "stage_name": outage and Outage.Stage(texts["stage"] or outage.stage).label,
        "next_update_at": outage and updates.next_word(outage, texts["minutes"]),
        "waits": waits,
        "mail": emails.answer_to_all(sample, texts["text"], reader) if sample and reader else None,
        "sms": segments.measure(texts["text"]),
    }


@login_required
@require_POST
def rejection(request, pk) -> HttpResponse:
    if not request.user.works_at_the_desk:
        raise PermissionDenied
    major_incidents.reject(find_incident(request, pk), by=request.user)
    return redirect("helpdesk:desk")


@login_required
@require_POST
def linking(request, number) -> HttpResponse:
    """Put a ticket under the outage its municipality feels."""
    ticket = find(request, number)
    if not request.user.works_at_the_desk:
        raise PermissionDenied
    form = LinkForm(request.POST)
    if form.is_valid():
        incident = major_incidents.declare(form.cleaned_data["outage"], by=request.user)
        major_incidents.link(incident, ticket, by=request.user)
    else:
        messages.warning(request, _("Nothing was chosen, so nothing was changed."))
    return redirect("helpdesk:ticket", number=number)


@login_required
@require_POST
def unlinking(request, number) -> HttpResponse:
    """One click for the desk, and for a municipality whose problem is a different one."""
    major_incidents.unlink(find(request, number), by=request.user)
    return redirect("helpdesk:ticket", number=number)
