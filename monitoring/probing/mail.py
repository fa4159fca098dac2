"""SMTP and IMAP: the greeting however many lines it has, and STARTTLS with the certificate behind it."""

import re
import time

from monitoring.checks.verdicts import Result
from monitoring.probing.probe import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import ProbeConnection, Stopwatch, connect
from monitoring.probing.tcp import days_fault

MOST_LINES = 100  # of one reply
UNEXPECTED = "an unexpected greeting"
NO_STARTTLS = "the server does not offer STARTTLS"
REPLY = re.compile(rb"(\d{3})([ -]|\r?\n)")


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """`rules`: starttls, tls_config, and min_days where the certificate's days are judged, too."""
    watch, began = Stopwatch(), time.perf_counter()
    wire = await connect(question.host, question.port, watch, allow_private=allow_private)
    try:
        if question.is_encrypted:
            await wire.encrypt(question.host, watch, verify=question.verifies)
        await greeted(wire, question.kind)
        if question.rules.get("starttls") and not question.is_encrypted:
            await prepared(wire, question.kind)
            watch.lap("processing")
            await wire.encrypt(question.host, watch, verify=question.verifies)
    finally:
        wire.close()
    watch.lap("processing")
    least = question.rules.get("min_days")
    reason = days_fault(wire.certificate, least) if least is not None and wire.certificate else ""
    duration = time.perf_counter() - began
    return ProbeOutcome(Result.FAIL if reason else Result.OK, duration, reason, watch.phases, wire.certificate)


async def greeted(wire: ProbeConnection, kind: str) -> None:
    if kind == "imap":
        is_kind = (await wire.read_line()).upper().startswith((b"* OK", b"* PREAUTH"))
    else:
        is_kind = (await smtp_reply(wire))[0] == b"220"
    if not is_kind:
        raise WrongAnswer(UNEXPECTED)


async def prepared(wire: ProbeConnection, kind: str) -> None:
    """Ready for the handshake. Raises WrongAnswer where the server will not."""
    if kind == "imap":
        wire.send(b"n1 STARTTLS\r\n")
        for _line in range(MOST_LINES):
            line = await wire.read_line()
            if not line.startswith(b"*"):
                break
        is_ready = line.upper().startswith(b"N1 OK")
    else:
        wire.send(b"EHLO nobet\r\n")
        code, words = await smtp_reply(wire)
        is_offered = code == b"250" and any(word.strip().upper() == b"STARTTLS" for word in words)
        if is_offered:
            wire.send(b"STARTTLS\r\n")
        is_ready = is_offered and (await smtp_reply(wire))[0] == b"220"
    if not is_ready:
        raise WrongAnswer(NO_STARTTLS)


async def smtp_reply(wire: ProbeConnection) -> tuple[bytes, list[bytes]]:
    """The code and the words of a reply of one line or more (RFC 5321, 4.2.1)."""
    words: list[bytes] = []
    for _line in range(MOST_LINES):
        line = await wire.read_line()
        match = REPLY.match(line)
        if not match:
            break
        words.append(line[4:])
        if match[2] != b"-":
            return match[1], words
    raise WrongAnswer(UNEXPECTED)
