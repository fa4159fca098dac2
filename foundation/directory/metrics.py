"""Figures of how ready municipalities are, for Prometheus: read from rows that a sweep keeps."""

from collections.abc import Iterator

from django.db.models import Avg, Count, Q
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.directory.models import Preparedness

WEAK = 50


class PreparednessFigures(Collector):
    """One question a scrape, over as many rows as there are municipalities."""

    def collect(self) -> Iterator[Metric]:
        counted = Preparedness.objects.aggregate(
            average=Avg("score"), all=Count("pk"), weak=Count("pk", filter=Q(score__lt=WEAK))
        )
        average = GaugeMetricFamily("nobet_preparedness_score_average", "Average score of municipalities, 0 to 100.")
        average.add_metric([], counted["average"] or 0.0)
        yield average
        weak = GaugeMetricFamily("nobet_preparedness_weak_municipalities", "Municipalities with a score below 50.")
        weak.add_metric([], counted["weak"])
        yield weak


preparedness = PreparednessFigures()
