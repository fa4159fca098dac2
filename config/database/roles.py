"""Two roles on PostgreSQL: an owner that migrates and restores, and the application, which may not rewrite the record.

The application's role is the user of DATABASE_URL. DATABASE_OWNER_URL names the owner of the
tables; it is given to `migrate` and `restore` alone (`bin/nobet` reads it from /etc/nobet/owner),
never to a process that strangers can reach. Without it one role does everything, as on a
machine of one's own. Why it is so: docs/decisions/0178.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from monitoring.history import partitions

# What the application may do with each table of the record; with every other table it reads, adds, changes, deletes.
RECORD = {
    "journal_entry": ("SELECT", "INSERT", "UPDATE (position, digest)"),
    "journal_head": ("SELECT", "INSERT", "UPDATE (position, digest)"),
    "journal_personaltext": ("SELECT", "INSERT", "DELETE"),
    "django_migrations": ("SELECT",),
}


class RolesAreWrong(Exception):
    """The two addresses do not belong together; the text says what differs."""


@contextmanager
def as_owner() -> Iterator[str]:
    """The connection is the owner's, if there is one of its own, and the application's again afterwards.

    Gives the name of the application's role for `grant`; nothing where one role does everything.
    """
    if not settings.DATABASE_OWNER_URL or connection.vendor != "postgresql":
        yield ""
        return
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    ours = connection.settings_dict
    if owner.get("NAME") != ours["NAME"]:
        raise RolesAreWrong(_("DATABASE_OWNER_URL and DATABASE_URL name two different databases."))
    before = {name: ours[name] for name in ("USER", "PASSWORD")}
    try:
        become({name: owner.get(name, "") for name in before})
        yield str(before["USER"])
    finally:
        become(before)


def become(role: dict[str, str]) -> None:
    connection.close()
    connection.settings_dict.update(role)


def grant(application: str) -> None:
    """Give this role what the application needs and no more; called as the owner, after the tables have changed."""
    if not application:
        return
    with connection.cursor() as cursor:
        for statement in grants(connection.ops.quote_name(application)):
            cursor.execute(statement)


def grants(role: str) -> Iterator[str]:
    """Statements that can be said again; `role` is quoted."""
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table, privileges in RECORD.items():
        yield f"REVOKE ALL ON {table} FROM PUBLIC, {role}"
        yield f"GRANT {', '.join(privileges)} ON {table} TO {role}"
    for function in partitions.FUNCTIONS:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {role}"
