"""The roles that the handbook makes can migrate, back up, prove and restore; the application's cannot forge."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.front import ROOT

pytestmark = [pytest.mark.once("sqlite", "has a PostgreSQL server of its own"), pytest.mark.long(60)]

HANDBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
PSQL = re.compile(r"su postgres -c (?:psql|'psql (?P<database>\w+)') <<'SQL'\n(?P<sql>.*?)\n *SQL\n", re.DOTALL)


@dataclass(frozen=True)
class Installation:
    """What stands in /etc/nobet of a machine, and a server with the roles that the handbook makes."""

    folder: Path
    server: str  # postgres://postgres@127.0.0.1:port
    database: str = "nobet"

    def types(self, *words: str, fails: bool = False) -> str:
        """`nobet WORD …`; what it printed, or with `fails` what it said."""
        environment = {**os.environ, "NOBET_ENVIRONMENT": str(self.folder / "environment")}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run([ROOT / "bin/nobet", *words], env=environment, capture_output=True, text=True)
        assert bool(done.returncode) == fails, done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        return done.stderr if fails else done.stdout

    def address(self, role: str) -> str:
        return self.server.replace("postgres@", f"{role}@") + f"/{self.database}"

    def settle(self, **owner: str) -> None:
        """Write the two files of step 4."""
        media = self.folder / "media"
        media.mkdir(exist_ok=True)
        lines = [f"DATABASE_URL={self.address('nobet')}", f'MEDIA_ROOT="{media}"', "LOG_LEVEL=ERROR"]
        (self.folder / "environment").write_text("\n".join(lines) + "\n")
        (self.folder / "owner").write_text("".join(f"{name}={value}\n" for name, value in owner.items()))

    def as_role(self, role: str) -> psycopg.Connection:
        return psycopg.connect(self.address(role), autocommit=True)


def statements(number: int) -> tuple[str, str]:
    """(database, SQL) of the handbook's psql block of this number."""
    block = list(PSQL.finditer(HANDBOOK))[number]
    return block["database"] or "postgres", re.sub(r"^ +", "", block["sql"], flags=re.MULTILINE)


