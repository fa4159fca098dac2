"""Addresses for programs: Prometheus's discovery, the multi-target exporter, Alertmanager's webhook, heartbeats."""

import json

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.wire import shared_secrets
from monitoring.alertmanager import alerts
from monitoring.probing import blackbox_metrics, heartbeats
from monitoring.registry import prometheus_discovery

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def http_sd(request) -> HttpResponse:
    """Target groups for Prometheus; an error is never an empty list."""
    if not shared_secrets.presents(request, settings.METRICS_TOKEN):
        return shared_secrets.unauthorized()
    try:
        groups = prometheus_discovery.groups(
            module=request.GET.get("module", ""),
            of=request.GET.get("of", "municipalities"),
            shard=prometheus_discovery.read_shard(request.GET.get("shard", "")),
        )
    except prometheus_discovery.BadTargetQuery as wrong:
        return HttpResponseBadRequest(f"{wrong}\n", content_type=PLAIN)
    return JsonResponse(groups, safe=False, json_dumps_params={"ensure_ascii": False})


@require_safe
@never_cache
def probe(request) -> HttpResponse:
    """Ask a registered target now. A failed probe is 200 with `probe_success 0`."""
    if not shared_secrets.presents(request, settings.METRICS_TOKEN):
        return shared_secrets.unauthorized()
    target, module = request.GET.get("target", ""), request.GET.get("module", "http_2xx")
    if not target:
        return HttpResponseBadRequest("Target parameter is missing\n", content_type=PLAIN)
    if module not in prometheus_discovery.KINDS:
        return HttpResponseBadRequest("Unknown module\n", content_type=PLAIN)
    check = blackbox_metrics.registered(target, module)
    if check is None:
        return HttpResponse("Not a target of a registered node\n", status=404, content_type=PLAIN)
    exposition, content_type = blackbox_metrics.probe(
        check,
        scrape_timeout=seconds(request.headers.get("X-Prometheus-Scrape-Timeout-Seconds")),
        accept=request.headers.get("Accept", ""),
    )
    return HttpResponse(exposition, content_type=content_type)


def seconds(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < 3600 else None


@csrf_exempt
@require_POST
def alertmanager(request) -> HttpResponse:
    """Webhook v4: 2xx only after the commit, 503 when it cannot be stored, so that it comes again."""
    if not shared_secrets.presents(request, settings.ALERTMANAGER_TOKEN):
        return shared_secrets.unauthorized()
    try:
        reports = alerts.read(json.loads(request.body))
    except (ValueError, RecursionError):
        return HttpResponseBadRequest("not an Alertmanager webhook\n", content_type=PLAIN)
    try:
        news = alerts.receive(reports)
    except DatabaseError:
        return HttpResponse("cannot store this now\n", status=503, content_type=PLAIN, headers={"Retry-After": "10"})
    return JsonResponse({"alerts": len(reports), "news": news})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def heartbeat(request, key: str) -> HttpResponse:
    """A sign of life from a place that we cannot probe. Unknown keys are 404, like any wrong address."""
    if not heartbeats.beat(key):
        return HttpResponse("not found\n", status=404, content_type=PLAIN)
    return HttpResponse("ok\n", content_type=PLAIN)
