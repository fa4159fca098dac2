"""Ask one probe of any kind within its time; whatever goes wrong is an outcome."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable

import dns.exception

from foundation.wire.addresses import ForbiddenAddress
from monitoring.checks.patterns import UnusablePattern
from monitoring.checks.verdicts import Result
from monitoring.probing import dns as dns_kind
from monitoring.probing import http, icmp, mail, tcp
from monitoring.probing.probe import Probe, ProbeOutcome, StillInLine, WrongAnswer

TIMED_OUT = "timeout"
KINDS: dict[str, Callable[..., Awaitable[ProbeOutcome]]] = {
    "http": http.ask,
    "tcp": tcp.ask,
    "tls": tcp.ask_tls,
    "smtp": mail.ask,
    "imap": mail.ask,
    "dns": dns_kind.ask,
    "icmp": icmp.ask,
}


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """The outcome of one probe, after at most its time-out. Never raises but for cancellation."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(question.timeout):
            question.read_rules()
            return await KINDS[question.kind](question, allow_private=allow_private)
    except StillInLine:
        return ProbeOutcome(Result.NA, time.perf_counter() - began)
    except Exception as trouble:  # noqa: BLE001 - a prober that dies of one odd answer watches nobody
        return ProbeOutcome(Result.FAIL, time.perf_counter() - began, reason(trouble))


def reason(trouble: Exception) -> str:
    """A short word for operators, without anything the other side wrote."""
    match trouble:
        case WrongAnswer() | UnusablePattern():
            return str(trouble)
        case TimeoutError() | dns.exception.Timeout():
            return TIMED_OUT
        case ForbiddenAddress():
            return "forbidden address"
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError():
            return "connection reset"
        case ssl.SSLCertVerificationError():
            return f"certificate: {trouble.verify_message}"[:120]
        case ssl.SSLError():
            return "TLS handshake failed"
        case OSError():
            return (trouble.strerror or type(trouble).__name__)[:120]
        case _:
            return type(trouble).__name__
