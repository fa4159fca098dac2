"""How the matcher learns: labelled tickets in, weights out, judged by outages it has not seen.

Logistic regression by AdaGrad in the order of a seeded shuffle: the same tickets give the same weights on every
machine. No library: the whole of it is one loop, and a municipal server need not carry 120 MB for it.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.incidents import vocabulary
from helpdesk.incidents.classifier import BITS, Model, features, sigmoid

DATA = Path(__file__).parent / "data"
EPOCHS, RATE, PULL, SEED = 10, 0.3, 1e-5, 1
# Each ticket is learned as written and as often again as typed in a hurry.
COPIES = 2
FOLDS = 5


class UnreadableTicket(ValueError):
    """A line of a labelled file is not `module|subject|body`; says which."""


@dataclass(frozen=True)
class Labelled:
    """A ticket and what it was about: `matter` names the outage, empty for a matter of its own."""

    module: str
    subject: str
    body: str
    matter: str = ""

    @property
    def text(self) -> str:
        return vocabulary.plain(f"{self.subject} {self.body}")


def shipped_tickets() -> list[Labelled]:
    """The labelled tickets of this release."""
    return [*read(DATA / "labelled_outages.txt"), *read(DATA / "labelled_singles.txt")]


def read(file: Path) -> Iterator[Labelled]:
    """Tickets of a labelled file: a line each, under the outage that the last `= name component` line named.

    Raises `UnreadableTicket`, `OSError`, `UnicodeDecodeError`.
    """
    matter = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("="):
            matter = line.removeprefix("=").split()[0] if line.strip("= ") else ""
        elif line.strip():
            fields = line.split("|")
            if len(fields) != 3:
                raise UnreadableTicket(f"{file.name}:{number}: {line[:60]}")
            yield Labelled(fields[0], fields[1], fields[2], matter)


def train(tickets: Iterable[Labelled]) -> Model:
    """The weights that tell outages from single matters in these tickets."""
    chance = random.Random(SEED)
    known = [(features(each.text), float(bool(each.matter))) for ticket in tickets for each in copies(ticket, chance)]
    learner = Learner()
    for _epoch in range(EPOCHS):
        chance.shuffle(known)
        for seen, is_outage in known:
            learner.look(seen, is_outage)
    return Model(learner.bias, learner.weights)


class Learner:
    """Weights on their way, and how far each has moved already (AdaGrad)."""

    def __init__(self) -> None:
        self.weights = [0.0] * (1 << BITS)
        self.moved = [1e-2] * (1 << BITS)
        self.bias, self.bias_moved = 0.0, 1e-8

    def look(self, seen: Sequence[int], answer: float) -> None:
        """One step towards `answer` for what was seen."""
        weights, moved, share = self.weights, self.moved, 1 / math.sqrt(len(seen) or 1)
        error = sigmoid(self.bias + share * sum(weights[number] for number in seen)) - answer
        for number in seen:
            slope = error * share + PULL * weights[number]
            moved[number] += slope * slope
            weights[number] -= RATE * slope / math.sqrt(moved[number])
        self.bias_moved += error * error
        self.bias -= RATE * error / math.sqrt(self.bias_moved)


def copies(ticket: Labelled, chance: random.Random) -> Iterator[Labelled]:
    yield ticket
    for _copy in range(COPIES):
        subject, body = in_a_hurry(ticket.subject, chance), in_a_hurry(ticket.body, chance)
        yield Labelled(ticket.module, subject, body, ticket.matter)


def in_a_hurry(text: str, chance: random.Random) -> str:
    """Up to two of: neighbours change places, a vowel is missing, a space is missing."""
    slips: list[Callable[[str, random.Random], str]] = [swapped, without_a_vowel, without_spaces]
    for slip in chance.sample(slips, chance.choice([0, 1, 1, 2])):
        text = slip(text, chance)
    return text


def swapped(text: str, chance: random.Random) -> str:
    return " ".join(swap(word, chance) if len(word) > 5 and chance.random() < 0.2 else word for word in text.split(" "))


def swap(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def without_a_vowel(text: str, chance: random.Random) -> str:
    return "".join(letter for letter in text if letter not in "aeıioöuü" or chance.random() > 0.06)


def without_spaces(text: str, chance: random.Random) -> str:
    return "".join(letter for letter in text if letter != " " or chance.random() > 0.1)


def folds(tickets: Sequence[Labelled], seed: int) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """(learned from, judged on), `FOLDS` times: an outage is whole on one side, so is every single matter."""
    chance = random.Random(seed)
    outages = sorted({ticket.matter for ticket in tickets if ticket.matter})
    singles = [ticket for ticket in tickets if not ticket.matter]
    chance.shuffle(outages)
    chance.shuffle(singles)
    for place in range(FOLDS):
        held, alone = set(outages[place::FOLDS]), set(singles[place::FOLDS])
        judged = [ticket for ticket in tickets if ticket.matter in held or ticket in alone]
        yield [ticket for ticket in tickets if ticket.matter not in held and ticket not in alone], judged


def mistakes(model: Model, tickets: Iterable[Labelled]) -> tuple[int, int]:
    """(outage tickets not heard, single matters heard as outages)."""
    missed = wrong = 0
    for ticket in tickets:
        sounds = model.probability(features(ticket.text)) >= 0.5
        missed += bool(ticket.matter) and not sounds
        wrong += not ticket.matter and sounds
    return missed, wrong
