"""The public page of service times, its tables, and why a ticket's clocks stand as they do."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_sla import calendars, forecast, timeline
from django_sla.models import Calendar, Clock, Metric
from foundation import now
from foundation.directory.models import Membership, Municipality
from helpdesk.models import Ticket
from helpdesk.service_levels import exports, reports
from helpdesk.service_levels.commitments import METRICS, name_of
from helpdesk.service_levels.reports import Month

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GROUPINGS = ("class", "module", "province", "municipality")
TREND_MONTHS = 12
CHART_HEIGHT = 100
FORETOLD = (Metric.FIRST_RESPONSE, Metric.WORKAROUND, Metric.RESOLUTION)
WORTH_A_LOOK = 0.2
RISKS_SHOWN = 10
MEASURED = "helpdesk.forecast.accuracy"


@require_safe
def service_times(request) -> HttpResponse:
    """Classes, hours, targets and last month's results. For everybody, without script."""
    at = now()
    month = Month.of(at).before
    context = {
        "classes": reports.classes(at),
        "month": month,
        "headlines": reports.headlines(month, at),
        "tickets": Ticket.objects.filter(created_at__gte=month.start, created_at__lt=month.end).count(),
        "short_day": reports.next_short_day(at),
        "keeper": request.user.is_authenticated and request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "helpdesk/standards.html", context)


@require_safe
def attainment(request, by: str = "class") -> HttpResponse:
    """One month's figures grouped by class, module, province or municipality, with a year's trend."""
    month, rows = _asked_for(request, by)
    context = {
        "by": by,
        "groupings": _groupings(request.user),
        "first": _groupings(request.user)[by],
        "month": month,
        "rows": rows,
        "trend": _bars(reports.trend(reports.last_months(now(), TREND_MONTHS))),
    }
    return render(request, "helpdesk/standards_attainment.html", context)


@require_safe
def attainment_file(request, by: str, suffix: str) -> HttpResponse:
    """The same table as CSV or XLSX."""
    month, rows = _asked_for(request, by)
    first = str(_groupings(request.user)[by])
    name = f"nobet-{month.code}-{by}.{suffix}"
    if suffix == "csv":
        return _download(exports.attainment_csv(first, rows), "text/csv; charset=utf-8", name)
    return _download(exports.attainment_xlsx(month.code, first, rows), XLSX, name)


@login_required
@require_safe
def municipality_sheet(request, code: str) -> HttpResponse:
    """One municipality's month and the year around it, to be printed; 404 for those who may not see it."""
    municipality = get_object_or_404(Municipality.objects.visible_to(request.user), code=code)
    month = _month_of(request)
    context = {
        "municipality": municipality,
        "month": month,
        "rows": reports.sheet_of(municipality, month),
        "trend": _bars(reports.trend(reports.last_months(now(), TREND_MONTHS), reports.clocks_of(municipality))),
    }
    return render(request, "helpdesk/standards_sheet.html", context)


@login_required
@require_safe
def why(request, number: str) -> HttpResponse:
    """The timeline of every clock of a ticket, in plain sentences."""
    ticket, clocks = _ticket_with_clocks(request.user, number)
    stories = [
        (clock, name_of(clock.metric), timeline.summary(clock, now()), timeline.lines(clock)) for clock in clocks
    ]
    return render(request, "helpdesk/standards_why.html", {"ticket": ticket, "stories": stories})


@login_required
@require_safe
def evidence(request, number: str, suffix: str) -> HttpResponse:
    """The evidence sheet of a ticket as PDF or CSV."""
    ticket, clocks = _ticket_with_clocks(request.user, number)
    name = f"{ticket.number}.{suffix}"
    if suffix == "pdf":
        return _download(exports.evidence_pdf(ticket, clocks), "application/pdf", name)
    return _download(exports.evidence_csv(clocks), "text/csv; charset=utf-8", name)


