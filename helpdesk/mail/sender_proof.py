"""Who wrote is checked: SPF, DKIM and DMARC as our own receiving server found them (RFC 8601). Pure.

Anybody can write such a header into a letter. Only those are believed that carry the name of our server
and stand above the first hop that is not ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.models.letters import SenderProof

RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)\b([^;]*)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
DOMAIN = re.compile(
    r"(?:header\.d|header\.i|smtp\.mailfrom|header\.from)\s*=\s*\"?(?:[^\s;\"@]*@)?([\w.-]+)", re.IGNORECASE
)
FAILS = {"fail", "softfail", "permerror", "policy"}


@dataclass(frozen=True)
class Verified:
    proof: str
    words: str


def verified(headers: Iterable[tuple[str, str]], sender: str, authserv_id: str) -> Verified:
    """`headers` from top to bottom, names in lower case; without `authserv_id` nothing is believed."""
    results = results_of(headers, authserv_id) if authserv_id else []
    said = ", ".join(f"{method}={result}" for method, result, _domain in results)[:200]
    return Verified(proof_of(results, sender.rpartition("@")[2]), said)


def results_of(headers: Iterable[tuple[str, str]], authserv_id: str) -> list[tuple[str, str, str]]:
    """(method, result, domain) of those headers of ours that stand together at the top, first of each kind first."""
    found: list[tuple[str, str, str]] = []
    for name, value in headers:
        if name == "received" and found:
            break
        if name == "authentication-results":
            server, _semicolon, rest = COMMENT.sub(" ", value).partition(";")
            if server.split()[:1] == [authserv_id] or server.strip().lower() == authserv_id.lower():
                found += [result_of(*each) for each in RESULT.findall(rest)]
    return found


def result_of(method: str, result: str, rest: str) -> tuple[str, str, str]:
    domain = DOMAIN.search(rest)
    return method.lower(), result.lower(), domain[1].lower() if domain else ""


def proof_of(results: list[tuple[str, str, str]], domain: str) -> str:
    """DMARC decides; without it SPF or DKIM of the very domain that stands in From."""
    dmarc = next((result for method, result, _domain in results if method == "dmarc"), "")
    if dmarc in ("pass", "fail"):
        return SenderProof.PROVEN if dmarc == "pass" else SenderProof.FORGED
    if any(result == "pass" and aligned(of, domain) for method, result, of in results if method != "dmarc"):
        return SenderProof.PROVEN
    return SenderProof.FORGED if any(result in FAILS for _method, result, _of in results) else SenderProof.UNKNOWN


def aligned(proven: str, domain: str) -> bool:
    """The domain itself, or one that it is part of."""
    return bool(proven) and (domain == proven or domain.endswith(f".{proven}") and proven.count(".") >= 2)
