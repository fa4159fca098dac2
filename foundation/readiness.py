"""What is missing for a first incident: parts of the house that say how they stand, each in its own words.

Every context registers its parts when its app is ready (`parts.register`); `config.setup` shows them in
order on a page, in a terminal and as a metric. A part only looks; what has to be tried (an SMS to oneself,
an address on the network) is its `test`, and what came of that is kept as a `SetupProof`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from foundation import now
from foundation.directory.models import Person, SetupProof
from foundation.journal import journal
from foundation.providers import Providers


class Readiness(StrEnum):
    READY = "ready"
    WORTH_A_LOOK = "look"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """How one part stands, in a sentence for the administrator."""

    readiness: Readiness
    sentence: str

    @property
    def is_ready(self) -> bool:
        return self.readiness is Readiness.READY


@dataclass(frozen=True)
class Part:
    """One thing a house needs. `name` is its label in metrics and stays for good; lower `place` comes first.

    `door` is the name of the page where it is put right; `test` tries it for a person (`tests_as` says what
    its button does) and is called with no transaction open.
    """

    name: str
    place: int
    title: object
    look: Callable[[], Finding]
    door: str = ""
    test: Callable[[Person], None] | None = None
    tests_as: object = ""
    before_upgrade: bool = False


parts: Providers[Callable[[], Iterable[Part]]] = Providers()


def ready(sentence: str) -> Finding:
    return Finding(Readiness.READY, sentence)


def worth_a_look(sentence: str) -> Finding:
    return Finding(Readiness.WORTH_A_LOOK, sentence)


def missing(sentence: str) -> Finding:
    return Finding(Readiness.MISSING, sentence)


def proof_of(part: str, *, within: timedelta | None = None) -> SetupProof | None:
    """The last trial of a part; none when it is older than `within`."""
    proofs = SetupProof.objects.filter(part=part)
    return proofs.filter(at__gt=now() - within).first() if within else proofs.first()


def keep_proof(part: str, *, passed: bool, said: str = "", by: Person | None = None) -> SetupProof:
    """Write down what came of a trial; in the caller's transaction, if it has one."""
    values = {"at": now(), "passed": passed, "said": said[:300], "by": by}
    proof, _is_new = SetupProof.objects.update_or_create(part=part, defaults=values)
    journal.record("setup.tried", proof, by=by, part=part, passed=passed)
    return proof
