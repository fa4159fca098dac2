"""Signs of life from places behind NAT: late by more than the grace is a failure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from foundation import now
from monitoring import locks, outages
from monitoring.checks.verdicts import HERE
from monitoring.history import gaps
from monitoring.models import Check, Listening, Prober, Transition
from monitoring.nodes import rollup

PAUSE = timedelta(seconds=60)  # without a look, where one is due every ten: we were away
DOUBTED_FROM = 20  # municipalities; as many as the fleet guard asks for (reference/monitoring.md §3.7)


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
    """Take down what has been silent for longer than interval and grace; dated back to the deadline.

    Silence counts from when we could hear. Where not one of many places is heard any
    more, our own way in is doubted before all of them, and nobody is taken down.
    """
    at = now()
    listening = listen(at)
    up = list(heartbeats_up())
    late = [check for check in up if at > deadline(check, listening)]
    places = {check.node.municipality_id for check in late}
    is_doubted = len(late) == len(up) and len(places) >= DOUBTED_FROM
    if is_doubted != bool(listening.doubted_since):
        Listening.objects.update(doubted_since=at if is_doubted else None)
    if late and not is_doubted:
        turn(late, Check.Verdict.DOWN, "heartbeat missed", {check.pk: deadline(check, listening) for check in late})
    return 0 if is_doubted else len(late)


def listen(at: datetime) -> Listening:
    """Note that we look; after a pause of ours, or while our own line is dead, we begin to listen anew."""
    row, _is_new = Listening.objects.get_or_create(pk=Listening.ONLY, defaults={"since": at, "looked_at": at})
    here = Prober.objects.filter(location=HERE, canary_ok=False, cycle_ended_at__gt=at - PAUSE)
    if at - row.looked_at > PAUSE or here.exists():
        gaps.note(gaps.HEARTBEATS, row.looked_at, at)
        row.since = at
    row.looked_at = at
    row.save(update_fields=["since", "looked_at"])
    return row


def heartbeats_up() -> QuerySet[Check]:
    up = Check.objects.live().filter(kind=Check.Kind.HEARTBEAT, verdict=Check.Verdict.UP)
    return up.exclude(last_probed_at=None).select_related("node").order_by(F("last_probed_at"))


def deadline(check: Check, listening: Listening) -> datetime:
    assert check.last_probed_at  # a heartbeat is up only after its first beat
    return max(check.last_probed_at, listening.since) + timedelta(seconds=check.interval + check.grace)


def turn(checks: list[Check], verdict: str, reason: str, since_of: Mapping[int, datetime] | None = None) -> None:
    locks.hold()
    at = now()
    for check in checks:
        since = (since_of or {}).get(check.pk, at)
        Transition.objects.create(check_of=check, old=check.verdict, new=verdict, at=since, reason=reason)
        Check.objects.filter(pk=check.pk).update(verdict=verdict, since=since, confirmed_at=at, last_error=reason)
    rollup.refresh({check.node_id for check in checks}, at)
    outages.review(at)
