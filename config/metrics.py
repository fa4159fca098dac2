"""`/metrics`: what every context's `metrics.py` collects, as Prometheus text or OpenMetrics.

A context takes part by having a `metrics.py` with collectors or metrics at its top
level. Gauges that live in one process (open pages) speak for the process that answers.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from config.setup import report
from config.timetable import SWEEPS
from foundation import now
from foundation.wire import shared_secrets


class Timetable(Collector):
    """How often each sweep should go through, to hold its last success against."""

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "nobet_sweep_period_seconds", "Seconds between two looks of the sweep.", labels=["sweep"]
        )
        for sweep in SWEEPS:
            family.add_metric([sweep.name], sweep.every.total_seconds())
        yield family


timetable = Timetable()


class Doctor(Collector):
    """What the set-up page would say, for whoever watches us; looked at anew at most once a minute."""

    def __init__(self) -> None:
        self.looked: list[report.Looked] = []
        self.at: datetime | None = None

    def collect(self) -> Iterator[Metric]:
        if self.at is None or self.at < now() - timedelta(minutes=1):
            self.looked, self.at = report.look(), now()
        family = GaugeMetricFamily(
            "nobet_doctor_findings", "1 when this part of the house is missing.", labels=["part"]
        )
        for one in self.looked:
            family.add_metric([one.part.name], int(one.is_missing))
        yield family


doctor = Doctor()


@cache
def registry() -> CollectorRegistry:
    """Everything that the contexts collect, each collector once."""
    gathered = CollectorRegistry(auto_describe=False)
    for app in apps.get_app_configs():
        if app.path.startswith(str(settings.BASE_DIR)) and find_spec(f"{app.name}.metrics"):
            collectors = [value for value in vars(import_module(f"{app.name}.metrics")).values() if collects(value)]
            for collector in dict.fromkeys(collectors):
                gathered.register(collector)
    return gathered


def collects(value: object) -> bool:
    """Something with a `collect` of its own: a metric, or an instance of a collector class."""
    return callable(getattr(value, "collect", None)) and not isinstance(value, type)


@require_safe
@never_cache
def door(request) -> HttpResponse:
    """All families or an error: half an exposition would read as nodes that vanished."""
    if not shared_secrets.presents(request, settings.METRICS_TOKEN):
        return shared_secrets.unauthorized()
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry()), content_type=content_type)