@login_required
@require_safe
def expected(request) -> HttpResponse:
    """What will be broken before the office closes, and how right such forecasts have been."""
    if not request.user.works_at_the_desk:
        raise PermissionDenied
    at = now()
    hours = calendars.hours(get_object_or_404(Calendar, code="tr-mesai"))
    until = _next_closing(hours, at)
    foretold = [forecast.forecast(metric, at=at, until=until) for metric in FORETOLD]
    shown = {each.clock.subject_id for one in foretold for each in _riskiest(one)}
    tickets = Ticket.objects.visible_to(request.user).select_related("municipality").defer("search_text").in_bulk(shown)
    context = {
        "until": until,
        "breaches": sum(one.breaches for one in foretold),
        "likely": sum(len(one.likely) for one in foretold),
        "forecasts": [(one, name_of(one.metric), _with_tickets(one, tickets), _unshown(one)) for one in foretold],
        "accuracy": _measured(hours, at),
    }
    return render(request, "helpdesk/standards_forecast.html", context)


def _riskiest(one: forecast.Forecast) -> list[forecast.Expected]:
    """Those worth a look today, the likeliest first."""
    risky = [each for each in one.expected if each.risk >= WORTH_A_LOOK]
    return sorted(risky, key=lambda each: -each.risk)[:RISKS_SHOWN]


def _unshown(one: forecast.Forecast) -> int:
    return max(0, sum(each.risk >= WORTH_A_LOOK for each in one.expected) - RISKS_SHOWN)


def _measured(hours, at: datetime) -> list[tuple[str, forecast.Accuracy]]:
    """The error of the last ten working days, promise by promise; reckoned once an hour, whoever asks."""
    accuracies = cache.get(MEASURED)
    if accuracies is None:
        afternoons = _past_afternoons(hours, at)
        accuracies = [(metric, forecast.accuracy(metric, afternoons)) for metric in FORETOLD]
        cache.set(MEASURED, accuracies, timeout=3600)
    return [(name_of(metric), accuracy) for metric, accuracy in accuracies]


def _asked_for(request, by: str) -> tuple[Month, exports.Rows]:
    if by not in _groupings(request.user):
        raise Http404
    month = _month_of(request)
    return month, reports.attained_by(by, month, request.user)


def _groupings(person) -> dict:
    """What a table may be grouped by; municipalities only for those who are somebody here."""
    names = {"class": _("Class"), "module": _("Module"), "province": _("Province"), "municipality": _("Municipality")}
    return names if person.is_authenticated else {by: names[by] for by in GROUPINGS[:3]}


def _month_of(request) -> Month:
    """The month asked for, else the last one that is over."""
    return Month.parse(request.GET.get("month", "")) or Month.of(now()).before


def _bars(trend) -> list[dict]:
    """Figures for a drawing of one bar a month, height in percent."""
    heights = [(month, row, round((row.ratio or 0) * CHART_HEIGHT)) for month, row in trend]
    return [
        {"month": month, "row": row, "height": height, "y": CHART_HEIGHT - height} for month, row, height in heights
    ]


def _ticket_with_clocks(person, number: str) -> tuple[Ticket, list[Clock]]:
    tickets = Ticket.objects.visible_to(person).select_related("municipality", "component")
    ticket = get_object_or_404(tickets, number=number)
    clocks = Clock.objects.of(ticket).select_related("version__policy", "calendar").prefetch_related("events")
    if not person.works_at_the_desk:
        clocks = clocks.filter(metric__in=METRICS)
    return ticket, list(clocks.order_by("pk"))


def _next_closing(hours, at: datetime) -> datetime:
    """When the office next closes for the day."""
    opening = hours.next_opening(at)
    return hours.end_of_working_day(opening - timedelta(days=1), 1)


def _past_afternoons(hours, at: datetime) -> list[tuple[datetime, datetime]]:
    """The noon and the close of each of the last ten working days."""
    closings = []
    day = at - timedelta(days=21)
    while (closing := hours.end_of_working_day(day, 1)) < at:
        closings.append((closing - timedelta(hours=5), closing))
        day = closing
    return closings[-10:]


def _with_tickets(one: forecast.Forecast, tickets: dict[int, Ticket]) -> list:
    return [(each, tickets[each.clock.subject_id]) for each in _riskiest(one) if each.clock.subject_id in tickets]


def _download(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
