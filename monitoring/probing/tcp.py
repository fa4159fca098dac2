"""TCP, TLS and the first line of mail servers: does the door open, and who says hello?"""

import time

from monitoring.checks.verdicts import Raw
from monitoring.probing.questions import Failed, Outcome, Question
from monitoring.probing.sockets import Stopwatch, connect

BANNERS = {"smtp": b"220", "imap": b"* OK"}


async def ask(question: Question, *, allow_private: bool) -> Outcome:
    """Open the port and close it again."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    wire.close()
    return Outcome(Raw.OK, time.perf_counter() - began, "", watch.phases)


async def ask_tls(question: Question, *, allow_private: bool) -> Outcome:
    """Shake hands with the chain verified; too few days left is a failure (`min_days`, default 14)."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    verify = not question.rules.get("tls_config", {}).get("insecure_skip_verify")
    await wire.encrypt(question.host, watch, verify=verify)
    wire.close()
    figures = wire.certificate
    days = (figures.get("probe_ssl_earliest_cert_expiry", 0.0) - time.time()) / 86_400
    reason = "" if days >= question.rules.get("min_days", 14) else f"the certificate ends in {days:.0f} days"
    return Outcome(Raw.FAIL if reason else Raw.OK, time.perf_counter() - began, reason, watch.phases, figures)


async def ask_banner(question: Question, *, allow_private: bool) -> Outcome:
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
        raise Failed("an unexpected greeting")
    return Outcome(Raw.OK, time.perf_counter() - began, "", watch.phases)
