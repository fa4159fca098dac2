"""One decision about outages at a time, whichever process has it."""

from django.db import connection

OUTAGES = 0x6F757467  # "outg"; each lock of the house has a number of its own


def hold(number: int = OUTAGES) -> None:
    """Wait for the lock and keep it to the end of the transaction. SQLite's immediate transactions are one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
