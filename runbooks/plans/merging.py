"""Three texts into one: what was shipped, what is shipped now, what the house made of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff


@dataclass(frozen=True)
class Merged:
    """The house's text with what the release changed; `kept` counts the places where both changed and ours stayed."""

    text: str
    kept: int


@dataclass(frozen=True)
class DiffLine:
    """`sign` is "+", "-", " " or "@" for a gap."""

    sign: str
    text: str


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Line by line: a place that only one side changed takes that change; where both did, ours stays."""
    lines, kept = [], 0
    texts = [text.splitlines() for text in (base, ours, theirs)]
    for of_base, of_ours, of_theirs in _places(*texts):
        if of_ours == of_base:
            lines += of_theirs
        else:
            lines += of_ours
            kept += of_theirs not in (of_base, of_ours)
    return Merged("".join(f"{line}\n" for line in lines), kept)


def _places(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """(base, ours, theirs) for each stretch: in turn those that somebody changed and those that all agree on."""
    b = o = t = 0
    for start, end, in_ours, in_theirs in _agreed(base, ours, theirs):
        yield base[b:start], ours[o:in_ours], theirs[t:in_theirs]
        length = end - start
        yield base[start:end], base[start:end], base[start:end]
        b, o, t = end, in_ours + length, in_theirs + length
    yield base[b:], ours[o:], theirs[t:]


def _agreed(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the base that stand in both: (start, end, where in ours, where in theirs)."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    for one in left:
        for other in right:
            start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
            if start < end:
                yield start, end, one.b + start - one.a, other.b + start - other.a


def differences(before: str, after: str) -> list[DiffLine]:
    """What becomes of `before`, with two lines around each change."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""))[2:]
    return [DiffLine(line[0], "" if line[0] == "@" else line[1:]) for line in lines]
