"""Figures of the desk, for Prometheus: read from tallies and one short index, never from all tickets."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from django_sla import attainment
from foundation import now
from helpdesk.models import Tally, Ticket
from helpdesk.service_levels import reports


class DeskFigures(Collector):
    """Asks the database at each scrape, so that every process answers alike."""

    def collect(self) -> Iterator[Metric]:
        yield open_tickets()
        yield oldest_unanswered(now())
        yield attainment_ratio(now())
        yield goal_ratio(now())
        yield burn_rate(now())
        yield breaches()


def open_tickets() -> GaugeMetricFamily:
    """As counted last, at most a few seconds ago."""
    family = GaugeMetricFamily("nobet_tickets_open", "Open tickets.", labels=["severity", "queue"])
    for tally in Tally.objects.select_related("queue"):
        family.add_metric([tally.severity, tally.queue.code], tally.open + tally.snoozed)
    return family


def oldest_unanswered(at: datetime) -> GaugeMetricFamily:
    """Four reads of the first row of an index; zero where nobody waits on us."""
    family = GaugeMetricFamily(
        "nobet_ticket_oldest_unanswered_seconds",
        "How long the municipality that waits longest has been waiting on us.",
        labels=["severity"],
    )
    for severity in Ticket.Severity.values:
        waiting = Ticket.objects.waiting_on_us().filter(severity=severity).order_by("waiting_since")
        since = waiting.values_list("waiting_since", flat=True).first()
        family.add_metric([severity], max(0.0, (at - since).total_seconds()) if since else 0.0)
    return family


def attainment_ratio(at: datetime) -> GaugeMetricFamily:
    """Of the promises decided in the last thirty days, the share kept; groups without any are left out."""
    family = GaugeMetricFamily(
        "nobet_sla_attainment_ratio",
        "Share of promises kept in the last 30 days.",
        labels=["metric", "severity"],
    )
    for (severity, metric), ratio in reports.recent_ratios(at).items():
        family.add_metric([metric, severity], ratio)
    return family


def goal_ratio(at: datetime) -> GaugeMetricFamily:
    """The share to be kept, as the policies in force say."""
    family = GaugeMetricFamily(
        "nobet_sla_goal_ratio",
        "Share of promises to be kept, from the policies in force.",
        labels=["metric", "severity"],
    )
    for (severity, metric), goal in reports.goals(at).items():
        family.add_metric([metric, severity], goal)
    return family


def burn_rate(at: datetime) -> GaugeMetricFamily:
    """How many times faster than the goal allows promises were broken lately; groups without any are left out."""
    family = GaugeMetricFamily(
        "nobet_sla_burn_rate",
        "Share of promises broken in the window, of the share that the goal allows.",
        labels=["metric", "severity", "window"],
    )
    for (severity, metric, window), rate in reports.burn_rates(at).items():
        family.add_metric([metric, severity, window], rate)
    return family


def breaches() -> CounterMetricFamily:
    """Promises broken since the beginning, corrected and excused ones included."""
    family = CounterMetricFamily("nobet_sla_breaches", "Promises broken.", labels=["metric", "severity"])
    for (metric, severity), count in attainment.breaches().items():
        family.add_metric([metric, severity], count)
    return family


collector = DeskFigures()
