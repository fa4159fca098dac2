"""Which tests run with one database only; whoever says nothing runs with both.

`pytestmark = pytest.mark.once("postgresql", "pages: …")` says with which, and why the other could not
tell anything else. It is no place for raw SQL, locks, constraints, time, JSON, search, kills, sockets
or Redis. Chromium and the Prometheus family are driven with SQLite.
"""

import pytest

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def is_left_to_the_other(item: pytest.Item, vendor: str) -> bool:
    """Where two runs are made, one with each database."""
    return home(item) not in ("", vendor)


def home(item: pytest.Item) -> str:
    """The one database of a test; empty when it runs with both."""
    mark = item.get_closest_marker("once")
    if not mark:
        return SQLITE if item.get_closest_marker("browser") or item.get_closest_marker("prometheus") else ""
    if len(mark.args) != 2 or mark.args[0] not in (SQLITE, POSTGRESQL) or not mark.args[1]:
        raise pytest.UsageError(f"{item.nodeid}: once(database, why) names sqlite or postgresql and a reason")
    return mark.args[0]
