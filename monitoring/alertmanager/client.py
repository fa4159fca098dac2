"""Speaking to Alertmanager's API v2: reading its alerts, setting and lifting silences.

Never called inside a transaction: each sweep reads what is due, asks, then writes.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings

from foundation import now
from foundation.wire.addresses import TROUBLES, fetch
from monitoring.alertmanager import alerts
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Silence

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10  # seconds
AHEAD = timedelta(days=1)  # rounds of a rule are silenced a day before they start


def reconcile() -> int:
    """Ask which alerts are alive and resolve those that are gone; silence of theirs changes nothing."""
    if not settings.ALERTMANAGER_URL:
        return 0
    answer = call("get", "alerts?active=true&silenced=true&inhibited=true&unprocessed=true")
    if not isinstance(answer, list):
        return 0
    return alerts.reconcile(str(alert.get("fingerprint", "")) for alert in answer)


def keep_silences() -> int:
    """Silence in Alertmanager what is in maintenance here, and lift those of what was called off or ended early."""
    if not settings.ALERTMANAGER_URL:
        return 0
    at = now()
    Silence.objects.filter(ends_at__lt=at - AHEAD).delete()
    done = sum(silence(window, start, end) for window, start, end in rounds_to_silence(at))
    return done + sum(lift(one) for one in silences_to_lift(at))


def silences_to_lift(at: datetime) -> list[Silence]:
    """Of windows that were called off, and of rounds that were or that ended before their time."""
    kept = Silence.objects.filter(ends_at__gt=at).select_related("window")
    changed = kept.exclude(window__cancelled_at=None, window__changed_at=None)
    return [
        one for one in changed if one.window.cancelled_at or one.window.end_of(one.starts_at) <= max(at, one.starts_at)
    ]


def rounds_to_silence(at: datetime) -> Iterator[tuple[Maintenance, datetime, datetime]]:
    """Rounds of standing windows that touch the next day and are not silenced yet, those of rules included."""
    silenced = set(Silence.objects.values_list("window_id", "starts_at"))
    near = Maintenance.objects.standing().filter(starts_at__lte=at + AHEAD)
    for window in near.filter(ends_at__gt=at) | near.exclude(rule=""):
        for start, end in windows.rounds(window, at, at + AHEAD):
            if (window.pk, start) not in silenced:
                yield window, start, end


def silence(window: Maintenance, starts_at: datetime, ends_at: datetime) -> int:
    answer = call("post", "silences", json=silence_of(window, starts_at, ends_at))
    if not isinstance(answer, dict) or "silenceID" not in answer:
        return 0
    Silence.objects.create(window=window, starts_at=starts_at, ends_at=ends_at, silence_id=answer["silenceID"])
    return 1


def silence_of(window: Maintenance, starts_at: datetime, ends_at: datetime) -> dict:
    """The window as a silence on the label `node`."""
    codes = sorted(windows.nodes_of(window).values_list("code", flat=True))
    matcher = {"name": "node", "value": ".+" if window.is_everywhere else "|".join(codes) or "none", "isRegex": True}
    return {
        "matchers": [matcher | {"isEqual": True}],
        "startsAt": starts_at.isoformat(),
        "endsAt": ends_at.isoformat(),
        "createdBy": "Nöbet",
        "comment": window.title_tr,
    }


def lift(silence: Silence) -> int:
    if call("delete", f"silence/{silence.silence_id}") is None:
        return 0
    silence.delete()
    return 1


def call(method: str, path: str, json: dict | None = None) -> object | None:
    """The JSON of one call, an empty dict for an empty answer, None when it failed."""
    url = urljoin(settings.ALERTMANAGER_URL.rstrip("/") + "/", f"api/v2/{path}")
    try:
        return fetch(method, url, timeout=TIMEOUT_SECONDS, allow_private=True, json=json).json()
    except TROUBLES as trouble:
        logger.warning("Alertmanager did not answer %s: %s", path.partition("?")[0], type(trouble).__name__)
        return None
