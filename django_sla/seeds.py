"""The first calendars and policies: what domain experts proposed, ready to be edited.

Planted once into an empty database after `migrate`; afterwards the tables belong to
the people who edit them and nothing here is applied again.
"""

from datetime import UTC, date, datetime

from django.db import connection, transaction

from django_sla import calendars
from django_sla.models import Calendar, Policy, PolicyVersion, Target

HOLIDAY_YEARS = range(2005, 2041)
SEEDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
IN_FORCE_FROM = datetime(2000, 1, 1, tzinfo=UTC)

OFFICE_DAY = [[510, 750], [810, 1050]]
OFFICE_WEEK = [OFFICE_DAY] * 5 + [[], []]
LONG_WEEK = [[[420, 1320]]] * 7
ROUND_THE_CLOCK = [[[0, 1440]]] * 7

# code, names, base, week, office hours
CALENDARS = (
    ("tr-tatil", "Resmî tatiller", "Public holidays", None, None, False),
    ("tr-mesai", "Mesai saatleri", "Office hours", "tr-tatil", OFFICE_WEEK, True),
    ("tr-uzun", "Uzatılmış saatler", "Extended hours", None, LONG_WEEK, False),
    (
        "tr-uzun-vergi",
        "Uzatılmış saatler, vergi günlerinde 7/24",
        "Extended hours, 24/7 on tax deadlines",
        "tr-uzun",
        None,
        False,
    ),
    ("7-24", "7/24", "24/7", None, ROUND_THE_CLOCK, False),
)

MINUTE, HOUR = 60, 3600
REQUESTER = {"cap": None, "metrics": ["next_update", "workaround", "resolution"]}
SUPPLIER = {"cap": None, "metrics": ["workaround", "resolution"]}
MAJOR_INCIDENT = {"cap": None}
LEVELS = [
    {"percent": 75, "action": "notify", "to": "assignee"},
    {"percent": 100, "action": "raise", "to": "shift_lead"},
    {"percent": 150, "action": "raise", "to": "manager"},
]
NOT_TAKEN = {"seconds": 10 * MINUTE, "metric": "first_response", "action": "page", "to": "next_on_call"}

# severity, names, rests, levels, targets: metric, seconds, working days, calendar, goal in percent
POLICIES = (
    (
        "S1",
        ("Majör – Kritik", "Major – Critical"),
        {"major_incident": MAJOR_INCIDENT},
        [NOT_TAKEN, *LEVELS],
        (
            ("first_response", 15 * MINUTE, None, "7-24", 99),
            ("next_update", 30 * MINUTE, None, "7-24", 95),
            ("workaround", 4 * HOUR, None, "7-24", 95),
            ("resolution", 24 * HOUR, None, "7-24", 95),
        ),
    ),
    (
        "S2",
        ("Majör – Yüksek", "Major – High"),
        {"requester": REQUESTER, "supplier": SUPPLIER, "major_incident": MAJOR_INCIDENT},
        LEVELS,
        (
            ("first_response", 30 * MINUTE, None, "tr-uzun-vergi", 95),
            ("next_update", 2 * HOUR, None, "tr-uzun-vergi", 90),
            ("workaround", 8 * HOUR, None, "tr-uzun-vergi", 90),
            ("resolution", None, 2, "tr-mesai", 90),
        ),
    ),
    (
        "S3",
        ("Minör – Orta", "Minor – Medium"),
        {"requester": REQUESTER, "supplier": SUPPLIER, "major_incident": MAJOR_INCIDENT},
        LEVELS,
        (
            ("first_response", 4 * HOUR, None, "tr-mesai", 90),
            ("next_update", None, 1, "tr-mesai", 90),
            ("workaround", None, 3, "tr-mesai", 90),
            ("resolution", None, 10, "tr-mesai", 90),
        ),
    ),
    (
        "S4",
        ("Minör – Düşük", "Minor – Low"),
        {"requester": REQUESTER, "supplier": SUPPLIER, "major_incident": MAJOR_INCIDENT},
        LEVELS,
        (
            ("first_response", None, 1, "tr-mesai", 90),
            ("next_update", None, 5, "tr-mesai", 90),
            ("resolution", None, 20, "tr-mesai", 90),
        ),
    ),
)


def plant_after_migrate(sender, using="default", **kwargs) -> None:
    """Plant once the tables are there (`migrate` to an early point may leave them out)."""
    if using == "default" and Target._meta.db_table in connection.introspection.table_names():
        plant()


@transaction.atomic
def plant() -> bool:
    """Fill an empty database with the first calendars and policies; False if it has any."""
    if Calendar.objects.exists():
        return False
    made = _plant_calendars()
    _plant_policies(made)
    return True


def _plant_calendars() -> dict[str, Calendar]:
    made: dict[str, Calendar] = {}
    for code, name_tr, name_en, base, week, office_hours in CALENDARS:
        made[code] = Calendar.objects.create(
            code=code, name_tr=name_tr, name_en=name_en, base=made[base] if base else None, office_hours=office_hours
        )
        if week:
            calendars.publish_week(made[code], week, effective_from=date(1990, 1, 1), at=SEEDED_AT)
    calendars.sync_holidays(made["tr-tatil"], HOLIDAY_YEARS, at=SEEDED_AT)
    made["tr-mesai"].refresh_from_db()
    calendars.sync_tax_deadlines(made["tr-uzun-vergi"], made["tr-mesai"], HOLIDAY_YEARS, at=SEEDED_AT)
    return made


def _plant_policies(by_code: dict[str, Calendar]) -> None:
    for position, (severity, names, rests, levels, targets) in enumerate(POLICIES, start=1):
        policy = Policy.objects.create(
            code=severity.lower(), name_tr=names[0], name_en=names[1], position=position * 10
        )
        version = PolicyVersion.objects.create(
            policy=policy,
            number=1,
            effective_from=IN_FORCE_FROM,
            published_at=SEEDED_AT,
            severity=severity,
            conditions={"severity": [severity]},
            rests=rests,
            levels=levels,
        )
        Target.objects.bulk_create(
            Target(
                version=version,
                metric=metric,
                seconds=seconds,
                working_days=days,
                calendar=by_code[calendar],
                rhythm=Target.Rhythm.PERIODIC if metric == "next_update" else Target.Rhythm.ONCE,
                goal_percent=goal,
            )
            for metric, seconds, days, calendar, goal in targets
        )
