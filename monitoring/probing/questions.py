"""One probe with its rules read once, and the outcome of asking it."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from monitoring.checks import verdicts
from monitoring.checks.verdicts import Result
from monitoring.models import Check

BODY_LIMIT = 1_000_000  # bytes read of an answer
SUCCESS = frozenset(range(200, 300))  # one for all: a set of its own would be eight of the kilobytes of a probe


@dataclass(slots=True)
class ProbeOutcome:
    """What one probe brought. Durations in seconds; `error` is short and without any body."""

    raw: Result
    duration: float = 0.0
    error: str = ""
    phases: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.raw is Result.OK


class WrongAnswer(Exception):
    """The answer came, and it is wrong; the text says why."""


@dataclass(frozen=True)
class Probe:
    """A check as the prober needs it: free of the database."""

    id: int
    node_id: int
    kind: str
    target: str
    interval: float
    timeout: float
    rule: verdicts.VerdictRule
    rules: dict

    @classmethod
    def of(cls, check: Check) -> "Probe":
        return cls(
            id=check.pk,
            node_id=check.node_id,
            kind=check.kind,
            target=check.target,
            interval=float(check.interval),
            timeout=check.timeout,
            rule=rule_of(check),
            rules=check.rules,
        )

    @cached_property
    def url(self) -> SplitResult:
        return urlsplit(self.target if "//" in self.target else f"//{self.target}")

    @cached_property
    def host(self) -> str:
        return self.url.hostname or ""

    @cached_property
    def port(self) -> int:
        usual = {"https": 443, "http": 80, "smtp": 25, "imap": 143, "dns": 53, "tls": 443}
        return self.url.port or usual.get(self.url.scheme) or usual.get(self.kind) or 0

    @cached_property
    def is_encrypted(self) -> bool:
        return self.url.scheme in ("https", "smtps", "imaps", "tls") or self.kind == "tls"

    @cached_property
    def path(self) -> str:
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")

    @cached_property
    def wanted_status(self) -> frozenset[int]:
        return frozenset(self.rules.get("valid_status_codes") or SUCCESS)

    @cached_property
    def must_match(self) -> list[re.Pattern]:
        return [re.compile(pattern) for pattern in self.rules.get("fail_if_body_not_matches_regexp", ())]

    @cached_property
    def must_not_match(self) -> list[re.Pattern]:
        return [re.compile(pattern) for pattern in self.rules.get("fail_if_body_matches_regexp", ())]


def rule_of(check: Check) -> verdicts.VerdictRule:
    return verdicts.VerdictRule(
        failures=check.failures_to_confirm,
        confirm_seconds=check.confirm_seconds,
        successes=check.successes_to_recover,
        recover_seconds=check.recover_seconds,
        interval=float(check.interval),
    )
