"""How long ago each sweep went through."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.leases.models import SweepMark


class SweepMarks(Collector):
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "nobet_sweep_last_success_timestamp_seconds",
            "When the sweep last went through, in seconds since 1970.",
            labels=["sweep"],
        )
        for name, at in SweepMark.objects.values_list("name", "succeeded_at"):
            if at is not None:
                family.add_metric([name], at.timestamp())
        yield family


collector = SweepMarks()
