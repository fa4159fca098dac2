"""Does a ticket sound like something that stopped for everybody? A linear model over its character n-grams.

Pure values. The weights are data (`data/weights.json`), made by `manage.py train_matcher` from labelled tickets.
Turkish endings, passive forms and slips of the finger share most of their n-grams with what was learned, which is
why no list of verbs is kept.
"""

import json
import math
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpdesk.incidents import vocabulary

WEIGHTS = Path(__file__).parent / "data" / "weights.json"
# N-grams are told apart by a checksum of so many bits: no table of words, and the weights keep their size.
BITS = 15
SIZES = (2, 3, 4, 5)
# Words of one ticket that are read; a log that was pasted in says nothing more after them.
MOST_WORDS = 400
# A weight is kept as a whole number of these.
STEP = 1 / 2048


@dataclass(frozen=True)
class Model:
    """`weights[n]` belongs to the n-grams of checksum n."""

    bias: float
    weights: Sequence[float]

    def probability(self, features: Sequence[int]) -> float:
        """0 to 1 that this is an outage and no matter of one person, machine or record."""
        heard = sum(self.weights[number] for number in features) / math.sqrt(len(features) or 1)
        return sigmoid(self.bias + heard)

    def as_text(self) -> str:
        whole = array("h", (max(-32768, min(32767, round(weight / STEP))) for weight in self.weights))
        return json.dumps({"bits": BITS, "bias": self.bias, "weights": b64encode(whole.tobytes()).decode()}) + "\n"

    @classmethod
    def of_text(cls, text: str) -> "Model":
        kept = json.loads(text)
        whole = array("h", b64decode(kept["weights"]))
        return cls(kept["bias"], [weight * STEP for weight in whole])


@cache
def shipped() -> Model:
    """The model that came with this release; read once."""
    return Model.of_text(WEIGHTS.read_text(encoding="ascii"))


def sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def features(text: str) -> list[int]:
    """The checksums of what a plain text (`vocabulary.plain`) is made of, each once, in order."""
    words = text.split()[:MOST_WORDS]
    return sorted({zlib.crc32(part.encode()) % (1 << BITS) for part in parts(words)})


def parts(words: Sequence[str]) -> Iterator[str]:
    """N-grams within words, whole words, their endings, neighbours, and how much was written."""
    before = "<"
    for word in words:
        yield from grams(word[: vocabulary.LONGEST_WORD])
        yield f"w {word}"
        yield f"{before[:6]}_{word[:6]}"
        if len(word) > 3:
            yield f"e {word[-5:]}"
        before = word
    yield f"{before}_>"
    yield f"len{min(12, len(words) // 2)}"


def grams(word: str) -> Iterator[str]:
    padded = f"#{word}#"
    for size in SIZES:
        for place in range(len(padded) - size + 1):
            yield padded[place : place + size]
