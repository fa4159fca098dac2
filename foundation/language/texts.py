"""Words from outside, made fit for every page, feed, letter, sheet and SMS that will show them.

One rule for all doors: whoever takes words asks `line` for what is shown on one line and
`paragraphs` for longer ones. What nobody sees is left out, so that a text that is empty
to the eye is empty, and a field that must be filled refuses it.
"""

import re
import unicodedata

LONGEST_SEARCH = 200  # characters; each word of them is one more question to the database
LONGEST_LINE = 300  # characters; a field that takes more has paragraphs

# Every character after which Unicode begins a new line (UAX #14, BK, CR, LF, NL).
BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# XML 1.0 has no place for controls, half pairs and non-characters; direction (LRM … RLO, isolates),
# zero-width blanks, soft hyphens, fillers and tags are seen by no one and turn or hide what is.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff]|[\U0001fffe\U0001ffff]"
)
# A joiner belongs between two emoji or letters of Persian and Indian scripts, and nowhere else.
LONE_JOINERS = re.compile("(?<![\u0600-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\U0010ffff])")
BLANKS = re.compile(r"[\s\u2800]+")
VISIBLE = re.compile(r"[^\s\u2800\u200c\u200d\ufe00-\ufe0f\u0300-\u036f]")


def line(text: str) -> str:
    """The text on one line, composed (NFC), with single blanks; "" when there is nothing to see."""
    return kept_if_visible(BLANKS.sub(" ", carried(text)).strip())


def paragraphs(text: str) -> str:
    """The text with its lines, composed (NFC); "" when there is nothing to see."""
    return kept_if_visible(carried(text).strip())


def sought(text: str) -> str:
    """What was typed into a search box: one line, at most `LONGEST_SEARCH` characters, whoever asks."""
    return line(text[:LONGEST_SEARCH])


def carried(text: str) -> str:
    """What every format can carry, blanks and lines as they were; for texts kept before there was a rule."""
    seen = UNSEEN.sub("", BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", LONE_JOINERS.sub("", seen))


def kept_if_visible(text: str) -> str:
    return text if VISIBLE.search(text) else ""
