"""1,000 nights (ten in `bin/test`): nobody skipped, nobody paged twice for a step, each ladder comes to its end.

Prints its seed. `bin/prove nights` plays them all, `bin/bench paging` measures them.
"""

import random
from collections import Counter

import pytest

from tests import proofs
from tests.proofs import _nights

pytestmark = [pytest.mark.long(40), pytest.mark.django_db]
WHOLE = 1000
NIGHTS = WHOLE if proofs.sized(WHOLE) == WHOLE else 10  # each takes half a second of processor time


def test_every_night_comes_to_its_end_whoever_dies_in_it():
    seed = proofs.seed()
    dice, watch = random.Random(seed), _nights.people()
    nights = [_nights.play(watch, dice) for _night in range(NIGHTS)]
    ends = sum((night.ends for night in nights), Counter())
    print(f"{NIGHTS} nights, {sum(night.kills for night in nights)} kills, ends {dict(ends)}")
    assert [fault for night in nights for fault in night.faults] == []
    assert ends and set(ends) <= {"taken", "unanswered"}
    assert len(ends) == 2 or NIGHTS < WHOLE  # ten nights may all find somebody awake
    assert sum(night.kills for night in nights) > NIGHTS
