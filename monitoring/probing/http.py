"""HTTP and HTTPS: status, headers, words in the body, JSON values; redirects followed."""

import asyncio
import json
import re
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitoring.checks.verdicts import Result
from monitoring.probing.questions import BODY_LIMIT, Probe, ProbeOutcome, StillInLine, WrongAnswer
from monitoring.probing.sockets import ProbeConnection, Stopwatch, connect

MOST_REDIRECTS = 10
LIGHT = 2_000_000  # instructions of patterns times bytes: some ten milliseconds at worst, and usually a hundredth
JUDGES = ThreadPoolExecutor(2, "judge")  # RE2 lets go of the interpreter while it searches
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(slots=True)
class HttpAnswer:
    """One HTTP answer, its body cut at the limit."""

    status: int
    headers: dict[str, str]
    body: bytes
    certificate: dict[str, float]


async def wire_to(
    host: str, port: int, encrypted: bool, question: Probe, watch: Stopwatch, private: bool
) -> ProbeConnection:
    wire = await connect(host, port, watch, allow_private=private)
    if encrypted:
        verify = not question.rules.get("tls_config", {}).get("insecure_skip_verify")
        await wire.encrypt(host, watch, verify=verify)
    return wire


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Ask, follow redirects (each connection is judged), and hold the answer against the rules."""
    watch, began = Stopwatch(), time.perf_counter()
    url, redirects = question.url, 0
    answer = await ask_once(question, url, watch, allow_private)
    while (there := redirect_of(answer, question)) and redirects < MOST_REDIRECTS:
        redirects, url = redirects + 1, urlsplit(urljoin(url.geturl(), there))
        answer = await ask_once(question, url, watch, allow_private)
    seen = redirects + bool(there)  # the one that was followed no more counts, as in blackbox_exporter
    figures = {"probe_http_status_code": answer.status, "probe_http_redirects": seen, **answer.certificate}
    figures["probe_http_ssl"] = float(url.scheme == "https")
    duration = time.perf_counter() - began
    reason = "too many redirects" if there else await judged(answer, question, encrypted=url.scheme == "https")
    return ProbeOutcome(Result.FAIL if reason else Result.OK, duration, reason, watch.phases, figures)


def redirect_of(answer: HttpAnswer, question: Probe) -> str:
    """Where the answer sends us, if we follow."""
    if answer.status not in REDIRECTS or question.rules.get("follow_redirects") is False:
        return ""
    return answer.headers.get("location", "")


async def ask_once(question: Probe, url, watch: Stopwatch, allow_private: bool) -> HttpAnswer:
    encrypted = url.scheme == "https"
    if not url.hostname or url.scheme not in ("http", "https"):
        raise WrongAnswer("not an address of the web")
    port = url.port or (443 if encrypted else 80)
    wire = await wire_to(url.hostname, port, encrypted, question, watch, allow_private)
    try:
        wire.send(request(question, url))
        head, rest = await read_head(wire)
        watch.lap("processing")
        status, headers = parse_head(head)
        body = await read_body(wire, rest, headers) if question.rules.get("method", "GET") != "HEAD" else b""
        watch.lap("transfer")
        return HttpAnswer(status, headers, body, wire.certificate)
    finally:
        wire.close()


def request(question: Probe, url) -> bytes:
    """The request as bytes; a header may not carry a line of its own."""
    rules = question.rules
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    body = str(rules.get("body", "")).encode()
    ours = {"Host": url.netloc.rpartition("@")[2], "User-Agent": "Nobet", "Accept": "*/*", "Connection": "close"}
    length = {"Content-Length": str(len(body))} if body else {}
    headers = one_each(ours, rules.get("headers", {}), length)
    lines = [f"{rules.get('method', 'GET')} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if any(set(line) & {"\r", "\n"} for line in lines):
        raise WrongAnswer("a header carries a line break")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def one_each(*parts: dict[str, str]) -> Collection[tuple[str, str]]:
    """Headers of which the later one counts; their names have no case."""
    return {name.lower(): (name, value) for part in parts for name, value in part.items()}.values()


async def read_head(wire: ProbeConnection) -> tuple[bytes, bytes]:
    head, end, rest = (await wire.read_until(b"\r\n\r\n")).partition(b"\r\n\r\n")
    if not end:
        raise WrongAnswer("no HTTP answer")
    return head, rest


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    match = re.match(r"HTTP/1\.[01] (\d{3})", first)
    if not match:
        raise WrongAnswer("no HTTP answer")
    pairs = (line.partition(":") for line in lines)
    return int(match[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_body(wire: ProbeConnection, rest: bytes, headers: dict[str, str]) -> bytes:
    """To the announced length or the end, at most BODY_LIMIT; chunks are put together."""
    chunked = "chunked" in headers.get("transfer-encoding", "")
    announced = headers.get("content-length", "")
    wanted = int(announced) if announced.isdigit() and not chunked else BODY_LIMIT
    pieces, size = [rest], len(rest)
    while size < min(wanted, BODY_LIMIT):
        if chunked and b"".join(pieces[-2:]).endswith(b"0\r\n\r\n"):
            break
        piece = await wire.read()
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    body = b"".join(pieces)
    return unchunked(body) if chunked else body


def unchunked(body: bytes) -> bytes:
    out = []
    while True:
        size, _, body = body.partition(b"\r\n")
        digits = size.partition(b";")[0].strip()
        length = int(digits, 16) if re.fullmatch(rb"[0-9a-fA-F]{1,8}", digits) else 0
        if not length:
            return b"".join(out)
        out.append(body[:length])
        body = body[length + 2 :]


async def judged(answer: HttpAnswer, question: Probe, *, encrypted: bool) -> str:
    """`fault`, beside the loop where that may take longer than a moment. Raises StillInLine where it never began."""
    work = question.size_of_patterns + bool(question.rules.get("json"))
    size = len(answer.body) + sum(map(len, answer.headers.values()))
    if work * size <= LIGHT:
        return fault(answer, question, encrypted=encrypted)
    judging = JUDGES.submit(fault, answer, question, encrypted=encrypted)
    try:
        return await asyncio.wrap_future(judging)
    except asyncio.CancelledError:
        if judging.cancelled():
            raise StillInLine
        raise


def fault(answer: HttpAnswer, question: Probe, *, encrypted: bool) -> str:
    """Why the answer breaks a rule of the check, or an empty string. Never quotes the body."""
    rules = question.rules
    if answer.status not in question.wanted_status:
        return f"HTTP {answer.status}"
    if rules.get("fail_if_not_ssl") and not encrypted:
        return "not encrypted"
    if rules.get("fail_if_ssl") and encrypted:
        return "encrypted"
    return header_fault(answer, question) or body_fault(answer, question)


def header_fault(answer: HttpAnswer, question: Probe) -> str:
    for wanted in question.headers_must_match:
        value = answer.headers.get(wanted.header.lower())
        if value is None and wanted.may_be_missing:
            continue
        if value is None or not wanted.pattern.found_in(value):
            return f"header {wanted.header} is not as it should be"
    for unwanted in question.headers_must_not_match:
        if unwanted.pattern.found_in(answer.headers.get(unwanted.header.lower(), "")):
            return f"header {unwanted.header} is as it should not be"
    return ""


def body_fault(answer: HttpAnswer, question: Probe) -> str:
    text = answer.body.decode("utf-8", "replace") if question.must_match or question.must_not_match else ""
    if any(not pattern.found_in(text) for pattern in question.must_match):
        return "the body lacks what it must hold"
    if any(pattern.found_in(text) for pattern in question.must_not_match):
        return "the body holds what it must not"
    value = json_of(answer.body) if question.rules.get("json") else None
    for wanted in question.rules.get("json", ()):
        if value_at(value, wanted["path"]) != wanted["equals"]:
            return f"{wanted['path']} is not as it should be"
    return ""


def json_of(body: bytes) -> Any:
    """What the body says; None where it is no JSON, or nested without an end."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def value_at(value: Any, path: str) -> Any:
    """The value at a dotted path ("queue.0.depth"); None where there is none."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 9 and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
