"""Letters: words of the writer that are lost, quotations that are removed, and how many are read in a second."""

import difflib
from collections.abc import Sequence
from time import perf_counter

from helpdesk.mail import parsing, quotes
from tests.bench import Row
from tests.helpdesk.letter_corpus import CorpusLetter, corpus

KEPT_ASIDE = 1  # odd letters judge


def run(*, rounds: int, full: bool) -> list[Row]:
    """Each round is another seed of the half that is kept aside; `full`: 2,000 letters instead of 400."""
    lost = Row("words of the writer lost, of all (1 + lost)", "words", 1.0)
    removed = Row("words of quotations removed, of all", "share", 0.95, at_least=True)
    speed = Row("milliseconds a letter, parsed and cut, of the 50 it may take", "ms", 1.0)
    for seed in range(100, 100 + rounds):
        judged = [case for case in corpus(2_000 if full else 400, seed) if case.number % 2 == KEPT_ASIDE]
        began = perf_counter()
        shown = [shown_of(case) for case in judged]
        spent = (perf_counter() - began) * 1000 / len(judged)
        figures = measure(judged, shown)
        lost.rounds.append((1.0 + figures[0], 1.0))
        removed.rounds.append((figures[1], 1.0))
        speed.rounds.append((spent, 50.0))
    return [lost, removed, speed]


def shown_of(case: CorpusLetter) -> str:
    text = parsing.parse(case.raw, is_cut=False).text
    return quotes.written(text, case.known) if case.is_reply else text


def measure(cases: Sequence[CorpusLetter], shown: Sequence[str]) -> tuple[int, float]:
    """Words of writers that are gone, and the share of quoted words that are."""
    lost = left = quoted = 0
    for case, text in zip(cases, shown, strict=True):
        own, kept = quotes.words_of(case.own), quotes.words_of(text)
        equal = sum(
            block.size for block in difflib.SequenceMatcher(None, own, kept, autojunk=False).get_matching_blocks()
        )
        lost += len(own) - equal
        quoted += len(quotes.words_of(case.quoted))
        left += len(kept) - equal if case.quoted else 0
    return lost, 1 - left / max(quoted, 1)
