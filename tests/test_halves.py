"""No test runs nowhere, and what the databases may answer differently runs with both (`tests/once.py`)."""

import pytest

from tests import once
from tests.proofs import plant

VENDORS = {plant.SQLITE: once.SQLITE, plant.POSTGRES: once.POSTGRESQL}

pytestmark = pytest.mark.both("is about either run")


@pytest.fixture
def collected(request) -> list[pytest.Item]:
    """All tests that were found, also those that this run leaves to the other."""
    return [*request.session.items, *request.config.stash[once.LEFT]]


def test_every_test_runs_with_at_least_one_database(collected):
    for item in collected:
        assert not all(once.is_left_to_the_other(item, vendor) for vendor in (once.SQLITE, once.POSTGRESQL)), item


def test_what_speaks_to_a_database_in_its_own_words_has_tests_with_both():
    modules = {name for name in once.DIFFERS if name.endswith(".py")}
    assert once.in_their_own_words() == modules
    assert [file for file in once.with_both() if not (once.ROOT / "tests" / file).is_file()] == []


def test_a_file_that_has_to_run_with_both_is_not_marked_away(collected):
    """A single test of it may be: whoever marks that one has looked at it."""
    here = [item for item in collected if once.name_of(item) in once.with_both() and once.may_ask(item)]
    left = [item.nodeid for item in here if once.home(item) != once.BOTH]
    marked = {item.nodeid for item in here if any(mark.name == "once" for mark in item.own_markers)}
    assert [node for node in left if node not in marked] == []


def test_each_half_is_about_a_half():
    files = [str(path.relative_to(once.ROOT / "tests")) for path in (once.ROOT / "tests").rglob("test_*.py")]
    with_sqlite = sum(once.half(file) == once.SQLITE for file in files)
    assert 0.35 < with_sqlite / len(files) < 0.75


def test_whoever_finds_a_planted_fault_runs_on_its_database(collected):
    homes = {item.nodeid: once.home(item) for item in collected}
    for fault in plant.faults():
        found = [homes[node] for node in homes for named in fault.by if plant.is_of(named, node)]
        assert not found or any(one in (once.BOTH, VENDORS[fault.vendor]) for one in found), fault.id
