"""Databases that are copied, not migrated anew: one template for all workers and houses of a run.

What every test database starts from is made once, by `manage.py migrate`, and kept under a
digest of everything that migrations are made of; SQLite's in `var/`, PostgreSQL's in the server.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "templates"
# Code and shipped data of every app: a migration may call and read any of it.
SOURCES = ("config", "django_sla", "foundation", "helpdesk", "monitoring", "runbooks", "requirements-dev.txt")
KINDS = {".py", ".csv", ".json", ".yaml", ".txt"}


def fill(url: str) -> None:
    """Make the database at `url`, as it is after `migrate`; it must not be there yet, or be of no use."""
    with alone(url):
        template = the_template(url)
        if is_sqlite(url):
            copy(Path(template), file_of(url))
        else:
            name = url.rsplit("/", 1)[1]
            tell_server(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            tell_server(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def the_template(url: str) -> str:
    """The file, or the name of the database, to copy; made when it is missing."""
    if is_sqlite(url):
        path = KEPT / f"{digest()}.sqlite3"
        if not path.exists():
            for old in KEPT.glob("*.sqlite3*"):
                old.unlink()
            making = path.with_suffix(".making")
            making.unlink(missing_ok=True)
            migrate(f"sqlite:///{making}")
            copy(making, path)
            making.unlink()
        return str(path)
    name = f"template_{digest()}"
    if name not in tell_server(url, "SELECT datname FROM pg_database").split():
        making = f"{name}_making"
        tell_server(url, f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')
        tell_server(url, f'CREATE DATABASE "{making}"')
        migrate(f"{url.rsplit('/', 1)[0]}/{making}")
        tell_server(url, f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)


def copy(source: Path, target: Path) -> None:
    """All pages of a SQLite database into another, also while that one is open; not for keeps, so without sync."""
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target, timeout=20)) as into:
        into.execute("PRAGMA synchronous=OFF")
        from_.backup(into)


def tell_server(url: str, statement: str) -> str:
    """Said to the server in its first database; what it answers, a row a line."""
    command = [servers.program("psql"), f"{url.rsplit('/', 1)[0]}/postgres", "-qAtc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def alone(url: str) -> Iterator[None]:
    """One process at a time: the first makes the template, the others wait for it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{'sqlite' if is_sqlite(url) else 'postgres'}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def digest() -> str:
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(sources()):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def sources() -> Iterator[Path]:
    for place in (ROOT / name for name in SOURCES):
        files = [place] if place.is_file() else place.rglob("*")
        yield from (path for path in files if path.suffix in KINDS and path.is_file())
