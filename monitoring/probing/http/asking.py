"""One HTTP probe: ask, follow redirects, judge the last answer."""

import time

from monitoring.checks.verdicts import Result
from monitoring.probing.http.answers import HttpAnswer, IncomingAnswer
from monitoring.probing.http.cookies import Cookies
from monitoring.probing.http.judging import judged
from monitoring.probing.http.requests import Request
from monitoring.probing.probe import Probe, ProbeOutcome
from monitoring.probing.sockets import ProbeConnection, Stopwatch, connect

MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """Ask, follow redirects (each connection is judged), and hold the answer against the rules."""
    watch, began = Stopwatch(), time.perf_counter()
    request, cookies, redirects = Request.of(question), Cookies(), 0
    answer = await ask_once(question, request, watch, allow_private)
    while (there := redirect_of(answer, question)) and redirects < MOST_REDIRECTS:
        cookies.keep(answer.values("set-cookie"), request.url)
        redirects, request = redirects + 1, request.redirected(answer.status, there)
        request.cookies = cookies.sent_to(request.url)
        answer = await ask_once(question, request, watch, allow_private)
    seen = redirects + bool(there)  # the one that was followed no more counts, as in blackbox_exporter
    figures = {"probe_http_status_code": answer.status, "probe_http_redirects": seen, **answer.certificate}
    figures["probe_http_ssl"] = float(request.is_encrypted)
    reason = "too many redirects" if there else await judged(answer, question, encrypted=request.is_encrypted)
    duration = time.perf_counter() - began
    return ProbeOutcome(Result.FAIL if reason else Result.OK, duration, reason, watch.phases, figures)


def redirect_of(answer: HttpAnswer, question: Probe) -> str:
    """Where the answer sends us, if we follow."""
    if answer.status not in REDIRECTS or not follows(question):
        return ""
    return next(iter(answer.values("location")), "")


def follows(question: Probe) -> bool:
    return question.rules.get("follow_redirects") is not False


async def ask_once(question: Probe, request: Request, watch: Stopwatch, allow_private: bool) -> HttpAnswer:
    wire = await connect(request.host, request.port, watch, allow_private=allow_private)
    try:
        if request.is_encrypted:
            await wire.encrypt(request.tls_name, watch, verify=question.verifies)
        wire.send(request.as_bytes())
        answer = await answer_on(
            wire, request.method, watch, to_follow=question.rules.get("follow_redirects") is not False
        )
        answer.certificate = wire.certificate
        return answer
    finally:
        wire.close()


async def answer_on(wire: ProbeConnection, method: str, watch: Stopwatch, *, to_follow: bool) -> HttpAnswer:
    """The answer once it is whole, or broken. What a redirect says beside its head is not waited for."""
    incoming, piece = IncomingAnswer(method), await wire.read()
    watch.lap("processing")
    while piece:
        incoming.feed(piece)
        if incoming.is_over or (to_follow and incoming.status in REDIRECTS and incoming.says("location")):
            break
        piece = await wire.read()
    else:
        incoming.end()
    watch.lap("transfer")
    return incoming.answer()
