"""A host that django-sla knows nothing about: its subjects, its times."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django_sla.models import Clock

ISTANBUL = ZoneInfo("Europe/Istanbul")


def a_subject(number: int = 1):
    """Anything with a primary key and a model label can carry clocks."""
    return SimpleNamespace(pk=number, _meta=SimpleNamespace(label_lower="shop.order"))


def at(text: str) -> datetime:
    """ "2026-05-25 16:00" in Istanbul as an aware UTC datetime."""
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL).astimezone(UTC)


def clock_of(subject, metric: str, cycle: int = 1) -> Clock:
    return Clock.objects.select_related("version__policy", "calendar").get(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, metric=metric, cycle=cycle
    )
