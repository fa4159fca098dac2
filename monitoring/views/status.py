"""The public pages: no sign-in, no session read; one answer a second serves all readers."""

import json
from collections.abc import Callable
from datetime import date, datetime

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from foundation import now
from foundation.directory.models import Component, Municipality, Province
from foundation.language import collation, texts
from monitoring.models import Maintenance, Outage, PostIncidentReport, Severity, State
from monitoring.status import feeds, latency, report, statuspage
from monitoring.status.badge import badge
from monitoring.status.page_cache import cached_pages

HTML, JSON, SVG, TEXT = "text/html", "application/json", "image/svg+xml", "text/plain"
LANGUAGES = ("tr", "en")
DOCUMENTS: dict[str, Callable[[report.StatusReport], dict]] = {
    "summary": statuspage.summary,
    "status": statuspage.status,
    "components": statuspage.components,
    "incidents": lambda read: statuspage.incidents(read, report.past(read.of, before=None, size=50)),
    "incidents/unresolved": statuspage.unresolved,
    "scheduled-maintenances": statuspage.maintenances,
    "scheduled-maintenances/upcoming": lambda read: statuspage.maintenances(read, Maintenance.Stage.SCHEDULED),
    "scheduled-maintenances/active": lambda read: statuspage.maintenances(read, Maintenance.Stage.IN_PROGRESS),
}


@require_safe
def national(request: HttpRequest) -> HttpResponse:
    """`GET /`, `GET /status/`: the country. `?lang=` fixes the language."""
    return answer(request, "national", lambda: national_page(report.national(now())), HTML)


@require_safe
def municipal(request: HttpRequest, code: str) -> HttpResponse:
    """`GET /status/<code>/`: one municipality, inherited outages included."""
    return answer(request, code, lambda: municipal_page(read(code)), HTML)


@require_safe
def province(request: HttpRequest, plate: str) -> HttpResponse:
    """`GET /status/province/<plate>/`: the municipalities of a province and how they are."""

    def make() -> str:
        place = get_object_or_404(Province, pk=plate)
        rows = report.municipalities_of(place)
        context = {"province": place, "rows": rows, "legend": report.legend_of(rows), "at": now()}
        return page_of("province", context)

    return answer(request, f"province:{plate}", make, HTML)


@require_safe
def outage(request: HttpRequest, pk: int) -> HttpResponse:
    """`GET /status/outages/<id>/`: one outage and all that was said about it, for ever at this address."""

    def make() -> str:
        announced = Outage.objects.announced().prefetch_related(*report.WITH_WORDS)
        shown = get_object_or_404(announced, pk=pk)
        told = PostIncidentReport.objects.filter(outage=shown, published_at__isnull=False).first()
        return page_of("outage", {"outage": shown, "report": told, "at": now()})

    return answer(request, f"outage:{pk}", make, HTML)


@require_safe
def history(request: HttpRequest, code: str = "") -> HttpResponse:
    """`GET /status/history/`: ended outages, newest first, paged by key (`?before=`); `?month=2026-06`."""
    before, month = request.GET.get("before", ""), month_of(request.GET.get("month", ""))

    def make() -> str:
        of = municipality(code) if code else None
        rows = report.past(of, before=moment(before), month=month)
        older = rows[-1].started_at.isoformat() if len(rows) == 20 else ""
        months = report.months(of)
        context = {"outages": rows, "of": of, "older": older, "month": month, "months": months, "at": now()}
        return page_of("history", context)

    return answer(request, f"history:{code}:{month}:{before[:40]}", make, HTML)


