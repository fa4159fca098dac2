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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from config.database import roles
from foundation import now
from foundation.live import numbering

MANIFEST = "manifest.json"
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


# Everything in a database of ours goes, but for extensions: a dump asks for those only where they are missing.
EMPTY = """
SET client_min_messages = warning;
DO $$
DECLARE gone text;
BEGIN
    FOR gone IN SELECT quote_ident(nspname) FROM pg_namespace
        WHERE nspname <> 'public' AND nspname <> 'information_schema' AND nspname !~ '^pg_' LOOP
        EXECUTE 'DROP SCHEMA ' || gone || ' CASCADE';
    END LOOP;
    FOR gone IN SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
        EXECUTE 'DROP TABLE IF EXISTS ' || gone || ' CASCADE';
    END LOOP;
    FOR gone IN SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
        EXECUTE 'DROP FUNCTION IF EXISTS ' || gone || ' CASCADE';
    END LOOP;
END $$;
"""
VERIFYING = 0x6E6F7665  # "nove": one pack at a time is restored beside ours
# Who owns what and who may what is this house's affair, not the pack's.
AS_OURS = ("--no-owner", "--no-acl", "--no-comments")


class BackupRefused(Exception):
    """It cannot be done; the text says why and what to do."""


class PackIsWrong(BackupRefused):
    """The pack cannot be trusted; the text says what differs."""


def make(folder: Path) -> Path:
    """Write a pack into a new folder below `folder` and return it.

    Readers and writers go on meanwhile: SQLite's online backup, or one snapshot that
    pg_dump and the counting share. A pack that cannot be made whole is gone again; a file that was
    destroyed while it was made (its time was over) is named in the manifest as `left_out`.
    """
    pack = folder / f"nobet-{now():%Y%m%dT%H%M%SZ}"
    pack.mkdir(parents=True, mode=0o700)
    try:
        rows = {"sqlite": copy_sqlite, "postgresql": dump_postgresql}[connection.vendor](pack)
        left_out = copy_media(pack / "media")
        manifest = {"made_at": now().isoformat(), "vendor": connection.vendor, "rows": rows, "sha256": digests(pack)}
        manifest["left_out"] = left_out
        (pack / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    except BaseException:
        shutil.rmtree(pack, ignore_errors=True)
        raise
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
        name, file = str(connection.settings_dict["NAME"]), str(pack / NAMES["postgresql"])
        run_tool("pg_dump", "-Fc", "-d", name, "--no-owner", f"--snapshot={snapshot}", "-f", file)
        return counted(connection.introspection.table_names(), asked(cursor))


def asked(cursor) -> Callable[[str], int]:
    def answer(query: str) -> int:
        cursor.execute(query)
        return cursor.fetchone()[0]

    return answer


def counted(tables: list[str], answer: Callable[[str], int]) -> dict[str, int]:
    """How many rows each table has; `tables` come from the database itself."""
    return {table: answer(f'SELECT count(*) FROM "{table}"') for table in sorted(tables)}  # noqa: S608 - no words of others


def table_names(copy: sqlite3.Connection) -> list[str]:
    tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in tables]


def copy_media(target: Path) -> list[str]:
    """Copy the kept files; returns those that were destroyed meanwhile. Raises where one that is there stays behind."""
    source = Path(settings.MEDIA_ROOT)
    if not source.is_dir():
        target.mkdir()
        return []
    try:
        shutil.copytree(source, target)
    except shutil.Error as error:
        failed = [(Path(name), why) for name, _target, why in error.args[0]]
        for name, why in failed:
            if name.exists():
                raise BackupRefused(_("%(file)s could not be copied: %(why)s") % {"file": name, "why": why}) from None
        return sorted(name.relative_to(source).as_posix() for name, _why in failed)
    return []


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
            raise PackIsWrong(_("%s is missing, added or changed") % name)
    counting = {"sqlite": rows_of_sqlite, "postgresql": rows_of_postgresql}[manifest["vendor"]]
    rows = counting(pack / NAMES[manifest["vendor"]])
    for table in sorted(manifest["rows"].keys() | rows.keys()):
        if manifest["rows"].get(table) != rows.get(table):
            found = {"table": table, "found": rows.get(table), "wanted": manifest["rows"].get(table)}
            raise PackIsWrong(_("%(table)s has %(found)s rows instead of %(wanted)s") % found)
    return rows


def forget(folder: Path, *, days: int) -> int:
    """Throw away packs made more than `days` ago; how many. What has no readable manifest is not ours to judge."""
    old = []
    for manifest in folder.glob(f"nobet-*/{MANIFEST}"):
        made = datetime.fromisoformat(read_manifest(manifest.parent)["made_at"])
        if made < now() - timedelta(days=days):
            old.append(manifest.parent)
    for pack in old:
        shutil.rmtree(pack)
    return len(old)


