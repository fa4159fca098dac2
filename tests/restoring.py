"""After a test that commits the database is as migrations left it, with what they planted.

Django's flush would empty every table and plant only in part: whoever came next found less
than a migrated database has, and waited for some hundred and thirty statements.
"""

from collections.abc import Callable
from pathlib import Path

from django.db import connection, transaction

from tests import templates
from tests.standins.workers import database_url

TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"""
COLUMNS = """SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"""
PRINT = "(SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) FROM {} r)"


def after_commits() -> Callable:
    """What takes the place of `TransactionTestCase._fixture_teardown`; called while the database is fresh."""
    if connection.vendor == "sqlite":
        return lambda _case: templates.copy(Path(templates.the_template(database_url())), Path(database_name()))
    planted = Planted()
    return lambda _case: planted.restore()


def database_name() -> str:
    return connection.settings_dict["NAME"]


class Planted:
    """PostgreSQL: the rows of a fresh database, kept in a schema beside it."""

    def __init__(self):
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            tables = [quoted(name) for (name,) in cursor.fetchall()]
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))
            self.columns = {name: "" for (name,) in cursor.fetchall()}
            cursor.execute("CREATE SCHEMA planted")
            for name in self.columns:
                cursor.execute(COLUMNS, [name.strip('"')])
                self.columns[name] = ", ".join(quoted(column) for (column,) in cursor.fetchall())
                cursor.execute(f"CREATE TABLE planted.{name} AS TABLE {name}")
        self.changed = " UNION ALL ".join(self.is_changed(name) for name in tables)

    def is_changed(self, name: str) -> str:
        if name not in self.columns:
            return f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})"
        return f"SELECT '{name}' WHERE {PRINT.format(name)} IS DISTINCT FROM {PRINT.format(f'planted.{name}')}"

    def restore(self) -> None:
        """Only what is not as it was; without triggers, which forbid some of it to everybody."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(self.changed)
            for (name,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {name}")
                if columns := self.columns.get(name):
                    cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM planted.{name}")


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