def tell(server: str, database: str, sql: str) -> None:
    words = [servers.program("psql"), f"{server}/{database}", "-qX", "-v", "ON_ERROR_STOP=1"]
    subprocess.run(words, input=sql, text=True, check=True, capture_output=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("etc-nobet")
    with servers.postgres("postgres", superuser="postgres") as url:
        server = url.rsplit("/", 1)[0]
        tell(server, *statements(0))
        installed = Installation(folder, server)
        installed.settle(DATABASE_OWNER_URL=installed.address("nobet_owner"))
        installed.types("migrate", "--verbosity", "0")
        yield installed


@pytest.fixture(scope="module")
def pack(house):
    (house.folder / "media" / "belge").write_bytes(b"makbuz")
    house.types("create_platform_admin", "ilk@example.org", "İlk Yönetici", "--link")
    return house.types("backup", str(house.folder / "packs")).strip()


def test_the_pack_is_proved_without_the_right_to_create_databases(house, pack):
    said = house.types("restore", pack, "--verify")
    assert re.match(r"verified: \d+ tables, \d+ rows", said)
    assert house.types("restore", pack, "--verify") == said


def test_what_was_lost_comes_back_and_the_application_works_on(house, pack):
    with house.as_role("nobet_owner") as owner:
        owner.execute("DELETE FROM journal_personaltext")
        owner.execute("DELETE FROM directory_membership")
        owner.execute("CREATE TABLE of_a_later_version (person bigint REFERENCES directory_person)")
    (house.folder / "media" / "belge").unlink()
    assert house.types("restore", pack, "--replace").startswith("restored: ")
    with house.as_role("nobet") as application:
        assert application.execute("SELECT count(*) FROM directory_membership").fetchone() == (1,)
        assert application.execute("SELECT to_regclass('of_a_later_version')").fetchone() == (None,)
    assert (house.folder / "media" / "belge").read_bytes() == b"makbuz"
    house.types("sweep", "--once", "--only", "journal.seal")
    house.types("audit_verify")


def test_a_damaged_dump_changes_nothing(house, pack):
    with house.as_role("nobet") as application:
        before = application.execute("SELECT count(*) FROM directory_person").fetchone()
    dump = Path(pack) / "database.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) // 2])
    assert "database.dump" in house.types("restore", pack, "--replace", fails=True)
    dump.write_bytes(whole)
    with house.as_role("nobet") as application:
        assert application.execute("SELECT count(*) FROM directory_person").fetchone() == before


FORGERIES = [
    "UPDATE journal_entry SET facts = '{}'",
    "UPDATE journal_entry SET at = now()",
    "DELETE FROM journal_entry",
    "TRUNCATE journal_entry CASCADE",
    "UPDATE journal_entry SET position = NULL, digest = '' WHERE position IS NOT NULL",
    "UPDATE journal_entry SET digest = repeat('0', 64) WHERE position IS NOT NULL",
    "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
    "ALTER TABLE journal_entry DROP COLUMN facts",
    "ALTER TABLE journal_entry OWNER TO nobet",
    "DROP TABLE journal_entry CASCADE",
    "DROP TRIGGER entry_is_sealed ON journal_entry",
    "CREATE OR REPLACE FUNCTION journal_entry_is_sealed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER mine BEFORE INSERT ON journal_entry EXECUTE FUNCTION journal_entry_is_sealed()",
    "CREATE RULE mine AS ON INSERT TO journal_entry DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "DELETE FROM journal_head",
    "TRUNCATE journal_head",
    "UPDATE journal_personaltext SET text = 'başka'",
    "TRUNCATE journal_personaltext",
    "UPDATE django_migrations SET applied = now()",
    "CREATE TABLE mine (id int)",
    "GRANT UPDATE ON journal_entry TO nobet",
    "SET ROLE nobet_owner",
    "SELECT monitoring_drop_partition('monitoring_hour', 'journal_entry')",
    "SELECT monitoring_make_partition('journal_entry', 'journal_entry_20260101', now(), now())",
]


@pytest.fixture(scope="module")
def sealed(house, pack):
    house.types("sweep", "--once", "--only", "journal.seal")


def has_no_more(application: psycopg.Connection) -> bool:
    asked = "SELECT has_table_privilege('journal_entry', 'UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')"
    return application.execute(asked).fetchone() == (False,)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_application_cannot_rewrite_the_record(house, sealed, forgery):
    with house.as_role("nobet") as application, pytest.raises(psycopg.Error):
        assert application.execute("SELECT count(*) FROM journal_entry WHERE position IS NOT NULL").fetchone() > (0,)
        if application.execute(forgery).rowcount <= 0 and has_no_more(application):
            raise psycopg.errors.InsufficientPrivilege(forgery)  # GRANT only warns


def test_the_application_has_its_partitions_made_and_dropped(house):
    day = "2026-03-02"
    with house.as_role("nobet") as application:
        name = "monitoring_rawhour_20260302"
        asked = ["monitoring_rawhour", name, f"{day} 00:00+00", "2026-03-09 00:00+00"]
        for _twice in range(2):
            application.execute("SELECT monitoring_make_partition(%s, %s, %s, %s)", asked)
        assert application.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone() == (True,)
        application.execute("SELECT monitoring_drop_partition(%s, %s)", asked[:2])
        assert application.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,)


def test_without_the_owner_nobody_migrates_and_it_is_said(house):
    owner = (house.folder / "owner").read_text()
    (house.folder / "owner").write_text("")
    try:
        assert "nobet migrate" in house.types("migrate", "runbooks", "zero", fails=True)
    finally:
        (house.folder / "owner").write_text(owner)


def test_two_databases_are_no_house(house):
    owner = (house.folder / "owner").read_text()
    (house.folder / "owner").write_text(owner.replace("/nobet\n", "/postgres\n"))
    try:
        assert "DATABASE_OWNER_URL" in house.types("migrate", fails=True)
    finally:
        (house.folder / "owner").write_text(owner)


def test_a_missing_database_for_trying_is_named_with_the_command_that_makes_it(house, pack):
    tell(house.server, "postgres", "ALTER DATABASE nobet_verify RENAME TO elsewhere")
    try:
        assert "createdb -O nobet -E UTF8 -T template0 nobet_verify" in house.types(
            "restore", pack, "--verify", fails=True
        )
    finally:
        tell(house.server, "postgres", "ALTER DATABASE elsewhere RENAME TO nobet_verify")


def test_a_house_of_one_role_becomes_one_of_two(tmp_path):
    with servers.postgres("postgres", superuser="postgres") as url:
        server = url.rsplit("/", 1)[0]
        before = "CREATE ROLE nobet LOGIN CREATEDB; CREATE DATABASE nobet OWNER nobet TEMPLATE template0;"
        for statement in before.split(";")[:2]:
            tell(server, "postgres", statement)
        house = Installation(tmp_path, server)
        house.settle()
        house.types("migrate", "--verbosity", "0")
        pack = house.types("backup", str(tmp_path)).strip()
        assert house.types("restore", pack, "--verify").startswith("verified: ")  # it may create databases
        tell(server, *statements(1))
        house.settle(DATABASE_OWNER_URL=house.address("nobet_owner"))
        house.types("migrate", "--verbosity", "0")
        assert house.types("restore", pack, "--replace").startswith("restored: ")
        with house.as_role("nobet") as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM journal_entry")
