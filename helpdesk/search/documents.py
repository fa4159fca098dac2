"""What of a ticket is searched: its words, each marked by where it stands and whether it is a stem. Pure.

    makbuzlarin    a word that both sides have read, as written but folded
    =makbuz        its stem
    ^makbuz        a stem in the number or the subject
    ~vezneye       a word of an internal note, ~=vezn its stem

Clerks' questions ask for no word with "~", so that a search gives nothing away.
"""

from collections.abc import Iterable, Sequence

from foundation.language.stems import words_of

STEM, HEAD, NOTE = "=", "^", "~"
GAP = "="  # between two texts, so that nothing is "side by side" across them
LAST_POSITION, MOST_POSITIONS = 16_383, 255  # a tsvector counts no further
MOST_WORDS = 20_000  # of each side; what follows in an endless ticket is not searched


def words_in(*, head: str, texts: Iterable[str], notes: Iterable[str]) -> list[str]:
    """The marked words of a ticket in their order. `head` is its number and subject; `texts` what both sides read."""
    subject = words_of(head)
    return [
        *_marked([subject, *map(words_of, texts)], ""),
        *{HEAD + stem: None for _word, stem in subject},
        *_marked([words_of(note) for note in notes], NOTE),
    ]


def _marked(texts: Sequence[Sequence[tuple[str, str]]], mark: str) -> list[str]:
    words: list[str] = []
    stems: list[str] = []
    for text in texts:
        if not text or len(words) > MOST_WORDS:
            continue
        words += [*(mark + word for word, _stem in text), GAP]
        stems += [*(mark + STEM + stem for _word, stem in text), GAP]
    return words + stems


def spelt(words: Sequence[str], vendor: str) -> str:
    """As the index of that database takes them; `makbuz:1,7 =makbuz:12` for a tsvector, so that no parser has a say."""
    if vendor == "sqlite":
        return " ".join(words)
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(str(min(place, LAST_POSITION)))
    return " ".join(f"{word}:{','.join(numbers[:MOST_POSITIONS])}" for word, numbers in places.items())
