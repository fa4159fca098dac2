"""Figures of the watch, for Prometheus: node states, outages, and our probes under blackbox_exporter's names."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from foundation import now
from monitoring.models import Check, Node, Outage, Prober, Scope, State
from monitoring.outages import false_alarms

STATE_VALUES = {state: number for number, state in enumerate(State.values)}
SHOWN = (
    "target",
    "node__code",
    "kind",
    "node__municipality__province_id",
    "last_error",
    "last_latency",
    "last_figures",
)
MEANING = ", ".join(f"{number} {state}" for state, number in STATE_VALUES.items())


class WatchFigures(Collector):
    """Asks the database at each scrape: current state, and the outages that the last seven days opened."""

    def collect(self) -> Iterator[Metric]:
        yield from node_states()
        yield open_outages()
        yield from probers()
        yield from probes()
        yield from false_alarms_of_a_week()


def node_states() -> Iterator[Metric]:
    each = GaugeMetricFamily("nobet_node_state", f"State of a node: {MEANING}.", labels=["node", "province"])
    for code, state, province in Node.objects.watched().values_list("code", "state", "municipality__province_id"):
        each.add_metric([code, province or ""], STATE_VALUES[state])
    yield each
    total = GaugeMetricFamily("nobet_nodes", "Watched nodes by state.", labels=["state"])
    counts = dict(Node.objects.watched().order_by().values_list("state").annotate(number=Count("pk")))
    for state in State.values:
        total.add_metric([state], counts.get(state, 0))
    yield total


def open_outages() -> Metric:
    family = GaugeMetricFamily("nobet_outages_open", "Open outages by scope.", labels=["scope"])
    counts = dict(Outage.objects.open().order_by().values_list("scope").annotate(number=Count("pk")))
    for scope in Scope.values:
        family.add_metric([scope], counts.get(scope, 0))
    return family


def false_alarms_of_a_week() -> Iterator[Metric]:
    week = false_alarms.last_week(now())
    yield GaugeMetricFamily("nobet_alarms_week", "Outages that we measured and opened in seven days.", week.alarms)
    yield GaugeMetricFamily("nobet_false_alarms_week", "Of them, taken back or over within a minute.", week.false)


def probers() -> Iterator[Metric]:
    """When each prober last ended a cycle, how late its worst probe was, and what a starved machine costs."""
    ended = GaugeMetricFamily("nobet_prober_cycle_timestamp_seconds", "End of the last cycle.", labels=["prober"])
    delay = GaugeMetricFamily("nobet_prober_delay_seconds", "Worst start delay of the last cycle.", labels=["prober"])
    lag = GaugeMetricFamily(
        "nobet_prober_lag_ratio", "Of the last minute, slept away by waking late.", labels=["prober"]
    )
    lost = GaugeMetricFamily("nobet_prober_discarded", "Failures of the last minute not counted.", labels=["prober"])
    for prober in Prober.objects.exclude(cycle_ended_at=None):
        assert prober.cycle_ended_at  # excluded above
        ended.add_metric([prober.name], prober.cycle_ended_at.timestamp())
        delay.add_metric([prober.name], prober.worst_delay)
        lag.add_metric([prober.name], prober.lag)
        lost.add_metric([prober.name], prober.discarded)
    yield from (ended, delay, lag, lost)


def probes() -> Iterator[Metric]:
    """The last answer of every check that we ask."""
    labels = ["instance", "node", "module", "province"]
    success = GaugeMetricFamily("probe_success", "Whether the last probe succeeded.", labels=labels)
    duration = GaugeMetricFamily("probe_duration_seconds", "How long the last probe took.", labels=labels)
    phases = GaugeMetricFamily("probe_http_duration_seconds", "Duration of HTTP by phase.", labels=[*labels, "phase"])
    expiry = GaugeMetricFamily("probe_ssl_earliest_cert_expiry", "Earliest expiry of a certificate.", labels=labels)
    status = GaugeMetricFamily("probe_http_status_code", "Status of the last HTTP answer.", labels=labels)
    rows = Check.objects.to_probe().exclude(last_probed_at=None).values_list(*SHOWN)
    for target, node, kind, province, error, latency, seen in rows.iterator():
        key, figures = [target, node, kind, province or ""], seen.get("figures", {})
        success.add_metric(key, 0.0 if error else 1.0)
        duration.add_metric(key, latency or 0.0)
        if kind == Check.Kind.HTTP:
            status.add_metric(key, figures.get("probe_http_status_code", 0))
            for phase, seconds in seen.get("phases", {}).items():
                phases.add_metric([*key, phase], seconds)
        if "probe_ssl_earliest_cert_expiry" in figures:
            expiry.add_metric(key, figures["probe_ssl_earliest_cert_expiry"])
    yield from (success, duration, phases, expiry, status)


collector = WatchFigures()
