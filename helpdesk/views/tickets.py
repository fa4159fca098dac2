"""One ticket: the page, and the actions on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from foundation.directory.models import Person
from foundation.wire import once
from foundation.wire.files import uploads
from foundation.wire.files.scanning import ScanVerdict
from helpdesk import tickets
from helpdesk.distribution import giving
from helpdesk.knowledge import macros
from helpdesk.links import linking
from helpdesk.mail import copies
from helpdesk.models import Attachment, Follower, Macro, PlacedTicket, Ticket
from helpdesk.notices import mentions, telling
from helpdesk.refusals import ChangedMeanwhile, FileHeldBack, FileInfected, NotYourTicket
from helpdesk.statutes import readers as named_readers
from helpdesk.tickets import agents, detail, readers, snoozing
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.forms import (
    AssignmentForm,
    MessageForm,
    ReasonForm,
    ReplyForm,
    SatisfactionForm,
    SeverityForm,
    WithdrawalForm,
)
from helpdesk.views.warnings import warn_about_identity_numbers
from helpdesk.window import beside, history, picking
from helpdesk.writing import drafts, meanwhile, viewers

HELD_BACK: dict[str, type[Refusal]] = {ScanVerdict.WAITING: FileHeldBack, ScanVerdict.INFECTED: FileInfected}


def find(request, number: str) -> Ticket:
    """The ticket of this number, if this person may see it; 404 else."""
    visible = Ticket.objects.visible_to(request.user)
    people = ("assignee", "requester", "satisfaction")
    joined = visible.select_related("municipality", "component", "queue", *people).defer("search_text")
    return get_object_or_404(joined, number=number)


@login_required
@require_safe
def ticket(request, number) -> HttpResponse:
    opened = find(request, number)
    chosen = request.GET.get("macro", "")
    if request.user.works_at_the_desk and chosen.isdecimal() and len(chosen) < 10:
        if "do" in request.GET:
            return redirect("helpdesk:macro_acts", number, chosen)
        text = macros.filled(get_object_or_404(Macro, pk=chosen), opened)
        return show(request, opened, MessageForm(initial={"body": text}, by=request.user))
    return show(request, opened)


@login_required
@require_safe
def looking(request, number) -> HttpResponse:
    """Who else has this ticket open; asking says that we have, too."""
    require_desk(request.user)
    opened = find(request, number)
    viewers.look(opened, request.user)
    return render(request, "helpdesk/_looking.html", {"looking": viewers.others(opened, request.user)})


def show(request, ticket: Ticket, form=None, refusal: Refusal | None = None) -> HttpResponse:
    """The page of a ticket, for the desk or for the municipality."""
    at_desk = request.user.works_at_the_desk
    conversation = conversation_of(request, ticket)
    kept, links = drafts.of(request.user, ticket), linking.of(ticket, request.user)
    context = {
        "ticket": ticket,
        "conversation": conversation,
        "form": form or (MessageForm if at_desk else ReplyForm)(initial=kept.fields, by=request.user),
        "kept": kept,
        "refusal": refusal,
        "changes": refusal.changes if isinstance(refusal, ChangedMeanwhile) else None,
        "following": followers_of(ticket, request.user),
        "links": links,
        "sealed": sealed_of(ticket) if ticket.is_restricted else None,
    }
    if at_desk:
        snooze = snoozing.of(ticket)
        viewers.look(ticket, request.user)
        telling.read(request.user, ticket=ticket)
        context |= {
            "around": detail.around(ticket, request.user),
            "strangers": copies.strangers(ticket) if any(each.letter for each in conversation.messages) else [],
            **why_here(ticket),
            "unheard": readers.trouble_with(ticket, conversation.last_reply),
            "looking": viewers.others(ticket, request.user),
            "macros": macros.to_choose_from(),
            "seen": meanwhile.mark_of(ticket, conversation.newest),
            **beside.around_page(request.GET),
            "snooze": snooze,
            "facts": picking.facts_of(ticket, snooze),
            "parts": linking.open_parts(links),
        }
    template = "helpdesk/desk_ticket.html" if at_desk else "helpdesk/ticket.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


def sealed_of(ticket: Ticket) -> dict:
    """Who sees a restricted ticket, and what the law gives."""
    names = [each.name for each in named_readers.named_in(ticket)]
    return {"names": names, "laws": list(ticket.statutory_clocks.all())}


def why_here(ticket: Ticket) -> dict:
    """Which rule put it into its queue, and why it was given to whoever has it."""
    given = giving.why(ticket)
    return {
        "given": given,
        "passed": giving.reasons(given.passed) if given else (),
        "placed_by": PlacedTicket.objects.filter(ticket=ticket).values_list("rule__name", flat=True).first(),
    }


def conversation_of(request, ticket: Ticket) -> detail.Conversation:
    """As this person may read it; for the desk with what happened between the messages, if it is asked for."""
    said = detail.of(ticket, request.user)
    if request.GET.get("history") and request.user.works_at_the_desk:
        return history.between(said, history.of(ticket, request.user))
    return said


@login_required
@require_safe
def conversation(request, number) -> HttpResponse:
    """What was said, as a fragment: an open page fetches it when something new is told."""
    ticket = find(request, number)
    context = {"ticket": ticket, "conversation": conversation_of(request, ticket)}
    return render(request, "helpdesk/_conversation.html", context)


@login_required
@require_POST
def message(request, number) -> HttpResponse:
    """Say something. What was typed stays on the page when it cannot be said."""
    ticket = find(request, number)
    form_class = MessageForm if request.user.works_at_the_desk else ReplyForm
    form = form_class(request.POST, request.FILES, by=request.user)
    if not form.is_valid():
        form.keep_files()
        return show(request, ticket, form)
    onward = next_after(request, ticket, form)
    try:
        send(request, ticket, form)
    except Refusal as refusal:
        ticket.refresh_from_db()
        form.keep_files()
        return show(request, ticket, form, refusal)
    form.let_go_of_files()
    warn_about_identity_numbers(request, form.cleaned_data["body"])
    if form.cleaned_data.get("move") == MessageForm.Move.NOTE:
        warn_about_unknown_names(request, form.cleaned_data["body"])
    return redirect(beside.page_of(onward, request.GET))


def next_after(request, ticket: Ticket, form) -> str:
    """The ticket to go on with: the next of the list, if this one leaves our hands and the writer wants to go on."""
    leaves = form.cleaned_data.get("move") in (
        MessageForm.Move.WAIT,
        MessageForm.Move.THIRD_PARTY,
        MessageForm.Move.RESOLVE,
    )
    if not leaves or not request.POST.get("onward"):
        return ticket.number
    return beside.of(ticket.number, request.GET, request.user).after or ticket.number


@transaction.atomic
def send(request, ticket: Ticket, form: ReplyForm) -> None:
    """Said, and kept as a draft no longer; refused at the desk if somebody changed the ticket meanwhile."""
    if request.user.works_at_the_desk:
        seen = meanwhile.read_mark(request.POST.get("seen", ""), ticket)
        meanwhile.require_unchanged(ticket, seen, by=request.user)
        viewers.stop_typing(ticket, request.user)
    form.say(ticket, request.user)
    drafts.drop(request.user, ticket, form=request.POST.get(once.FIELD, ""))


def warn_about_unknown_names(request, body: str) -> None:
    """Who was named and cannot be told, because nobody or more than one is called that."""
    _people, unknown = mentions.found_in(body)
    if unknown:
        names = ", ".join(f"@{name}" for name in unknown)
        sentence = _("Nobody was told: %(names)s. Write first name and surname of a colleague.")
        messages.warning(request, sentence % {"names": names})


def followers_of(ticket: Ticket, person: Person) -> list[Follower]:
    return list(Follower.objects.visible_to(person).filter(ticket=ticket).select_related("person"))


@login_required
@require_POST
def claim(request, number) -> HttpResponse:
    tickets.claim(find(request, number), by=request.user)
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def release(request, number) -> HttpResponse:
    tickets.release(find(request, number), by=request.user)
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def assignment(request, number) -> HttpResponse:
    """Hand it to a colleague."""
    ticket = find(request, number)
    require_desk(request.user)
    form = AssignmentForm(request.POST, colleagues=agents.at_the_desk())
    if form.is_valid():
        tickets.assign(ticket, to=form.cleaned_data["to"], by=request.user)
    else:
        messages.warning(request, _("Nothing was chosen, so nothing was changed."))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def severity(request, number) -> HttpResponse:
    """Confirm or correct the class."""
    ticket = find(request, number)
    form = SeverityForm(request.POST)
    if form.is_valid():
        tickets.grade(ticket, by=request.user, **form.cleaned_data)
    else:
        messages.warning(request, _("Nothing was chosen, so nothing was changed."))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def reopening(request, number) -> HttpResponse:
    """ "Bizde düzelmedi"."""
    ticket = find(request, number)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else _("It is still broken here.")
    tickets.reopen(ticket, by=request.user, reason=reason)
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def solution(request, number) -> HttpResponse:
    """ "Sorunumuz çözüldü"."""
    tickets.declare_solved(find(request, number), by=request.user)
    messages.success(request, _("Good to hear. If it comes back, press “It is still broken here”."))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def withdrawal(request, number) -> HttpResponse:
    """The municipality no longer needs it."""
    ticket = find(request, number)
    form = WithdrawalForm(request.POST)
    form.is_valid()
    tickets.withdraw(ticket, by=request.user, reason=form.cleaned_data.get("reason", ""))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def satisfaction(request, number) -> HttpResponse:
    """One to five, from the municipality, after the end."""
    ticket = find(request, number)
    if request.user.works_at_the_desk:
        raise NotYourTicket
    form = SatisfactionForm(request.POST)
    if form.is_valid():
        tickets.rate(ticket, by=request.user, **form.cleaned_data)
        messages.success(request, _("Thank you for telling us."))
    else:
        messages.warning(request, _("Nothing was chosen, so nothing was changed."))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_safe
def attachment(request, number, pk) -> HttpResponseBase:
    """A file of this ticket, always as a download and never run in the browser."""
    attachments = Attachment.objects.filter(message__ticket=find(request, number))
    if not request.user.works_at_the_desk:
        attachments = attachments.filter(message__kind="public")
    file = get_object_or_404(attachments, pk=pk)
    if file.verdict in HELD_BACK:
        raise HELD_BACK[file.verdict]
    return uploads.as_download(file.file.open("rb"), file.name)
