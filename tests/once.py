"""Which tests run with one database only; whoever says nothing runs with both.

`pytestmark = pytest.mark.once("postgresql", "pages: …")` says with which, and why the other could not
tell anything else. It is no place for raw SQL, locks, constraints, time, JSON, search, kills, sockets
or Redis. Chromium and the Prometheus family are driven with SQLite.
"""

import pytest
from django.test import TransactionTestCase

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NONE_ASKED = "asks no database"


def is_left_to_the_other(item: pytest.Item, vendor: str) -> bool:
    """Where two runs are made, one with each database."""
    return home(item) not in ("", vendor)


def home(item: pytest.Item) -> str:
    """The one database of a test; empty when it runs with both."""
    mark = item.get_closest_marker("once")
    if not mark:
        return SQLITE if item.get_closest_marker("browser") or item.get_closest_marker("prometheus") else ""
    database, why = mark.args if len(mark.args) == 2 else ("", "")
    if database not in (SQLITE, POSTGRESQL) or not why:
        raise pytest.UsageError(f"{item.nodeid}: once(database, why) names sqlite or postgresql and a reason")
    if why.startswith(NONE_ASKED) and may_ask(item):
        raise pytest.UsageError(f"{item.nodeid}: says that it {NONE_ASKED}, and may")
    return database


def may_ask(item: pytest.Item) -> bool:
    """Everybody else is kept from it by pytest-django."""
    kind = getattr(item, "cls", None)
    return item.get_closest_marker("django_db") is not None or bool(kind and issubclass(kind, TransactionTestCase))
