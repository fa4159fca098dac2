"""How the desk does: figures of a period, and the same as a file. For those who lead it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation import now
from helpdesk.reports import exports, reading
from helpdesk.reports import shift as shift_now
from helpdesk.reports.figures import FIGURES
from helpdesk.reports.reading import DeskReport, ReportPeriod

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def asked_for(request) -> DeskReport:
    """What the address names; what it does not know is the ordinary: modules, thirty days."""
    reading.require_lead(request.user)
    by = request.GET.get("by", "")
    period = ReportPeriod.of(request.GET.get("period", ""), now())
    return reading.report(by if by in reading.GROUPINGS else reading.By.MODULE, period)


@login_required
@require_safe
def report(request) -> HttpResponse:
    shown, at = asked_for(request), now()
    context = {
        "report": shown,
        "groupings": reading.GROUPINGS.items(),
        "lengths": reading.LENGTHS,
        "months": reading.months(at),
        "all_figures": FIGURES,
        "today": reading.today(at),
    }
    return render(request, "helpdesk/report.html", context)


@login_required
@require_safe
def report_file(request, suffix: str) -> HttpResponse:
    shown = asked_for(request)
    content = exports.as_csv(shown) if suffix == "csv" else exports.as_xlsx(shown)
    response = HttpResponse(content, content_type=TYPES[suffix])
    name = f"{shown.by}-{shown.period.first}-{shown.period.last}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_safe
def shift(request) -> HttpResponse:
    """The screen of the shift lead; its middle is fetched again when the desk is told something."""
    reading.require_lead(request.user)
    return render(request, "helpdesk/shift.html", {"shift": shift_now.view(now())})


@login_required
@require_safe
def shift_part(request) -> HttpResponse:
    reading.require_lead(request.user)
    return render(request, "helpdesk/_shift.html", {"shift": shift_now.view(now())})
