"""Rows written by statements that are compiled once.

Filing a ticket inserts nine rows, and the ORM would spend more time on compiling
nine statements, anew for each ticket, than the database on running them. When ten
thousand nodes fall, it would make an object, two signals and a branch of a CASE of each.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from django.db import connection, connections, models

Row = TypeVar("Row", bound=models.Model)

_waiting: ContextVar[list[models.Model] | None] = ContextVar("rows that leave together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Rows handed to `add` in this block are inserted at its end, in their order: one round trip on PostgreSQL.

    Nothing in the block may read them back, and they have their keys only after it. A
    block that raises inserts nothing.
    """
    rows: list[models.Model] = []
    token = _waiting.set(rows)
    try:
        yield
    finally:
        _waiting.reset(token)
    _insert_all(rows)


def add(row: Row) -> Row:
    """As `insert`; within `together` the row leaves with the others and gets its key at the end of the block."""
    waiting = _waiting.get()
    if waiting is None:
        return insert(row)
    waiting.append(row)
    return row


def insert(row: Row) -> Row:
    """Insert `row` as `save(force_insert=True)` would, without signals; its key is filled in.

    Raises the same database errors. Meant for rows without parents or computed columns.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement(type(row), connection.vendor, row.pk is not None), values_of(row))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


def insert_each(row: models.Model, field: str, texts: Iterable[str]) -> None:
    """A copy of `row` for each text, which is its `field`: one statement, and the rest of the row travels once."""
    columns = columns_of(type(row), with_key=False)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    places = ", ".join("each.value" if column.name == field else "%s" for column in columns)
    source = "jsonb_array_elements_text(%s::jsonb)" if connection.vendor == "postgresql" else "json_each(%s)"
    same = [value for column, value in zip(columns, values_of(row), strict=True) if column.name != field]
    into = f"{quote(row._meta.db_table)} ({names})"
    sql = f"INSERT INTO {into} SELECT {places} FROM {source} AS each"  # noqa: S608 - our own names, no values
    with connection.cursor() as cursor:
        cursor.execute(sql, [*same, json.dumps(list(texts))])


def insert_many(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence]) -> None:
    """Insert a row of `model` for each of `rows`, the values of `fields` in order.

    One prepared statement run for all of them. A foreign key is given as the key; a
    field that is not named has its default, the same in every row.
    """
    if not rows:
        return
    columns = columns_of(model, with_key=False)
    given = dict(zip(fields, zip(*rows, strict=True), strict=True))
    wire = connections[connection.alias]  # not the proxy, which looks itself up at each touch
    values = [given.get(column.name) or (column.get_default(),) * len(rows) for column in columns]
    prepared = [_prepared(column, each, wire) for column, each in zip(columns, values, strict=True)]
    with wire.cursor() as cursor:
        cursor.executemany(_insertion(model, wire.vendor, with_key=False), list(zip(*prepared, strict=True)))


def update_many(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence]) -> None:
    """Set `fields` of the rows of `model`; each of `rows` is the values in order, then the key.

    One prepared statement run for all of them: Django's bulk_update writes a CASE with
    a branch a row, which a thousand rows make slow.
    """
    if not rows:
        return
    wire = connections[connection.alias]
    quote = wire.ops.quote_name
    concrete = {column.name: column for column in model._meta.concrete_fields}
    columns = [concrete[name] for name in fields]
    assignments = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    key = quote(str(model._meta.pk.column))
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {key} = %s"  # noqa: S608 - our own names, no values
    *values, keys = zip(*rows, strict=True)
    prepared = [_prepared(column, given, wire) for column, given in zip(columns, values, strict=True)]
    with wire.cursor() as cursor:
        cursor.executemany(sql, list(zip(*prepared, keys, strict=True)))


def _prepared(column: models.Field, values: Sequence, wire) -> list:
    return [column.get_db_prep_save(value, wire) for value in values]


def _insert_all(rows: list[models.Model]) -> None:
    if not _takes_several_statements():
        for row in rows:
            insert(row)
        return
    with connection.cursor() as cursor:
        # Each by itself, because psycopg remembers how to fill in a short statement, but not a long one.
        written = [
            cursor.mogrify(statement(type(row), connection.vendor, row.pk is not None), values_of(row)) for row in rows
        ]
        if written:
            cursor.execute(";\n".join(written))
        for row in rows:
            row.pk = cursor.fetchone()[0]
            row._state.adding, row._state.db = False, connection.alias
            cursor.nextset()


def _takes_several_statements() -> bool:
    """Parameters are filled in on our side, so that several statements may travel in one message."""
    return connection.vendor == "postgresql" and not connection.settings_dict["OPTIONS"].get("server_side_binding")


def values_of(row: models.Model) -> list:
    fields = columns_of(type(row), row.pk is not None)
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]


@cache
def columns_of(model: type[models.Model], with_key: bool) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if with_key or not field.primary_key]


@cache
def statement(model: type[models.Model], vendor: str, with_key: bool) -> str:
    """INSERT … RETURNING the key; `vendor` tells the quotes of one database from another's."""
    key = connection.ops.quote_name(str(model._meta.pk.column))
    return f"{_insertion(model, vendor, with_key)} RETURNING {key}"


@cache
def _insertion(model: type[models.Model], vendor: str, with_key: bool) -> str:
    quote = connection.ops.quote_name
    columns = [str(field.column) for field in columns_of(model, with_key)]
    names, places = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - our own names, no values
