"""Small plans for tests: a step of each kind, put together as needed."""

from runbooks.models import Endpoint
from runbooks.plans import catalogue

HEAD = """code: {code}
version: {version}
title: {{tr: Deneme planı, en: Trial plan}}
scenario: Deneme.
owner: Ekip
approver: Yönetim
reviewed_on: 2026-01-01
targets: {{rto: 30m, rpo: 0s}}
triggers:
  - {{components: [TAHSILAT], scopes: [central], start: {start}}}
steps:
"""
STEPS = {
    "manual": "kind: manual, role: operator, within: 5m, instruction: Yapın., expected: Oldu.",
    "noted": "kind: manual, role: operator, within: 5m, instruction: Yapın., expected: Oldu., evidence: required",
    "decision": "kind: decision, role: operator, within: 5m, question: Hangi yol, "
    "options: [{key: ileri, label: İleri, next: end}, {key: geri, label: Geri, next: s1}]",
    "approval": "kind: approval, roles: [approver, operator], signatures: 2, within: 5m, statement: Onay., "
    "on_refusal: s1",
    "http": "kind: http, endpoint: uc, method: POST, path: /hold, body: {a: b}, expect_status: [200], timeout: 2s, "
    "retries: 1, on_interrupted: rerun, on_failure: ask",
    "http-ask": "kind: http, endpoint: uc, method: POST, path: /hold, expect_status: [200], timeout: 2s, "
    "retries: 1, on_interrupted: ask, on_failure: ask",
    "http-skip": "kind: http, endpoint: uc, method: POST, path: /hold, expect_status: [200], timeout: 2s, "
    "retries: 0, on_interrupted: skip, on_failure: skip",
    "wait": "kind: wait, for: 10s, until: {component_works: TAHSILAT}",
    "broadcast": "kind: broadcast, role: operator, within: 5m, lane: operational, audience: {duties: [it]}, "
    "text: 'Tahsilat {saat} itibarıyla durdu, sonraki bilgi {sonraki}.', correction: 'Saat hatalıdır.'",
}


def a_plan(*kinds, code="DR-90", version=1, start="at_once"):
    """A published plan whose steps s1, s2, … are of these kinds; the endpoint that they call is there."""
    if any(kind.startswith("http") for kind in kinds):
        Endpoint.objects.get_or_create(key="uc", defaults={"url": "http://127.0.0.1:9"})
    lines = [
        f"  - {{key: s{place}, phase: recover, title: Adım {place}, {STEPS[kind]}}}\n"
        for place, kind in enumerate(kinds, start=1)
    ]
    return catalogue.publish(HEAD.format(code=code, version=version, start=start) + "".join(lines))


def an_endpoint(url, **fields):
    """The one that these plans call."""
    return Endpoint.objects.update_or_create(key="uc", defaults={"url": url, **fields})[0]
