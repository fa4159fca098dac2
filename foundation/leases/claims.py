"""One winner for each row, on either database."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connections, models, transaction

Row = TypeVar("Row", bound=models.Model)


def take(rows: "models.QuerySet[Row]", limit: int, changes: dict) -> list[Row]:
    """Apply `changes` to up to `limit` of `rows`, in their order, and return those rows.

    Every row goes to exactly one caller. `changes` maps fields to plain values.
    Commits before it returns, unless the caller holds a transaction open.
    """
    with transaction.atomic(using=rows.db):
        taken = lock(rows, limit)
        mark(taken, changes)
    for row in taken:
        for field, value in changes.items():
            setattr(row, field, value)
    return taken


def lock(rows: "models.QuerySet[Row]", limit: int) -> list[Row]:
    """Up to `limit` of `rows`, the caller's alone until its transaction ends.

    PostgreSQL skips what another claim has locked, without waiting. SQLite's write
    transactions are immediate, so that only one claim reads at a time.
    """
    if connections[rows.db].features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(rows[:limit])


def mark(rows: Sequence[Row], changes: dict) -> None:
    """Write `changes` (values or expressions) to rows that the caller has locked."""
    if rows:
        type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).update(**changes)
