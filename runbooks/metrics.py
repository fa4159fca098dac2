"""Who is being called, and how fast the first of them was."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from runbooks.models import Page

BUCKETS = (5, 10, 15, 30, 60, 120, 300, 900)  # seconds; the promise is 60


class Paging(Collector):
    """Read from the database at each scrape; every series is there from the first one on."""

    def collect(self) -> Iterator[Metric]:
        yield self._open()
        yield self._seconds()

    def _open(self) -> Metric:
        family = GaugeMetricFamily(
            "nobet_pages_open", "Matters that people are called for, by status.", labels=["status"]
        )
        statuses = list(Page.objects.open().values_list("status", flat=True))
        for status in (Page.Status.RINGING, Page.Status.TAKEN, Page.Status.UNANSWERED):
            family.add_metric([status], statuses.count(status))
        return family

    def _seconds(self) -> Metric:
        called = Page.objects.exclude(called_at=None).exclude(policy__waits=True)
        moments = called.order_by().values_list("called_at", "matter__opened_at")
        took = [(first - opened).total_seconds() for first, opened in moments if first]
        counts: list[tuple[str, float]] = [(str(edge), sum(one <= edge for one in took)) for edge in BUCKETS]
        family = HistogramMetricFamily("nobet_page_seconds", "From a fault to the first word to anybody.")
        family.add_metric([], [*counts, ("+Inf", len(took))], sum_value=sum(took))
        return family


collector = Paging()
