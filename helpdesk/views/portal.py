"""The municipality's own pages: file a ticket, see one's tickets."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation import Refusal, now
from foundation.language import texts
from foundation.wire import once
from foundation.wire.api import paging
from helpdesk import tickets
from helpdesk.incidents import known_outages
from helpdesk.knowledge import articles
from helpdesk.models import Article, Ticket
from helpdesk.search import finding
from helpdesk.service_levels import commitments, ticket_clocks
from helpdesk.tickets import rate_limits, severity
from helpdesk.tickets.forms import PhoneLogForm, TicketForm
from helpdesk.views.warnings import warn_about_identity_numbers
from helpdesk.writing import drafts
from monitoring.models import Outage

PAGE = 50


class NobodyToFileFor(Refusal):
    """The account belongs to no municipality and not to the desk."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Your account belongs to no municipality, so it cannot open a ticket."))


@login_required
@require_safe
def my_tickets(request) -> HttpResponse:
    """Everything this person may see, newest first."""
    words = texts.sought(request.GET.get("q", ""))
    visible: QuerySet[Ticket] = Ticket.objects.visible_to(request.user).select_related("component", "municipality")
    if words:
        visible = finding.narrowed(visible, words, request.user)
    rows, next_cursor = paging.page(visible, order=("-id",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"tickets": rows, "next": next_cursor, "words": words, "at": now()}
    return render(request, "helpdesk/my_tickets.html", context)


@login_required
def new_ticket(request) -> HttpResponse:
    """The form, with the live outages of this municipality before it."""
    person = request.user
    if not (person.own_municipality or person.works_at_the_desk):
        raise NobodyToFileFor
    form_class = PhoneLogForm if person.works_at_the_desk else TicketForm
    kept = drafts.of(person, None)
    initial = {**kept.fields, **known_already(request, kept.fields)}
    form = form_class(request.POST or None, request.FILES or None, initial=initial, by=person)
    notice = unseen_outage(form, person) if form.is_valid() else None
    refusal = None
    if form.is_valid() and notice is None:
        try:
            filed = file_it(form, person, request.POST.get(once.FIELD, ""))
        except Refusal as no:
            refusal = no
        else:
            warn_about_identity_numbers(request, form.cleaned_data["subject"], form.cleaned_data["body"])
            return redirect("helpdesk:ticket", number=filed.number)
    form.keep_files()
    return shown(request, form, notice, refusal, kept)


def shown(request, form, notice, refusal: Refusal | None, kept: drafts.KeptWords) -> HttpResponse:
    """The form with everything that was typed and chosen, and why it was not sent."""
    context = surroundings_of(form, request.user, notice) | {"refusal": refusal, "kept": kept}
    response = render(request, "helpdesk/new_ticket.html", context, status=refusal.status if refusal else 200)
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def known_already(request, kept: drafts.Fields) -> dict:
    """What we need not ask: the telephone on the account, the module of the link they came by; else what was typed."""
    asked = texts.sought(request.GET.get("q", ""))[:160]
    return {
        "phone": kept.get("phone") or request.user.phone,
        "module": request.GET.get("module", "") or kept.get("module", ""),
        "subject": asked or kept.get("subject", ""),
    }


@transaction.atomic
def file_it(form, person, token: str) -> Ticket:
    """The ticket. Raises what `submit` refuses with, and `TooManyTickets`."""
    answers = dict(form.cleaned_data)
    answers.pop("outage_seen", None)
    municipality = answers.pop("municipality", None) or person.own_municipality
    rate_limits.spend(person, municipality)
    at_desk = person.works_at_the_desk
    by = None if at_desk else person
    channel = Ticket.Channel.PHONE if at_desk else Ticket.Channel.PORTAL
    filed = tickets.submit(**answers, municipality=municipality, by=by, logged_by=person, channel=channel)
    drafts.drop(person, None, form=token)
    form.let_go_of_files()
    return filed


def unseen_outage(form, person) -> Outage | None:
    """The outage that explains this ticket, if the clerk has not been shown it yet."""
    answers = form.cleaned_data
    municipality = answers.get("municipality") or person.own_municipality
    notice = known_outages.covering(municipality, answers["component"])
    return notice if notice and notice.pk not in answers["outage_seen"] else None


def surroundings_of(form, person, notice) -> dict:
    """What the page shows around the form."""
    home = person.own_municipality
    if notice:
        notices = [notice]
    else:
        notices = known_outages.touching(home) if home else []
    reported = known_outages.reported(home, notices) if home and notices else set()
    return {
        "form": form,
        "notices": notices,
        "reported": reported,
        "asked_again": notice,
        "offers": [] if form.is_bound else offers_for(form.initial, form.components),
        **promised_for(form),
    }


def offers_for(initial: dict, components: dict) -> Sequence[Article]:
    """What may already be answered, for a clerk who looked before writing or came from a module."""
    return articles.offered(initial["subject"], components.get(initial["module"]))


@login_required
@require_safe
def promise(request) -> HttpResponse:
    """The promised times for what is chosen so far, as a fragment of the form."""
    form = TicketForm(request.GET, by=request.user)
    form.is_valid()
    return render(request, "helpdesk/_promise.html", promised_for(form))


def promised_for(form) -> dict:
    """The class these answers lead to and its promises; all four while something is unanswered."""
    answers = getattr(form, "cleaned_data", {}) if form.is_bound else {}
    component, impact, urgency = answers.get("component"), answers.get("impact"), answers.get("urgency")
    at = now()
    if component and impact and urgency:
        chosen = severity.proposed(impact, urgency, component.tier)
        facts = ticket_clocks.facts_of_wish(component, answers.get("municipality"))
        return {"chosen": Ticket.Severity(chosen), "promises": commitments.promised(chosen, at, facts)}
    return {"chosen": None, "classes": commitments.of_every_class(at)}
