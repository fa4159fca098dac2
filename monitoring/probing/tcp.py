"""TCP, with a conversation where one is expected, and TLS: does the port open, and whose certificate is it?"""

import time

from monitoring.checks.patterns import Pattern
from monitoring.checks.verdicts import Result
from monitoring.probing.probe import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import ProbeConnection, Stopwatch, connect

MOST_LINES = 1_000  # looked at for one expectation


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Open the port, have the conversation of `query_response`, and close it again."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    try:
        if steps := question.rules.get("query_response"):
            for step, pattern in zip(steps, question.expected_lines, strict=True):
                await converse(wire, question, step, pattern, watch)
            watch.lap("processing")
    finally:
        wire.close()
    return ProbeOutcome(Result.OK, time.perf_counter() - began, "", watch.phases, wire.certificate)


async def converse(
    wire: ProbeConnection, question: Probe, step: dict, pattern: Pattern | None, watch: Stopwatch
) -> None:
    """One step, in blackbox_exporter's order: wait for a line, say one, go on in secret."""
    if pattern is not None:
        await wait_for(wire, pattern)
    if step.get("send"):
        wire.send(step["send"].encode() + b"\n")
    if step.get("starttls"):
        await wire.encrypt(question.host, watch, verify=question.verifies)


async def wait_for(wire: ProbeConnection, pattern: Pattern) -> None:
    for _line in range(MOST_LINES):
        line = await wire.read_line()
        if not line:
            break
        if pattern.found_in(line.rstrip(b"\r\n").decode("utf-8", "replace")):
            return
    raise WrongAnswer("the expected line did not come")


async def ask_tls(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Shake hands with the chain verified; too few days left is a failure (`min_days`, default 14)."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    await wire.encrypt(question.host, watch, verify=question.verifies)
    wire.close()
    figures = wire.certificate
    reason = days_fault(figures, question.rules.get("min_days", 14))
    return ProbeOutcome(
        Result.FAIL if reason else Result.OK, time.perf_counter() - began, reason, watch.phases, figures
    )


def days_fault(certificate: dict[str, float], least: float) -> str:
    """Why a certificate has too few days left, or an empty string."""
    days = (certificate.get("probe_ssl_earliest_cert_expiry", 0.0) - time.time()) / 86_400
    return "" if days >= least else f"the certificate ends in {days:.0f} days"
