"""Many small updates in one round trip: the prober's hot rows."""

from collections.abc import Sequence

from django.db import connection, connections, models


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence]) -> None:
    """Set `fields` of the rows of `model`; each row is the values in order, then the key.

    One prepared statement run for all of them: Django's bulk_update writes a CASE with
    a branch a row, which a thousand rows make slow.
    """
    if not rows:
        return
    wire = connections[connection.alias]  # not the proxy, which looks itself up at each touch
    quote = wire.ops.quote_name
    concrete = {column.name: column for column in model._meta.concrete_fields}
    columns = [concrete[name] for name in fields]
    assignments = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    key = quote(str(model._meta.pk.column))
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {key} = %s"  # noqa: S608
    *values, keys = zip(*rows, strict=True)
    prepared = [
        [column.get_db_prep_save(value, wire) for value in given] for column, given in zip(columns, values, strict=True)
    ]
    with wire.cursor() as cursor:
        cursor.executemany(sql, list(zip(*prepared, keys, strict=True)))
