"""DNS: ask one server one name, and look at what came."""

import time

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode

from foundation.wire.addresses import places
from monitoring.checks.verdicts import Result
from monitoring.probing.probe import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import Stopwatch, admitted


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """`rules`: query_name, query_type (A), valid_rcodes (NOERROR), validate_answer_rrs.fail_if_not_matches_regexp."""
    watch, began = Stopwatch(), time.perf_counter()
    name, kind = question.rules.get("query_name", ""), question.rules.get("query_type", "A")
    if not name:
        raise WrongAnswer("no name to ask for")
    infos = admitted(await places(question.host, question.port), allow_private=allow_private)
    watch.lap("resolve")
    asked = dns.message.make_query(dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46), kind)
    answer = await answer_of_any([info[4][0] for info in infos], asked, question)
    watch.lap("request")
    reason = fault(answer, question)
    figures = {"probe_dns_answer_rrs": float(sum(len(rrset) for rrset in answer.answer))}
    return ProbeOutcome(
        Result.FAIL if reason else Result.OK, time.perf_counter() - began, reason, watch.phases, figures
    )


async def answer_of_any(servers: list[str], asked: dns.message.Message, question: Probe) -> dns.message.Message:
    """The first answer of the server's addresses, each with its share of the time; by TCP what UDP cut off."""
    share = question.timeout / len(servers)
    for server in servers[:-1]:
        try:
            return await answer_of(server, asked, question.port, share)
        except (OSError, dns.exception.Timeout):
            continue
    return await answer_of(servers[-1], asked, question.port, question.timeout)


async def answer_of(server: str, asked: dns.message.Message, port: int, patience: float) -> dns.message.Message:
    """Datagrams that are no answer to this question are passed over: anybody can send them."""
    answer, _by_tcp = await dns.asyncquery.udp_with_fallback(
        asked, server, timeout=patience, port=port, ignore_unexpected=True, ignore_errors=True
    )
    return answer


def fault(answer: dns.message.Message, question: Probe) -> str:
    code = dns.rcode.to_text(answer.rcode())
    if code not in question.rules.get("valid_rcodes", ["NOERROR"]):
        return code
    records = "\n".join(rrset.to_text() for rrset in answer.answer)
    is_right = all(pattern.found_in(records) for pattern in question.records_must_match)
    return "" if is_right else "the answer is not as it should be"
