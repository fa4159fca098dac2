"""The planter's list keeps up with the tree; that each fault is found is `bin/prove plant`."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.proofs import plant

pytestmark = pytest.mark.once("sqlite", "files of the tree")


def test_there_are_sixty_of_them():
    faults = plant.faults()
    assert Counter(fault.kind for fault in faults) == plant.KINDS
    assert len({fault.id for fault in faults}) == len({(fault.file, fault.old, fault.new) for fault in faults}) == 60


@pytest.mark.parametrize("fault", plant.faults(), ids=lambda fault: fault.id)
def test_the_place_to_plant_it_is_still_there_once(fault):
    assert fault.occurrences() == 1
    assert fault.old != fault.new
    assert fault.vendor in (plant.SQLITE, plant.POSTGRES)


@pytest.mark.parametrize("node", sorted({node for fault in plant.faults() for node in fault.by}))
def test_who_finds_it_is_still_there(node):
    file, *names = node.split("::")
    place = ast.parse((plant.ROOT / file).read_text(encoding="utf-8"))
    for name in names:
        place = next(one for one in place.body if getattr(one, "name", "") == name)
    assert Path(file).name.startswith("test_")
