"""Screens of those who keep calendars and terms: preview first, then publish."""

from datetime import UTC, datetime, time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_sla import calendars, policies, recalculation
from django_sla.models import Calendar, Policy, PolicyVersion, SpecialDay, WorkingWeek
from foundation import now
from foundation.directory.models import Membership
from foundation.journal import journal
from helpdesk.models import Ticket
from helpdesk.standards import ISTANBUL
from helpdesk.standards_forms import DaysForm, TermsForm, WeekForm

DAYS_SHOWN = 40
SAMPLE_OF_TICKETS = 1000
AT_ONCE = 4000  # running promises counted anew while a person waits


def keepers_only(request) -> None:
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise PermissionDenied


@login_required
@require_safe
def calendar_list(request):
    keepers_only(request)
    return render(request, "helpdesk/calendars.html", {"calendars": Calendar.objects.select_related("base")})


@login_required
@require_safe
def calendar(request, code: str):
    """A calendar's week and coming days, with the forms that change them."""
    keepers_only(request)
    return _calendar_page(request, get_object_or_404(Calendar, code=code))


@login_required
@require_POST
def days(request, code: str):
    """Declare special days: shows what would move, or does it."""
    keepers_only(request)
    shown = get_object_or_404(Calendar, code=code)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, shown, days_form=form, status=422)
    rows = form.days(at=now(), by=request.user.name)
    if "publish" not in request.POST:
        preview = recalculation.preview(shown, calendars.compiled_with(shown, days=rows), at=now())
        return _calendar_page(request, shown, days_form=form, days_preview=preview)
    with transaction.atomic():
        calendars.declare_days(shown, rows)
        journal.record("calendar.days_declared", shown, by=request.user, dates=[str(row.date) for row in rows])
    return _recalculated(request, shown)


@login_required
@require_POST
def week(request, code: str):
    """Put other weekly hours into force: shows what would move, or does it."""
    keepers_only(request)
    shown = get_object_or_404(Calendar, code=code)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, shown, week_form=form, status=422)
    starts = form.cleaned_data["effective_from"]
    if "publish" not in request.POST:
        draft = WorkingWeek(calendar=shown, effective_from=starts, hours=form.week)
        preview = recalculation.preview(shown, calendars.compiled_with(shown, weeks=[draft]), at=now())
        return _calendar_page(request, shown, week_form=form, week_preview=preview)
    with transaction.atomic():
        calendars.publish_week(shown, form.week, effective_from=starts, at=now(), by=request.user.name)
        journal.record("calendar.week_published", shown, by=request.user, effective_from=str(starts))
    return _recalculated(request, shown)


@login_required
@require_POST
def withdrawal(request, code: str, pk: int):
    """Take a special day back."""
    keepers_only(request)
    day = get_object_or_404(SpecialDay.objects.in_force(), pk=pk, calendar__code=code)
    with transaction.atomic():
        calendars.withdraw_day(day, at=now())
        journal.record("calendar.day_withdrawn", day.calendar, by=request.user, date=str(day.date))
    return _recalculated(request, day.calendar)


@login_required
@require_safe
def policy_list(request):
    """The policies in the order of choice, and which open tickets each would take."""
    keepers_only(request)
    order = policies.in_force(now())
    taken = policies.preview(order, _open_tickets())
    rows = [(version, len(taken[version.policy.code])) for version in order]
    return render(request, "helpdesk/policies.html", {"rows": rows, "unmatched": len(taken[""])})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request, code: str):
    """One policy: its terms in force and a form for new ones, with a preview."""
    keepers_only(request)
    shown = get_object_or_404(Policy, code=code)
    version = _version_in_force(shown)
    form = TermsForm(request.POST or None, version=version)
    context = {"policy": shown, "version": version, "form": form, "versions": shown.versions.order_by("-number")}
    if request.method != "POST":
        return render(request, "helpdesk/policy.html", context)
    if not form.is_valid():
        return render(request, "helpdesk/policy.html", context, status=422)
    if "publish" not in request.POST:
        taken = policies.preview(policies.in_force(now()), _open_tickets())
        context["matching"] = len(taken.get(code, []))
        return render(request, "helpdesk/policy.html", context)
    return _published(request, form)


def _published(request, form: TermsForm):
    draft = form.draft()
    draft.effective_from = datetime.combine(draft.effective_from, time(), ISTANBUL).astimezone(UTC)
    with transaction.atomic():
        version = policies.publish(draft, form.rows(), at=now(), by=request.user.name)
        journal.record("policy.published", version.policy, by=request.user, version=version.number)
    moved = 0
    if "running" in request.POST and version.effective_from <= now():
        while done := recalculation.apply_terms(version, at=now(), by=request.user.name):
            moved += done
    said = _("Version %(number)d is published.") % {"number": version.number}
    messages.success(request, f"{said} {_moved(moved)}")
    return redirect("helpdesk:policy", code=version.policy.code)


def _version_in_force(shown: Policy) -> PolicyVersion:
    return shown.versions.filter(effective_from__lte=now()).order_by("number").last() or shown.versions.latest("number")


def _open_tickets() -> list[tuple[int, dict]]:
    """The newest open tickets with the facts that policies choose by."""
    newest = Ticket.objects.open().select_related("component", "municipality").order_by("-pk")[:SAMPLE_OF_TICKETS]
    return [
        (
            ticket.pk,
            {
                "severity": ticket.severity,
                "tier": ticket.component.tier,
                "municipality": ticket.municipality.code,
            },
        )
        for ticket in newest
    ]


def _calendar_page(request, shown: Calendar, *, days_form=None, week_form=None, status: int = 200, **previews):
    today = now().astimezone(ISTANBUL).date()
    own_week = shown.weeks.filter(effective_from__lte=today).last()
    context = {
        "calendar": shown,
        "chain": calendars.chain_of(shown),
        "week": own_week,
        "coming": SpecialDay.objects.in_force()
        .filter(calendar__in=calendars.chain_of(shown), date__gte=today)
        .select_related("calendar")
        .order_by("date", "pk")[:DAYS_SHOWN],
        "days_form": days_form or DaysForm(initial={"first": today, "last": today}),
        "week_form": week_form or WeekForm(week=own_week.hours if own_week else None),
        **previews,
    }
    return render(request, "helpdesk/calendar.html", context, status=status)


def _recalculated(request, shown: Calendar):
    moved = recalculation.recalculate(at=now(), by=request.user.name, limit=AT_ONCE)
    messages.success(request, _("The calendar is published. %(moved)s") % {"moved": _moved(moved)})
    if moved >= AT_ONCE:
        messages.info(request, _("The rest follows in the background."))
    return redirect("helpdesk:calendar", code=shown.code)


def _moved(count: int) -> str:
    sentence = ngettext(
        "%(count)d running promise was counted anew.", "%(count)d running promises were counted anew.", count
    )
    return sentence % {"count": count}
