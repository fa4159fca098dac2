"""One probe with its rules read once, and the outcome of asking it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from monitoring.checks import patterns, verdicts
from monitoring.checks import rules as check_rules
from monitoring.checks.patterns import Pattern, UnusablePattern
from monitoring.checks.verdicts import Result
from monitoring.models import Check

BODY_LIMIT = 1_000_000  # bytes read of an answer
UNREADABLE_RULES = "the rules of the check cannot be read"
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


class StillInLine(Exception):
    """The answer came, and we did not find the time to look at it: our own fault."""


@dataclass(frozen=True, slots=True)
class HeaderPattern:
    """A header of an answer and what it has to hold, or must not."""

    header: str
    pattern: Pattern
    may_be_missing: bool = False


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
    def has_readable_rules(self) -> bool:
        return not self.rules or check_rules.are_readable(self.kind, self.rules)

    def read_rules(self) -> None:
        """Before anybody is asked. Raises WrongAnswer or UnusablePattern for what was kept and cannot be run."""
        if not self.has_readable_rules:
            raise WrongAnswer(UNREADABLE_RULES)
        if self.size_of_patterns > patterns.MOST_INSTRUCTIONS:
            raise UnusablePattern(patterns.TOO_LARGE)

    @cached_property
    def must_match(self) -> list[Pattern]:
        return usable(self.rules.get("fail_if_body_not_matches_regexp", ()))

    @cached_property
    def must_not_match(self) -> list[Pattern]:
        return usable(self.rules.get("fail_if_body_matches_regexp", ()))

    @cached_property
    def headers_must_match(self) -> list[HeaderPattern]:
        return header_patterns(self.rules.get("fail_if_header_not_matches", ()))

    @cached_property
    def headers_must_not_match(self) -> list[HeaderPattern]:
        return header_patterns(self.rules.get("fail_if_header_matches", ()))

    @cached_property
    def records_must_match(self) -> list[Pattern]:
        return usable(self.rules.get("validate_answer_rrs", {}).get("fail_if_not_matches_regexp", ()))

    @cached_property
    def expected_lines(self) -> list[Pattern | None]:
        """What each step of a conversation waits for."""
        steps = self.rules.get("query_response", ())
        return [Pattern(step["expect"]) if step.get("expect") else None for step in steps]

    @property
    def verifies(self) -> bool:
        return not self.rules.get("tls_config", {}).get("insecure_skip_verify")

    @cached_property
    def size_of_patterns(self) -> int:
        """Instructions for each byte of an answer, at worst."""
        of_headers = [wanted.pattern for wanted in (*self.headers_must_match, *self.headers_must_not_match)]
        of_lines = [pattern for pattern in self.expected_lines if pattern]
        all_of_them = (*self.must_match, *self.must_not_match, *of_headers, *self.records_must_match, *of_lines)
        return sum(pattern.size for pattern in all_of_them)


def usable(texts: Iterable[str]) -> list[Pattern]:
    """Raises UnusablePattern."""
    return [Pattern(text) for text in texts]


def header_patterns(wanted: Iterable[dict]) -> list[HeaderPattern]:
    return [HeaderPattern(one["header"], Pattern(one["regexp"]), bool(one.get("allow_missing"))) for one in wanted]


def rule_of(check: Check) -> verdicts.VerdictRule:
    return verdicts.VerdictRule(
        failures=check.failures_to_confirm,
        confirm_seconds=check.confirm_seconds,
        successes=check.successes_to_recover,
        recover_seconds=check.recover_seconds,
        interval=float(check.interval),
    )
