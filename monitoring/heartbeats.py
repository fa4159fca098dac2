"""Signs of life from places behind NAT: late by more than the grace is a failure."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from foundation import now
from monitoring import locks, nodes, outages
from monitoring.models import Check, Transition


@transaction.atomic
def beat(key: str) -> bool:
    """Note a sign of life. Whether the key is one of ours."""
    check = Check.objects.live().filter(kind=Check.Kind.HEARTBEAT, heartbeat_key=key).first()
    if check is None:
        return False
    at = now()
    Check.objects.filter(pk=check.pk).update(last_probed_at=at, last_error="")
    if check.verdict != Check.Verdict.UP:
        turn([check], Check.Verdict.UP, "")
    return True


@transaction.atomic
def look_for_late() -> int:
    """Take down what has been silent for longer than interval and grace; dated back to the deadline."""
    at = now()
    late = [check for check in heartbeats_up() if at > deadline(check)]
    if late:
        turn(late, Check.Verdict.DOWN, "heartbeat missed")
    return len(late)


def heartbeats_up():
    up = Check.objects.live().filter(kind=Check.Kind.HEARTBEAT, verdict=Check.Verdict.UP)
    return up.exclude(last_probed_at=None).order_by(F("last_probed_at"))


def deadline(check: Check) -> datetime:
    assert check.last_probed_at  # a heartbeat is up only after its first beat
    return check.last_probed_at + timedelta(seconds=check.interval + check.grace)


def turn(checks: list[Check], verdict: str, reason: str) -> None:
    locks.hold()
    at = now()
    for check in checks:
        since = deadline(check) if verdict == Check.Verdict.DOWN else at
        Transition.objects.create(check_of=check, old=check.verdict, new=verdict, at=since, reason=reason)
        Check.objects.filter(pk=check.pk).update(verdict=verdict, since=since, confirmed_at=at, last_error=reason)
    nodes.refresh({check.node_id for check in checks}, at)
    outages.review(at)
