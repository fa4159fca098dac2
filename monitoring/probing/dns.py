"""DNS: ask one server one name, and look at what came."""

import time

import dns.asyncquery
import dns.message
import dns.rcode

from foundation.wire.addresses import places
from monitoring.checks.verdicts import Result
from monitoring.probing.questions import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import Stopwatch, policy


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """`rules`: query_name, query_type (A), valid_rcodes (NOERROR), validate_answer_rrs.fail_if_not_matches_regexp."""
    watch, began = Stopwatch(), time.perf_counter()
    name, kind = question.rules.get("query_name", ""), question.rules.get("query_type", "A")
    if not name:
        raise WrongAnswer("no name to ask for")
    server = (await places(question.host, question.port))[0][4][0]
    policy(allow_private).admit(server, question.port)
    watch.lap("resolve")
    message = dns.message.make_query(name, kind)
    answer = await dns.asyncquery.udp(message, server, port=question.port, timeout=question.timeout)
    watch.lap("request")
    reason = fault(answer, question)
    figures = {"probe_dns_answer_rrs": float(sum(len(rrset) for rrset in answer.answer))}
    return ProbeOutcome(
        Result.FAIL if reason else Result.OK, time.perf_counter() - began, reason, watch.phases, figures
    )


def fault(answer: dns.message.Message, question: Probe) -> str:
    code = dns.rcode.to_text(answer.rcode())
    if code not in question.rules.get("valid_rcodes", ["NOERROR"]):
        return code
    records = "\n".join(rrset.to_text() for rrset in answer.answer)
    is_right = all(pattern.found_in(records) for pattern in question.records_must_match)
    return "" if is_right else "the answer is not as it should be"