def read_manifest(pack: Path) -> dict:
    try:
        return json.loads((pack / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PackIsWrong(_("%(pack)s has no readable %(file)s") % {"pack": pack, "file": MANIFEST}) from None


def left_out_of(pack: Path) -> list[str]:
    """Kept files that were destroyed while the pack was made."""
    return read_manifest(pack).get("left_out", [])


def rows_of_sqlite(copy: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as opened:
        state = opened.execute("PRAGMA integrity_check").fetchone()[0]
        if state != "ok":
            raise PackIsWrong(_("the database is damaged: %s") % state)
        return counted(table_names(opened), lambda query: opened.execute(query).fetchone()[0])


def rows_of_postgresql(dump: Path) -> dict[str, int]:
    with a_database_beside_ours() as beside:
        name = str(beside.settings_dict["NAME"])
        run_tool("pg_restore", "-d", name, *AS_OURS, "--exit-on-error", str(dump))
        with beside.cursor() as cursor:
            return counted(beside.introspection.table_names(), asked(cursor))


@contextmanager
def a_database_beside_ours() -> Iterator[BaseDatabaseWrapper]:
    """An empty database called as ours with "_verify": the one the handbook makes, or one made for now.

    A role that may not create databases needs the first; it is emptied before and after.
    """
    ours = str(connection.settings_dict["NAME"])
    with one_at_a_time():
        is_for_now = make_database(f"{ours}_verify")
        beside = connection.copy()
        beside.settings_dict["NAME"] = f"{ours}_verify"
        try:
            empty(beside)
            yield beside
            empty(beside)
        finally:
            beside.close()
            if is_for_now:
                tell(f'DROP DATABASE "{ours}_verify"')


@contextmanager
def one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [VERIFYING])
        if not cursor.fetchone()[0]:
            raise BackupRefused(_("Another pack is being verified; wait for it to end."))
    try:
        yield
    finally:
        tell(f"SELECT pg_advisory_unlock({VERIFYING})")


def make_database(name: str) -> bool:
    """Make it unless it is there; whether it was made. Raises `BackupRefused` with the command that makes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
    try:
        tell(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except ProgrammingError:
        how = f'su postgres -c "createdb -O {connection.settings_dict["USER"]} -E UTF8 -T template0 {name}"'
        raise BackupRefused(_("There is no database to try the pack in. Make it once, as root: %s") % how) from None
    return True


def tell(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def empty(beside: BaseDatabaseWrapper) -> None:
    try:
        with beside.cursor() as cursor:
            cursor.execute(EMPTY)
    except (OperationalError, ProgrammingError) as error:
        raise BackupRefused(
            _("The database for trying packs is not ours to use: %s") % str(error).splitlines()[0]
        ) from None


def restore(pack: Path) -> dict[str, int]:
    """Put a verified pack in the place of our database and files; open pages begin anew.

    No other process may be running. Returns the rows of each table.
    """
    rows = verify(pack)
    manifest = read_manifest(pack)
    if manifest["vendor"] != connection.vendor:
        kinds = {"pack": manifest["vendor"], "ours": connection.vendor}
        raise PackIsWrong(_("the pack is of %(pack)s, our database is %(ours)s") % kinds)
    source = pack / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)
    else:
        with roles.as_owner() as application:
            replace_postgresql(source)
            roles.grant(application)
    put_media_back(pack / "media")
    numbering.begin_era()
    return rows


def replace_postgresql(dump: Path) -> None:
    """Empty our database and fill it from the dump: both or neither."""
    connection.close()
    name = str(connection.settings_dict["NAME"])
    reading = subprocess.Popen(["pg_restore", "-f", "-", *AS_OURS, str(dump)], stdout=subprocess.PIPE)
    writing = subprocess.Popen(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-f", "-"],
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert reading.stdout and writing.stdin and writing.stderr
    with suppress(BrokenPipeError), writing.stdin as into:
        into.write(b"BEGIN;\n" + EMPTY.encode())
        shutil.copyfileobj(reading.stdout, into)
        # A dump that ended early is not committed, but forgotten with its session.
        into.write(b"COMMIT;\n" if reading.wait() == 0 else b"ROLLBACK;\n")
    reading.stdout.close()
    said = writing.stderr.read().decode(errors="replace").strip()
    if writing.wait() or reading.wait():
        raise BackupRefused(_("The database was left as it was: %s") % said[-500:])


def put_media_back(files: Path) -> None:
    """Copy the files to their place; whoever types this, they belong to whom the folder belongs to."""
    target = Path(settings.MEDIA_ROOT)
    shutil.copytree(files, target, dirs_exist_ok=True)
    owner = target.parent.stat() if os.geteuid() == 0 else None
    if owner is not None:
        for path in (target, *target.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def run_tool(tool: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore."""
    try:
        done = subprocess.run([tool, *arguments], env=surroundings(), capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupRefused(_("%s is not installed: apt-get install postgresql-client") % tool) from None
    if done.returncode:
        raise BackupRefused(_("%(tool)s failed: %(why)s") % {"tool": tool, "why": done.stderr.strip()[-500:]})


def surroundings() -> dict[str, str]:
    """How libpq's tools find our server as our role; the password stays off the command line."""
    ours = connection.settings_dict
    return {
        **os.environ,
        "PGHOST": str(ours["HOST"]),
        "PGPORT": str(ours["PORT"] or 5432),
        "PGUSER": str(ours["USER"]),
        "PGPASSWORD": str(ours["PASSWORD"]),
    }
