"""Alerts about Nöbet itself: shown to the watch, never judged as an outage of the platform."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from monitoring.models import Alert

OURS = "Nobet"  # how the names of deploy/prometheus/rules/ begin that watch us
PROBER = "ProberDown"
OURS_IN_ROWS = Q(labels__alertname__startswith=OURS) | Q(labels__alertname=PROBER)
SHOWN = 50
REMEMBERED = timedelta(days=7)


def is_ours(labels: Mapping[str, object]) -> bool:
    name = str(labels.get("alertname", ""))
    return name.startswith(OURS) or name == PROBER


def firing() -> QuerySet[Alert]:
    """What is wrong with ourselves now, the oldest first."""
    return Alert.objects.filter(OURS_IN_ROWS, status=Alert.Status.FIRING).order_by("starts_at", "pk")


def over(at: datetime) -> QuerySet[Alert]:
    """What was, in the last days, newest first."""
    ended = Alert.objects.filter(OURS_IN_ROWS, status=Alert.Status.RESOLVED, ends_at__gt=at - REMEMBERED)
    return ended.order_by("-ends_at", "pk")[:SHOWN]
