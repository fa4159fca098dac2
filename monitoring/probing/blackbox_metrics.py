"""A multi-target exporter with blackbox_exporter's address, answers and metric names."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from monitoring.models import Check
from monitoring.probing import run
from monitoring.probing.probe import Probe, ProbeOutcome
from monitoring.registry.prometheus_discovery import KINDS

TIMEOUT_OFFSET = 0.5  # seconds kept back from Prometheus's scrape time-out, as blackbox_exporter does
SHORTEST = 0.1
# What is said of a kind whatever happened, zero where it was not reached.
PHASES = {
    "http": ("resolve", "connect", "tls", "processing", "transfer"),
    "dns": ("resolve", "connect", "request"),
    "icmp": ("resolve", "setup", "rtt"),
}
FIGURES = {"http": ("probe_http_status_code", "probe_http_redirects", "probe_http_ssl")}


def registered(target: str, module: str) -> Check | None:
    """The check that asks this target in this way. Strangers' addresses are not probed for anyone."""
    return Check.objects.to_probe().filter(target=target, kind=KINDS[module]).first()


def probe(check: Check, *, scrape_timeout: float | None, accept: str) -> tuple[bytes, str]:
    """Ask now, within the check's time-out and the scraper's patience: the exposition and its content type."""
    question = Probe.of(check)
    if scrape_timeout:
        question = replace(question, timeout=max(SHORTEST, min(question.timeout, scrape_timeout - TIMEOUT_OFFSET)))
    outcome = asyncio.run(run.ask(question, allow_private=settings.PROBE_ALLOW_PRIVATE))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OneProbe(question, outcome))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class OneProbe(Collector):
    """All gauges of one probe, mostly zero when it failed."""

    def __init__(self, question: Probe, outcome: ProbeOutcome) -> None:
        self.question, self.outcome = question, outcome

    def collect(self) -> Iterator[Metric]:
        outcome, question = self.outcome, self.question
        yield GaugeMetricFamily("probe_success", "Whether the probe succeeded.", value=float(outcome.is_ok))
        yield GaugeMetricFamily("probe_duration_seconds", "How long the probe took.", value=outcome.duration)
        yield GaugeMetricFamily("probe_timeout_seconds", "The probe's time-out.", value=question.timeout)
        lookup = outcome.phases.get("resolve", 0.0)
        yield GaugeMetricFamily("probe_dns_lookup_time_seconds", "Resolving the target.", value=lookup)
        if question.kind in PHASES:
            yield self.phases()
        for name, value in (dict.fromkeys(FIGURES.get(question.kind, ()), 0.0) | outcome.figures).items():
            yield GaugeMetricFamily(name, name.replace("_", " "), value=value)

    def phases(self) -> GaugeMetricFamily:
        name = f"probe_{self.question.kind}_duration_seconds"
        family = GaugeMetricFamily(name, "Duration by phase.", labels=["phase"])
        for phase, seconds in (dict.fromkeys(PHASES[self.question.kind], 0.0) | self.outcome.phases).items():
            family.add_metric([phase], seconds)
        return family
