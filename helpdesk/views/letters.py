"""Letters as they came: unfolded beside their ticket, and the tray of those that wait or lie aside."""

from dataclasses import dataclass

from csp.decorators import csp_exempt
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation.directory.models import Municipality
from foundation.wire.files import uploads
from helpdesk.mail import tray
from helpdesk.mail.forms import LetterForm, SenderForm
from helpdesk.models import KnownAddress, ReceivedLetter, RestrictionKind, Ticket
from helpdesk.models.letters import LetterState
from helpdesk.tickets.assignment import require_desk
from helpdesk.views.desk import desk_only

PAGE = 25
# The house's own rules, pictures only from inside the page, and a sandbox, in which nothing runs and no form leaves.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; sandbox"
)
TABS = (LetterState.WAITING, LetterState.ASIDE, LetterState.BROKEN)


@dataclass(frozen=True)
class TrayRow:
    """A letter of the tray, the municipality it is probably from, and whether its address is known already."""

    letter: ReceivedLetter
    guess: Municipality | None
    is_known: bool


@login_required
@require_safe
def letters(request) -> HttpResponse:
    """The tray: who is this? What lies aside, and what could not be read; newest first."""
    desk_only(request)
    return show(request)


def show(request, form: SenderForm | None = None, of: ReceivedLetter | None = None) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in TABS else LetterState.WAITING
    before = request.GET.get("before", "")
    wanted = ReceivedLetter.objects.visible_to(request.user).filter(state=state).select_related("ticket").defer("page")
    if before.isdecimal() and len(before) < 18:
        wanted = wanted.filter(pk__lt=int(before))
    found = list(wanted.order_by("-pk")[: PAGE + 1])
    context = {
        "rows": rows_of(found[:PAGE]),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "state": state,
        "tabs": [(each, each.label) for each in TABS],
        "waiting": ReceivedLetter.objects.waiting().count(),
        "form": form,
        "of": of,
        "restrictions": RestrictionKind.choices,
    }
    return render(request, "helpdesk/letters.html", context, status=422 if form else 200)


def rows_of(found: list[ReceivedLetter]) -> list[TrayRow]:
    guesses = tray.guesses(letter.sender for letter in found)
    known = set(
        KnownAddress.objects.filter(address__in=[letter.sender for letter in found]).values_list("address", flat=True)
    )
    return [TrayRow(one, guesses.get(one.sender.rpartition("@")[2]), one.sender in known) for one in found]


def find(request, pk: int) -> ReceivedLetter:
    return get_object_or_404(ReceivedLetter.objects.visible_to(request.user).select_related("ticket"), pk=pk)


@login_required
@require_safe
def letter(request, pk) -> HttpResponse:
    """All of one letter, quotations and headers that matter included."""
    return render(request, "helpdesk/letter.html", {"letter": find(request, pk)})


@csp_exempt()  # type: ignore[arg-type]  # its own policy is the stricter one
@login_required
@require_safe
def letter_page(request, pk) -> HttpResponse:
    """What the letter looked like, its own pictures in their places; nothing in it runs or asks the network."""
    shown = find(request, pk)
    response = render(request, "helpdesk/letter_page.html", {"letter": shown})
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def letter_original(request, pk) -> HttpResponseBase:
    """The bytes as they came, for the desk: signatures and everything enclosed untouched."""
    desk_only(request)
    shown = find(request, pk)
    return uploads.as_download(shown.original.open("rb"), f"mektup-{shown.pk}.eml")


@login_required
@require_POST
def letter_sender(request, pk) -> HttpResponse:
    """One click: whose address it is; everything that waits from it becomes tickets and replies."""
    require_desk(request.user)
    shown = find(request, pk)
    form = SenderForm(request.POST)
    if not form.is_valid():
        return show(request, form, shown)
    filed = tray.tie(shown, **form.cleaned_data, person=form.person, by=request.user)
    return told(request, filed)


@login_required
@require_POST
def letter_filing(request, pk) -> HttpResponse:
    """A letter that was put aside becomes words of a ticket after all."""
    require_desk(request.user)
    form = LetterForm(request.POST)
    form.is_valid()
    restriction = form.cleaned_data.get("restriction", "")
    return told(request, [tray.file(find(request, pk), restriction=restriction, by=request.user)])


@login_required
@require_POST
def letter_aside(request, pk) -> HttpResponse:
    """Not for us; it stays readable."""
    tray.put_aside(find(request, pk), by=request.user)
    messages.success(request, _("Put aside. It stays readable here."))
    return redirect("helpdesk:letters")


def told(request, filed: list[Ticket]) -> HttpResponse:
    numbers = ", ".join(dict.fromkeys(ticket.number for ticket in filed))
    sentence = ngettext("%(n)d letter filed: %(numbers)s", "%(n)d letters filed: %(numbers)s", len(filed))
    messages.success(request, sentence % {"n": len(filed), "numbers": numbers})
    return redirect("helpdesk:letters")
