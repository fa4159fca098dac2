"""TCP, TLS and the first line of mail servers: does the port open, and who says hello?"""

import time

from monitoring.checks.verdicts import Result
from monitoring.probing.questions import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import Stopwatch, connect

BANNERS = {"smtp": b"220", "imap": b"* OK"}


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Open the port and close it again."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    wire.close()
    return ProbeOutcome(Result.OK, time.perf_counter() - began, "", watch.phases)


async def ask_tls(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Shake hands with the chain verified; too few days left is a failure (`min_days`, default 14)."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    verify = not question.rules.get("tls_config", {}).get("insecure_skip_verify")
    await wire.encrypt(question.host, watch, verify=verify)
    wire.close()
    figures = wire.certificate
    days = (figures.get("probe_ssl_earliest_cert_expiry", 0.0) - time.time()) / 86_400
    reason = "" if days >= question.rules.get("min_days", 14) else f"the certificate ends in {days:.0f} days"
    return ProbeOutcome(
        Result.FAIL if reason else Result.OK, time.perf_counter() - began, reason, watch.phases, figures
    )


async def ask_banner(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Read the greeting of an SMTP or IMAP server."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    if question.is_encrypted:
        await wire.encrypt(question.host, watch, verify=True)
    try:
        greeting = await wire.read_until(b"\n")
    finally:
        wire.close()
    watch.lap("processing")
    if not greeting.startswith(BANNERS[question.kind]):
        raise WrongAnswer("an unexpected greeting")
    return ProbeOutcome(Result.OK, time.perf_counter() - began, "", watch.phases)
