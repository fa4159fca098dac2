"""Speaking to Alertmanager's API v2: reading its alerts, setting and lifting silences.

Never called inside a transaction: each sweep reads what is due, asks, then writes.
"""

import logging
from datetime import timedelta
from urllib.parse import urljoin

import requests
from django.conf import settings

from foundation import now
from monitoring import alerts, maintenances
from monitoring.models import Maintenance

logger = logging.getLogger(__name__)

PATIENCE = 10  # seconds
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
    """Silence in Alertmanager what is in maintenance here, and lift the silence of what was called off."""
    if not settings.ALERTMANAGER_URL:
        return 0
    at, done = now(), 0
    for window in Maintenance.objects.standing().filter(silence_id="", starts_at__lte=at + AHEAD):
        done += silence(window)
    for window in Maintenance.objects.exclude(cancelled_at=None).exclude(silence_id=""):
        done += lift(window)
    return done


def silence(window: Maintenance) -> int:
    coming = next(maintenances.rounds(window, now(), now() + AHEAD), None)
    if coming is None:
        return 0
    starts_at, ends_at = coming
    answer = call("post", "silences", json=silence_of(window, starts_at, ends_at))
    if not isinstance(answer, dict) or "silenceID" not in answer:
        return 0
    return Maintenance.objects.filter(pk=window.pk, silence_id="").update(silence_id=answer["silenceID"])


def silence_of(window: Maintenance, starts_at, ends_at) -> dict:
    """The window as a silence on the label `node`."""
    codes = sorted(maintenances.nodes_of(window).values_list("code", flat=True))
    matcher = {"name": "node", "value": ".+" if window.is_everywhere else "|".join(codes) or "none", "isRegex": True}
    return {
        "matchers": [matcher | {"isEqual": True}],
        "startsAt": starts_at.isoformat(),
        "endsAt": ends_at.isoformat(),
        "createdBy": "Nöbet",
        "comment": window.title_tr,
    }


def lift(window: Maintenance) -> int:
    if call("delete", f"silence/{window.silence_id}") is None:
        return 0
    return Maintenance.objects.filter(pk=window.pk).update(silence_id="")


def call(method: str, path: str, **options) -> object | None:
    """The JSON of one call, an empty dict for an empty answer, None when it failed."""
    url = urljoin(settings.ALERTMANAGER_URL.rstrip("/") + "/", f"api/v2/{path}")
    try:
        answer = requests.request(method, url, timeout=PATIENCE, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else {}
    except (requests.RequestException, ValueError) as trouble:
        logger.warning("Alertmanager did not answer %s: %s", path.partition("?")[0], type(trouble).__name__)
        return None
