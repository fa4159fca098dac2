"""The HTTP call of a step: guarded address, one idempotency key, no transaction open."""

from dataclasses import dataclass

from foundation.wire.addresses import TROUBLES, fetch, was_never_reached
from runbooks.durations import duration
from runbooks.models import Endpoint, Step
from runbooks.plans import endpoints

SHOWN = 1024  # bytes of an answer that are kept (threat model: runbook HTTP steps)


@dataclass(frozen=True)
class Answered:
    """The endpoint answered as the plan expects."""

    status: int
    body: str


@dataclass(frozen=True)
class CallFailed:
    """It was not done, and that is proven: never reached, or refused in an answer."""

    reason: str


@dataclass(frozen=True)
class CallUnanswered:
    """Nobody can tell whether it was done: the connection broke after the request."""

    reason: str


def call(step: Step) -> Answered | CallFailed | CallUnanswered:
    """Send the request of an http step to its endpoint. Call it with no transaction open."""
    definition = step.definition
    endpoint = Endpoint.objects.current().filter(key=definition["endpoint"]).first()
    if endpoint is None:
        return CallFailed(f"no endpoint named {definition['endpoint']} is set up")
    try:
        return _ask(step, endpoint)
    except TROUBLES as error:
        return CallFailed(_short(error)) if was_never_reached(error) else CallUnanswered(_short(error))


def _ask(step: Step, endpoint: Endpoint) -> Answered | CallFailed:
    definition = step.definition
    headers = {"Idempotency-Key": step.idempotency_key, "User-Agent": "Nobet-runbook", **endpoints.headers_of(endpoint)}
    answer = fetch(
        definition["method"],
        endpoint.url.rstrip("/") + definition["path"],
        json=definition.get("body"),
        headers=headers,
        timeout=duration(definition["timeout"]).total_seconds(),
        allow_private=endpoints.allows_private(endpoint),
        allow_redirects=False,
        most=SHOWN,
    )
    body = answer.body.decode("utf-8", "replace")
    if answer.status in definition["expect_status"]:
        return Answered(answer.status, body)
    return CallFailed(f"{answer.status}: {body[:200]}")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
