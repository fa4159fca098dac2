"""Backups that prove themselves: database, files, and a manifest that says what must be in them.

A pack is a folder: `database.sqlite3` or `database.dump`, `media/`, `manifest.json`.
The database is copied first: every file it names was written before its row.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from foundation import now
from foundation.live import numbering

MANIFEST = "manifest.json"
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class PackIsWrong(Exception):
    """The pack cannot be trusted; the text says what differs."""


def make(folder: Path) -> Path:
    """Write a pack into a new folder below `folder` and return it.

    Readers and writers go on meanwhile: SQLite's online backup, or one snapshot that
    pg_dump and the counting share.
    """
    pack = folder / f"nobet-{now():%Y%m%dT%H%M%SZ}"
    pack.mkdir(parents=True, mode=0o700)
    rows = {"sqlite": copy_sqlite, "postgresql": dump_postgresql}[connection.vendor](pack)
    copy_media(pack / "media")
    manifest = {"made_at": now().isoformat(), "vendor": connection.vendor, "rows": rows, "sha256": digests(pack)}
    (pack / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return pack


def copy_sqlite(pack: Path) -> dict[str, int]:
    connection.ensure_connection()
    with closing(sqlite3.connect(pack / NAMES["sqlite"])) as copy:
        connection.connection.backup(copy, pages=1000)
        return counted(table_names(copy), lambda query: copy.execute(query).fetchone()[0])


def dump_postgresql(pack: Path) -> dict[str, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run_tool("pg_dump", "-Fc", "--no-owner", f"--snapshot={snapshot}", "-f", str(pack / NAMES["postgresql"]))
        return counted(connection.introspection.table_names(), asked(cursor))


def asked(cursor) -> Callable[[str], int]:
    def answer(query: str) -> int:
        cursor.execute(query)
        return cursor.fetchone()[0]

    return answer


def counted(tables: list[str], answer: Callable[[str], int]) -> dict[str, int]:
    """How many rows each table has; `tables` come from the database itself."""
    return {table: answer(f'SELECT count(*) FROM "{table}"') for table in sorted(tables)}  # noqa: S608


def table_names(copy: sqlite3.Connection) -> list[str]:
    tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in tables]


def copy_media(target: Path) -> None:
    source = Path(settings.MEDIA_ROOT)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.mkdir()


def digests(pack: Path) -> dict[str, str]:
    """SHA-256 of each file of a pack but its manifest, by relative path."""
    digest_of = {}
    for path in sorted(pack.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                digest_of[path.relative_to(pack).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return digest_of


def verify(pack: Path) -> dict[str, int]:
    """Prove a pack: every hash, then the database restored beside ours and its rows counted.

    Returns the rows of each table. Raises `PackIsWrong`; touches nothing of ours.
    """
    manifest = read_manifest(pack)
    digest_of = digests(pack)
    for name in sorted(manifest["sha256"].keys() | digest_of.keys()):
        if manifest["sha256"].get(name) != digest_of.get(name):
            raise PackIsWrong(f"{name} is missing, added or changed")
    counting = {"sqlite": rows_of_sqlite, "postgresql": rows_of_postgresql}[manifest["vendor"]]
    rows = counting(pack / NAMES[manifest["vendor"]])
    for table in sorted(manifest["rows"].keys() | rows.keys()):
        if manifest["rows"].get(table) != rows.get(table):
            raise PackIsWrong(f"{table} has {rows.get(table)} rows instead of {manifest['rows'].get(table)}")
    return rows


def read_manifest(pack: Path) -> dict:
    try:
        return json.loads((pack / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PackIsWrong(f"{pack} has no readable {MANIFEST}") from None


def rows_of_sqlite(copy: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as opened:
        state = opened.execute("PRAGMA integrity_check").fetchone()[0]
        if state != "ok":
            raise PackIsWrong(f"the database is damaged: {state}")
        return counted(table_names(opened), lambda query: opened.execute(query).fetchone()[0])


def rows_of_postgresql(dump: Path) -> dict[str, int]:
    with a_database_beside_ours() as name:
        run_tool("pg_restore", "--no-owner", "--exit-on-error", str(dump), into=name)
        beside = connection.copy()
        beside.settings_dict["NAME"] = name
        try:
            with beside.cursor() as cursor:
                return counted(beside.introspection.table_names(), asked(cursor))
        finally:
            beside.close()


@contextmanager
def a_database_beside_ours() -> Iterator[str]:
    name = f"nobet_verify_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def restore(pack: Path) -> dict[str, int]:
    """Put a verified pack in the place of our database and files; open pages begin anew.

    No other process may be running. Returns the rows of each table.
    """
    rows = verify(pack)
    manifest = read_manifest(pack)
    if manifest["vendor"] != connection.vendor:
        raise PackIsWrong(f"the pack is of {manifest['vendor']}, our database is {connection.vendor}")
    source = pack / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)
    else:
        connection.close()
        run_tool("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(source), into=None)
    shutil.copytree(pack / "media", settings.MEDIA_ROOT, dirs_exist_ok=True)
    numbering.begin_era()
    return rows


def run_tool(tool: str, *arguments: str, into: str | None = None) -> None:
    """Run pg_dump or pg_restore on our database, or on `into`; the password stays off the command line."""
    ours = connection.settings_dict
    surroundings = {
        **os.environ,
        "PGHOST": str(ours["HOST"]),
        "PGPORT": str(ours["PORT"] or 5432),
        "PGUSER": str(ours["USER"]),
        "PGPASSWORD": str(ours["PASSWORD"]),
    }
    target = ["-d", into or str(ours["NAME"])]
    done = subprocess.run([tool, *target, *arguments], env=surroundings, capture_output=True, text=True)
    if done.returncode:
        raise PackIsWrong(f"{tool} failed: {done.stderr.strip()[-500:]}")