@require_safe
def document(request: HttpRequest, name: str, code: str = "") -> HttpResponse:
    """`GET /api/v2/<name>.json` and below `/status/<code>/`: Statuspage v2 documents."""
    if name not in DOCUMENTS:
        raise Http404
    response = answer(
        request, f"{name}:{code}", lambda: json.dumps(DOCUMENTS[name](read(code)), ensure_ascii=False), JSON
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def feed(request: HttpRequest, form: str, code: str = "") -> HttpResponse:
    """`GET /status/history.rss|.atom`, also below a municipality: one entry an update.

    `?component=` and `?severity=` narrow it; what is no component or severity narrows nothing.
    """
    component = Component.objects.filter(pk=request.GET.get("component", "")[:40].upper()).first()
    severity = request.GET.get("severity", "").upper()
    severity = severity if severity in Severity.values else ""
    wanted = feeds.FeedFilter(component, severity)

    def make() -> str:
        return feeds.history(read(code), report.past(municipality(code) if code else None, before=None), wanted, form)

    key = f"feed:{form}:{code}:{component.pk if component else ''}:{severity}"
    return answer(request, key, make, f"application/{form}+xml")


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """`GET /status/maintenance.ics`: planned maintenance for calendars."""
    return answer(request, "calendar", lambda: feeds.calendar(report.maintenance_for_calendars(now())), "text/calendar")


@require_safe
def status_badge(request: HttpRequest) -> HttpResponse:
    """`GET /status/badge.svg`."""
    return answer(request, "badge", lambda: badge(State(report.national(now()).state)), SVG)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def widget(request: HttpRequest, code: str = "") -> HttpResponse:
    """`GET /status/widget/`, `/status/<code>/widget/`: a few lines for other people's pages, in a frame, no script."""
    response = answer(request, f"widget:{code}", lambda: page("widget", read(code)), HTML)
    response["Refresh"] = "60"
    return response


@require_safe
def announcement(request: HttpRequest) -> HttpResponse:
    """`GET /status/announcement.txt`: what the telephone line reads out, one paragraph of plain text."""
    return answer(request, "ivr", lambda: page_of("announcement", {"report": report.national(now())}, "txt"), TEXT)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`GET /status/find/?q=`: municipalities by folded name, so that anyone finds their own page."""
    text = texts.sought(request.GET.get("q", ""))
    places = (
        Municipality.objects.current().matching(text).select_related("province")[:40] if collation.fold(text) else []
    )
    return HttpResponse(render_to_string("monitoring/status/find.html", {"words": text, "found": places}))


def read(code: str) -> report.StatusReport:
    return report.municipal(municipality(code), now()) if code else report.national(now())


def municipality(code: str) -> Municipality:
    return get_object_or_404(Municipality.objects.select_related("province"), code=code)


def month_of(text: str) -> date | None:
    """The first day of "2026-06"; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no time zone
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def national_page(country: report.StatusReport) -> str:
    charts = latency.of_components([row.component for row in country.components], country.at)
    return page_of("national", {"report": country, "at": country.at, "charts": charts})


def municipal_page(here: report.StatusReport) -> str:
    charts = latency.of_nodes(here.nodes, here.at)
    return page_of("municipality", {"report": here, "at": here.at, "charts": charts})


def page(name: str, read_now: report.StatusReport) -> str:
    return page_of(name, {"report": read_now, "at": read_now.at})


def page_of(name: str, values: dict, ending: str = "html") -> str:
    return render_to_string(f"monitoring/status/{name}.{ending}", values)


def answer(request: HttpRequest, key: str, make: Callable[[], str], content_type: str) -> HttpResponse:
    """Give out the kept bytes, or 304 to a reader who has them."""
    language = request.GET.get("lang", "")
    if language not in LANGUAGES:
        language = "en" if translation.get_language() == "en" else "tr"

    def speak() -> tuple[bytes, str]:
        with translation.override(language):
            return make().encode(), content_type

    answered = cached_pages.get((key, language), speak)
    if answered.tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(answered.packed, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(answered.body)
    response["Content-Type"] = f"{content_type}; charset=utf-8"
    response["ETag"] = answered.tag
    response["Cache-Control"] = "public, max-age=5"
    patch_vary_headers(response, ["Accept-Language", "Accept-Encoding"])
    return response
