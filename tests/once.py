"""Which tests run with one database only, where two runs are made.

Both run what may end differently with them: whatever commits, starts processes or reads what others wrote
(locks, races, kills, sockets); files that themselves speak to a database or await its refusal; those of `DIFFERS`
(raw SQL, upserts, search, JSON, dates, refused rows); and what says `pytest.mark.both("why")`. Of all else half the
files run with SQLite and half with PostgreSQL, the same ones every time; `pytest.mark.once("postgresql", "pages: …")`
chooses, where there is a reason for one of them. Chromium and the Prometheus family are driven with SQLite.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import pytest
from django.test import TestCase, TransactionTestCase

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = ""
LEFT = pytest.StashKey[list[pytest.Item]]()  # of the configuration: what a run leaves to the other
NONE_ASKED = "asks no database"
ROOT = Path(__file__).resolve().parent.parent
# Of sixteen files, how many run with SQLite: with PostgreSQL the same costs more.
SHARE_OF_SQLITE = 9
COMMITTING = {"transactional_db", "live_server", "django_db_serialized_rollback"}
# What our own code asks of a database in words of that database.
IN_ITS_OWN_WORDS = re.compile(
    r"connections?(?:\[[^\]]*\])?\.(?:cursor\(|vendor|features)|RawSQL|\.raw\(|\.extra\(|\bCollate\("
)
OURS = ("config", "django_sla", "foundation", "helpdesk", "monitoring", "runbooks")
# Module, or what it is that differs → files whose tests run with both.
DIFFERS: dict[str, tuple[str, ...]] = {
    "config/database/backups.py": ("config/test_backups.py",),
    "config/database/roles.py": ("config/test_two_roles.py",),
    "config/health.py": ("config/test_setup.py",),
    "config/setup/parts.py": ("config/test_setup.py",),
    "django_sla/bulk.py": ("django_sla/test_clocks.py", "django_sla/test_recalculation.py"),
    "django_sla/rejudgement.py": ("django_sla/test_rejudgement.py",),
    "django_sla/sweep.py": ("django_sla/test_sweep.py",),
    "foundation/leases/claims.py": ("foundation/leases/test_leases.py",),
    "foundation/live/numbering.py": ("foundation/live/test_numbering.py",),
    "foundation/locks.py": ("test_locks.py",),
    "foundation/outbox/delivery/ledger.py": ("foundation/outbox/test_ledger.py", "foundation/outbox/test_delivery.py"),
    "foundation/outbox/models/batch.py": ("foundation/outbox/test_handing_in.py",),
    "foundation/rows.py": ("foundation/test_rows.py",),
    "helpdesk/models/ticket.py": ("helpdesk/test_races.py", "helpdesk/test_tickets.py"),
    "helpdesk/search/bounds.py": ("helpdesk/test_search.py",),
    "helpdesk/search/finding.py": ("helpdesk/test_search.py", "helpdesk/test_search_pages.py"),
    "helpdesk/search/index.py": ("helpdesk/test_search.py",),
    "helpdesk/service_levels/ticket_clocks.py": ("helpdesk/test_ticket_clocks.py",),
    "helpdesk/tickets/counters.py": ("helpdesk/test_counters.py", "helpdesk/test_races.py"),
    "monitoring/history/partitions.py": ("monitoring/test_history.py",),
    "a row that is there already": (
        "foundation/directory/test_demo.py",
        "foundation/outbox/test_receipts.py",
        "foundation/outbox/test_webhooks.py",
        "helpdesk/test_teams.py",
        "monitoring/test_correlation.py",
        "monitoring/test_gaps.py",
        "runbooks/test_outage_panel.py",
        "runbooks/test_paging.py",
    ),
    "a row that is refused, in the middle of a transaction": (
        "foundation/wire/test_sentry.py",
        "runbooks/rotas/test_shifts.py",
        "runbooks/test_approval.py",
        "runbooks/test_endpoints.py",
        "runbooks/test_plans.py",
        "runbooks/test_pre_approvals.py",
        "runbooks/test_runs.py",
        "runbooks/test_scenario.py",
    ),
    "dates": ("helpdesk/test_reports.py", "helpdesk/test_staffing.py", "monitoring/test_status.py"),
    "JSON": ("helpdesk/test_agreements.py", "monitoring/test_own_state.py", "runbooks/test_pages.py"),
    "search, folding and order": (
        "cases/test_reached_or_said_so.py",
        "cases/test_what_people_type.py",
        "config/test_as_code.py",
        "foundation/accounts/test_pages.py",
        "foundation/directory/test_register.py",
        "foundation/language/test_collation.py",
        "foundation/outbox/test_mail_and_metrics.py",
        "helpdesk/test_knowledge.py",
        "helpdesk/test_pages.py",
        "monitoring/test_registry_pages.py",
        "runbooks/test_board.py",
        "test_order.py",
        "test_retention.py",
    ),
}


def is_left_to_the_other(item: pytest.Item, vendor: str) -> bool:
    """Where two runs are made, one with each database."""
    return home(item) not in (BOTH, vendor)


def home(item: pytest.Item) -> str:
    """The one database of a test; empty when it runs with both."""
    mark = item.get_closest_marker("once")
    if mark:
        return chosen(item, mark)
    if item.get_closest_marker("browser") or item.get_closest_marker("prometheus"):
        return SQLITE
    return BOTH if differs(item) else half(name_of(item))


def chosen(item: pytest.Item, mark: pytest.Mark) -> str:
    database, why = mark.args if len(mark.args) == 2 else ("", "")
    if database not in (SQLITE, POSTGRESQL) or not why:
        raise pytest.UsageError(f"{item.nodeid}: once(database, why) names sqlite or postgresql and a reason")
    if why.startswith(NONE_ASKED) and may_ask(item):
        raise pytest.UsageError(f"{item.nodeid}: says that it {NONE_ASKED}, and may")
    return database


def differs(item: pytest.Item) -> bool:
    """Whether the two databases may answer it differently."""
    said = item.get_closest_marker("both") or item.get_closest_marker("processes")
    return bool(said) or commits(item) or name_of(item) in with_both() or asks_directly(name_of(item))


@cache
def with_both() -> set[str]:
    return {file for files in DIFFERS.values() for file in files}


@cache
def asks_directly(file: str) -> bool:
    words = (ROOT / "tests" / file).read_text(encoding="utf-8")
    return bool(IN_ITS_OWN_WORDS.search(words)) or "IntegrityError" in words


def commits(item: pytest.Item) -> bool:
    mark, kind = item.get_closest_marker("django_db"), getattr(item, "cls", None)
    really = bool(kind and issubclass(kind, TransactionTestCase) and not issubclass(kind, TestCase))
    return really or bool(mark and mark.kwargs.get("transaction")) or not COMMITTING.isdisjoint(fixtures_of(item))


def fixtures_of(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def may_ask(item: pytest.Item) -> bool:
    """Everybody else is kept from it by pytest-django."""
    kind = getattr(item, "cls", None)
    return item.get_closest_marker("django_db") is not None or bool(kind and issubclass(kind, TransactionTestCase))


def name_of(item: pytest.Item) -> str:
    """Of its file, within this folder."""
    return item.nodeid.partition("::")[0].removeprefix("tests/")


def half(file: str) -> str:
    """Always the same for a file of this name: fixtures of a module are made once."""
    return SQLITE if hashlib.sha256(file.encode()).digest()[0] % 16 < SHARE_OF_SQLITE else POSTGRESQL


def in_their_own_words() -> set[str]:
    """The modules of the house that speak to a database in its own words."""
    found = (path for app in OURS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)) for path in found if IN_ITS_OWN_WORDS.search(path.read_text(encoding="utf-8"))}
