"""A turn that one process at a time takes, until its transaction ends: PostgreSQL's advisory locks.

On SQLite every write transaction begins immediate, which is the turn. Each use has a
number of its own, the same in every process.
"""

from django.db import connection


def hold(number: int) -> None:
    """Wait for the turn and keep it to the end of the transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def take(number: int) -> bool:
    """The turn if it is free, kept to the end of the transaction; False, without waiting, if another has it."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return cursor.fetchone()[0]
