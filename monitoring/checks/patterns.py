"""Patterns that people type and a check runs: linear in the text whatever they say, and bounded.

The engine is RE2, as in blackbox_exporter: it never goes back, so no pattern takes the
prober with it. What RE2 leaves open is how much one pass costs: a pattern has a size
(instructions for each byte, in the worst case), a check a size for all its patterns, and
one that took too long on a processor rests while its own check fails.
"""

import time
from functools import lru_cache

import re2
from django.utils.translation import gettext_lazy as _

LONGEST = 500  # characters of one pattern
MOST_INSTRUCTIONS = 500  # of all patterns of one check; a word costs one a letter
MOST_SECONDS = 0.25  # of processor time for one search; one megabyte costs a usual pattern a hundredth
RESTS = 600.0  # seconds that a pattern rests after it took longer

UNREADABLE = "a pattern cannot be read"
TOO_LARGE = "a pattern is too large: it is long, or it repeats many times"
TOO_SLOW = "a pattern takes too long with this answer"
OPEN_BRACKET = "a square bracket of a pattern is not closed"
OPEN_PARENTHESIS = "a parenthesis of a pattern is not closed"
STRAY_PARENTHESIS = "a parenthesis of a pattern closes nothing"
LOOKS_AROUND = "a pattern looks ahead or back (?=, ?!, ?<), which has no bound"
LOOKS_BACK = "a pattern has a back reference or an unknown sign behind a backslash"
NOTHING_REPEATED = "a repetition sign of a pattern repeats nothing, or another repetition"
# Why a pattern is not run, in the reader's words; noted as the key.
WORDS = {
    UNREADABLE: _("a pattern cannot be read"),
    TOO_LARGE: _("a pattern is too large: it is long, or it repeats many times"),
    TOO_SLOW: _("a pattern takes too long with this answer"),
    OPEN_BRACKET: _("a square bracket of a pattern is not closed"),
    OPEN_PARENTHESIS: _("a parenthesis of a pattern is not closed"),
    STRAY_PARENTHESIS: _("a parenthesis of a pattern closes nothing"),
    LOOKS_AROUND: _("a pattern looks ahead or back (?=, ?!, ?<), which has no bound"),
    LOOKS_BACK: _("a pattern has a back reference or an unknown sign behind a backslash"),
    NOTHING_REPEATED: _("a repetition sign of a pattern repeats nothing, or another repetition"),
}
SAID = {  # how RE2's own words begin
    "missing ]": OPEN_BRACKET,
    "missing )": OPEN_PARENTHESIS,
    "unexpected )": STRAY_PARENTHESIS,
    "invalid perl operator": LOOKS_AROUND,
    "invalid escape sequence": LOOKS_BACK,
    "bad repetition operator": NOTHING_REPEATED,
    "no argument for repetition": NOTHING_REPEATED,
    "invalid repetition size": TOO_LARGE,
    "pattern too large": TOO_LARGE,
}


class UnusablePattern(ValueError):
    """A pattern that is not run, or not now; the text says why and is a key of `WORDS`."""


def _options() -> re2.Options:
    options = re2.Options()
    options.never_capture, options.log_errors, options.max_mem = True, False, 1 << 20
    return options


@lru_cache(maxsize=4096)
def compiled(text: str) -> "re2._Regexp":
    """The pattern, ready; raises UnusablePattern."""
    if len(text) > LONGEST:
        raise UnusablePattern(TOO_LARGE)
    try:
        expression = re2.compile(text, _options())
    except re2.error as wrong:
        raise UnusablePattern(reason(wrong)) from None
    except (TypeError, ValueError):  # no text, or half a character
        raise UnusablePattern(UNREADABLE) from None
    if expression.programsize > MOST_INSTRUCTIONS:
        raise UnusablePattern(TOO_LARGE)
    return expression


def reason(wrong: re2.error) -> str:
    """RE2 speaks in bytes, its wrapper in text."""
    said = wrong.args[0].decode("utf-8", "replace") if isinstance(wrong.args[0], bytes) else str(wrong)
    return next((why for start, why in SAID.items() if said.startswith(start)), UNREADABLE)


class Pattern:
    """One pattern of one check."""

    def __init__(self, text: str) -> None:
        self.expression = compiled(text)
        self.rests_until = 0.0

    @property
    def size(self) -> int:
        return self.expression.programsize

    def found_in(self, text: str) -> bool:
        """Whether the text holds it anywhere; raises UnusablePattern after a search that was too dear."""
        if time.monotonic() < self.rests_until:
            raise UnusablePattern(TOO_SLOW)
        began = time.thread_time()
        found = self.expression.search(text) is not None
        if time.thread_time() - began > MOST_SECONDS:
            self.rests_until = time.monotonic() + RESTS
            raise UnusablePattern(TOO_SLOW)
        return found
