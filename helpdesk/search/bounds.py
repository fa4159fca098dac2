"""No question may hold a database for long: the statement is broken off, and whoever asked is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal

SECONDS = 1.5
_STEPS = 20_000  # of SQLite's machine between two looks at the clock


class SearchTooBroad(Refusal):
    sentence = _("This search takes too long. Please add a word, or a day such as açılış:>2026-11-01.")
    status = 422


@contextmanager
def at_most(seconds: float = SECONDS) -> Iterator[None]:
    """Statements of this block are broken off after so long (`SearchTooBroad`)."""
    bound = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    try:
        with bound(seconds):
            yield
    except OperationalError as error:
        if not _was_broken_off(error):
            raise
        raise SearchTooBroad from error


def _was_broken_off(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "57014" or str(error) == "interrupted"


@contextmanager
def _on_postgresql(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        yield
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")


@contextmanager
def _on_sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    wire, until = connection.connection, monotonic() + seconds
    wire.set_progress_handler(lambda: monotonic() > until, _STEPS)
    try:
        yield
    finally:
        wire.set_progress_handler(None, 0)
