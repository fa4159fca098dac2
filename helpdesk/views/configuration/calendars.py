"""Screens of those who keep calendars: look at the effect first, then publish."""

from collections.abc import Mapping
from datetime import datetime, time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from django_sla import calendars, recalculation, rejudgement
from django_sla.arithmetic import Hours
from django_sla.models import Calendar, Rejudgement, SpecialDay, WorkingWeek
from foundation import now
from foundation.directory.models import Membership
from foundation.language.formatting import ISTANBUL
from helpdesk.models import Ticket
from helpdesk.service_levels import calendar_preview, keeping, ticket_clocks
from helpdesk.service_levels.calendar_forms import DaysForm, OverlayForm, WeekForm
from helpdesk.service_levels.commitments import name_of

DAYS_SHOWN = 20
SAMPLES = 8


def keepers_only(request) -> None:
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise PermissionDenied


@login_required
@require_safe
def calendar_list(request) -> HttpResponse:
    keepers_only(request)
    return _list_page(request, OverlayForm())


@login_required
@require_POST
def overlay(request) -> HttpResponse:
    """A calendar of one place's own; its running promises move over, no deadline with them."""
    keepers_only(request)
    form = OverlayForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    return redirect("helpdesk:calendar", code=keeping.lay_over(form, by=request.user).code)


@login_required
@require_safe
def calendar(request, code: str) -> HttpResponse:
    """A calendar's week and coming days, with the forms that change them."""
    keepers_only(request)
    return _calendar_page(request, get_object_or_404(Calendar, code=code))


@login_required
@require_POST
def days(request, code: str) -> HttpResponse:
    """Declare special days: shows what would move, or does it."""
    keepers_only(request)
    shown = get_object_or_404(Calendar, code=code)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, shown, days_form=form, status=422)
    rows = form.days(at=now(), by=request.user.name)
    if "publish" not in request.POST:
        effect = _effect(request, shown, calendars.drafted(shown, days=rows), form.reaches_back_to)
        return _calendar_page(request, shown, days_form=form, days_effect=effect)
    with transaction.atomic():
        keeping.declare_days(shown, rows, by=request.user)
        _promise_rejudgement(request, shown, form.reaches_back_to)
    return _recalculated(request, shown)


@login_required
@require_POST
def week(request, code: str) -> HttpResponse:
    """Put other weekly hours into force: shows what would move, or does it."""
    keepers_only(request)
    shown = get_object_or_404(Calendar, code=code)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, shown, week_form=form, status=422)
    starts = form.cleaned_data["effective_from"]
    if "publish" not in request.POST:
        draft = WorkingWeek(calendar=shown, effective_from=starts, hours=form.week)
        effect = _effect(request, shown, calendars.drafted(shown, weeks=[draft]), form.reaches_back_to)
        return _calendar_page(request, shown, week_form=form, week_effect=effect)
    with transaction.atomic():
        keeping.publish_week(shown, form.week, effective_from=starts, by=request.user)
        _promise_rejudgement(request, shown, form.reaches_back_to)
    return _recalculated(request, shown)


@login_required
@require_POST
def withdrawal(request, code: str, pk: int) -> HttpResponse:
    """Take a special day back: shows what would move, or does it."""
    keepers_only(request)
    day = get_object_or_404(SpecialDay.objects.in_force().select_related("calendar"), pk=pk, calendar__code=code)
    back_to = datetime.combine(day.date, time(), ISTANBUL)
    if "publish" not in request.POST:
        effect = _effect(request, day.calendar, calendars.drafted(day.calendar, without=day.pk), back_to)
        return _calendar_page(request, day.calendar, withdrawing=day, withdrawal_effect=effect)
    with transaction.atomic():
        keeping.withdraw_day(day, by=request.user)
        _promise_rejudgement(request, day.calendar, back_to)
    return _recalculated(request, day.calendar)


def _effect(request, shown: Calendar, hours_of: Mapping[Calendar, Hours], back_to: datetime) -> dict:
    """What a draft would do to running promises and, if it reaches into the past, to ended ones."""
    running = recalculation.preview(hours_of, at=now(), samples=SAMPLES)
    of_tickets = [each for each in running.samples if each.subject_type == ticket_clocks.LABEL]
    tickets = Ticket.objects.visible_to(request.user).in_bulk({each.subject_id for each in of_tickets})
    return {
        "hours": hours_of[shown],
        "from": back_to,
        "running": running,
        "ended": rejudgement.preview(hours_of, back_to) if back_to < now() else None,
        "samples": [
            (tickets[each.subject_id], name_of(each.metric), each) for each in of_tickets if each.subject_id in tickets
        ],
    }


def _promise_rejudgement(request, shown: Calendar, back_to: datetime) -> None:
    """Ended promises are judged anew when the keeper asked for it."""
    if "rejudge" in request.POST:
        keeping.request_rejudgement(shown, back_to, by=request.user)


def _recalculated(request, shown: Calendar) -> HttpResponse:
    moved = keeping.recalculate(request.user)
    judged = rejudgement.work(at=now(), limit=keeping.BATCH_SIZE)
    messages.success(request, _("The calendar is published. %(moved)s") % {"moved": counted_anew(moved)})
    if max(moved, judged) >= keeping.BATCH_SIZE:
        messages.info(request, _("The rest follows in the background."))
    return redirect("helpdesk:calendar", code=shown.code)


def counted_anew(count: int) -> str:
    sentence = ngettext(
        "%(count)d running promise was counted anew.", "%(count)d running promises were counted anew.", count
    )
    return sentence % {"count": count}


def _list_page(request, form: OverlayForm, *, status: int = 200) -> HttpResponse:
    context = {"calendars": Calendar.objects.select_related("base"), "form": form}
    return render(request, "helpdesk/calendars.html", context, status=status)


def _calendar_page(
    request,
    shown: Calendar,
    *,
    days_form: DaysForm | None = None,
    days_effect: dict | None = None,
    week_form: WeekForm | None = None,
    week_effect: dict | None = None,
    withdrawing: SpecialDay | None = None,
    withdrawal_effect: dict | None = None,
    status: int = 200,
) -> HttpResponse:
    today = now().astimezone(ISTANBUL).date()
    chain = calendars.chain_of(shown)
    effect = days_effect or week_effect or withdrawal_effect
    first = effect["from"].astimezone(ISTANBUL).date() if effect else today
    in_force = shown.weeks.filter(effective_from__lte=today).last()
    context = {
        "calendar": shown,
        "chain": chain,
        "overlays": shown.overlays.all(),
        "coming": SpecialDay.objects.in_force()
        .filter(calendar__in=chain, date__gte=today)
        .select_related("calendar")
        .order_by("date", "pk")[:DAYS_SHOWN],
        "grid": calendar_preview.weeks(shown, first, effect["hours"] if effect else None),
        "today": today,
        "weeks": shown.weeks.order_by("-effective_from", "-pk"),
        "rejudgements": Rejudgement.objects.filter(calendar=shown)[:5],
        "days_form": days_form or DaysForm(initial={"first": today, "last": today}),
        "week_form": week_form or WeekForm(week=in_force.hours if in_force else None),
        "days_effect": days_effect,
        "week_effect": week_effect,
        "withdrawing": withdrawing,
        "withdrawal_effect": withdrawal_effect,
    }
    return render(request, "helpdesk/calendar.html", context, status=status)
