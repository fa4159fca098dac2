"""What Alertmanager tells us: delivered at least once, in any order, judged like any other sign.

An alert that names a node (label `node`, `component`, or an `instance` we probe)
becomes a check of that node, so that the same rules decide about outages: a storm of
alerts is one outage, too. A firing is known by the latest start told of it, which may
move back; a resolution is final for it. Contract: reference/monitoring.md §2.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.dateparse import parse_datetime

from foundation import now
from foundation.journal import journal
from foundation.language import texts
from monitoring import locks, outages
from monitoring.history import gaps
from monitoring.models import Affected, Alert, Check, Node, Outage, Prober, State, Transition
from monitoring.models.alerts import OURS, PROBER
from monitoring.nodes import rollup

WATCHDOG = "Watchdog"
WATCHDOG_PERIOD = 120  # seconds; deploy/prometheus/alertmanager.yml repeats it this often
FORGOTTEN_AFTER = timedelta(minutes=10)  # twice Alertmanager's group_interval
MOST_LABELS = 64
GRAVE = ("critical", "page", "error", "")


class NotAWebhook(ValueError):
    """The body is not an Alertmanager webhook of version 4."""


@dataclass(frozen=True)
class Word:
    """One alert as it arrived."""

    fingerprint: str
    is_firing: bool
    labels: dict
    annotations: dict
    starts_at: datetime
    ends_at: datetime | None

    @property
    def name(self) -> str:
        return str(self.labels.get("alertname", ""))

    @property
    def is_about_us(self) -> bool:
        """As `Alert.objects.about_us` finds them."""
        return self.name.startswith(OURS) or self.name == PROBER

    @property
    def is_grave(self) -> bool:
        return self.labels.get("severity", "") in GRAVE


def read(payload: object) -> list[Word]:
    """The alerts of a webhook; unknown fields are ignored. Raises NotAWebhook."""
    if not isinstance(payload, dict) or not isinstance(payload.get("alerts"), list):
        raise NotAWebhook("no alerts")
    return [read_one(alert) for alert in payload["alerts"]]


def read_one(alert: object) -> Word:
    if not isinstance(alert, dict) or not isinstance(alert.get("labels"), dict):
        raise NotAWebhook("an alert without labels")
    starts_at, ends_at = moment(alert.get("startsAt")), moment(alert.get("endsAt"))
    fingerprint = alert.get("fingerprint")
    if starts_at is None or not isinstance(fingerprint, str) or not 0 < len(fingerprint) <= 64:
        raise NotAWebhook("an alert without fingerprint or start")
    annotations = alert.get("annotations")
    return Word(
        fingerprint=fingerprint,
        is_firing=alert.get("status") != "resolved",
        labels=words(alert["labels"]),
        annotations=words(annotations) if isinstance(annotations, dict) else {},
        starts_at=starts_at,
        ends_at=ends_at,
    )


def words(said: dict) -> dict:
    """Labels or annotations, their words fit to be shown."""
    kept = list(said.items())[:MOST_LABELS]
    return {texts.line(str(name)): texts.line(word) if isinstance(word, str) else word for name, word in kept}


def moment(text: object) -> datetime | None:
    """RFC 3339; Go's zero time means: not yet."""
    try:
        at = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if at is None or at.year < 2000:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@transaction.atomic
def receive(reports: Iterable[Word]) -> int:
    """Take in what arrived; how many alerts told something new. All or nothing."""
    locks.hold()
    at, news, touched = now(), 0, set()
    for word in reports:
        if word.name == WATCHDOG:
            hear_watchdog(at)
        elif is_news(word, at):
            news += 1
            touched |= apply(word, at)
    if touched:
        rollup.refresh(touched, at)
        outages.review(at)
    return news


def hear_watchdog(at: datetime) -> None:
    """The chain Prometheus, Alertmanager, us is alive."""
    gaps.note_silence(gaps.ALERTMANAGER, at)
    alive = {"cycle_ended_at": at, "period": WATCHDOG_PERIOD}
    Prober.objects.update_or_create(name=gaps.ALERTMANAGER, defaults=alive)


def is_news(word: Word, at: datetime) -> bool:
    """Store the alert; whether it says more than we knew. Repeats only prove that it is still there."""
    status = Alert.Status.FIRING if word.is_firing else Alert.Status.RESOLVED
    values = {
        "status": status,
        "labels": word.labels,
        "annotations": word.annotations,
        "starts_at": word.starts_at,
        "ends_at": word.ends_at,
        "seen_at": at,
        "missing_since": None,
    }
    alert, is_first = Alert.objects.get_or_create(fingerprint=word.fingerprint, defaults=values)
    if is_first:
        return True
    if is_of_another_time(word, alert):
        return False
    if word.is_firing and alert.status == Alert.Status.FIRING and word.starts_at <= alert.starts_at:
        Alert.objects.filter(pk=alert.pk).update(seen_at=at, missing_since=None)
        began_earlier(word)
        return False
    values["starts_at"] = max(word.starts_at, alert.starts_at)
    values["ends_at"] = word.ends_at or alert.ends_at
    Alert.objects.filter(pk=alert.pk).update(**values)
    return True


def is_of_another_time(word: Word, alert: Alert) -> bool:
    """Whether the word is about what is over. A start alone is no order: it moves back while an alert fires.

    Of a pair that scrapes apart, one may tell an earlier start of the same firing. So the row
    keeps the latest start and the last ending: about a firing alert is whatever ends after that
    start, or fires from after that ending; about a resolved one, what began after its start.
    """
    if alert.status == Alert.Status.RESOLVED or word.starts_at > alert.starts_at:
        return word.starts_at <= alert.starts_at
    if word.is_firing:
        return alert.ends_at is not None and word.starts_at < alert.ends_at
    return word.starts_at < alert.starts_at and word.ends_at is not None and word.ends_at <= alert.starts_at


def began_earlier(word: Word) -> None:
    """Move the beginning of what the alert took down; nothing where it began so early already."""
    check = Check.objects.filter(kind=Check.Kind.ALERT, target=word.fingerprint, verdict=Check.Verdict.DOWN).first()
    if check is None or check.since <= word.starts_at:
        return
    since = {"since__gt": word.starts_at}
    Check.objects.filter(pk=check.pk).update(since=word.starts_at)
    Transition.objects.filter(check_of=check, new=Check.Verdict.DOWN, at=check.since).update(at=word.starts_at)
    if check.is_essential:
        Node.objects.filter(pk=check.node_id, state=State.OUTAGE, **since).update(since=word.starts_at)
        lines = Affected.objects.current().filter(node=check.node_id)
        Outage.objects.open().filter(affected__in=lines, started_at__gt=word.starts_at).update(
            started_at=word.starts_at
        )
        lines.filter(**since).update(since=word.starts_at)


def apply(word: Word, at: datetime) -> set[int]:
    """Turn the check that stands for this alert; keys of the nodes it touches. What is about us touches none."""
    node = None if word.is_about_us else node_of(word.labels)
    if node is None:
        return set()
    verdict = Check.Verdict.DOWN if word.is_firing else Check.Verdict.UP
    since = word.starts_at if word.is_firing else max(word.ends_at or at, word.starts_at)
    check, is_new = Check.objects.get_or_create(
        node=node,
        kind=Check.Kind.ALERT,
        target=word.fingerprint,
        defaults={"name": word.name[:60], "is_essential": word.is_grave},
    )
    if check.verdict == verdict:
        return set()
    Transition.objects.create(
        check_of=check,
        old=check.verdict,
        new=verdict,
        at=since,
        reason=word.name[:200],
        evidence={"labels": word.labels, "annotations": word.annotations},
    )
    Check.objects.filter(pk=check.pk).update(
        verdict=verdict,
        since=since,
        confirmed_at=at,
        last_probed_at=at,
        last_error=word.name[:200] if word.is_firing else "",
    )
    return {node.pk}


def node_of(labels: dict) -> Node | None:
    """By the label `node`, else `component`, else an `instance` that one of our checks asks."""
    for label in ("node", "component"):
        code = labels.get(label)
        if code:
            return Node.objects.watched().filter(code=str(code)[:40]).first()
    instance = labels.get("instance")
    check = Check.objects.live().filter(target=str(instance)[:500]).select_related("node").first() if instance else None
    return check.node if check else None


@transaction.atomic
def reconcile(active: Iterable[str]) -> int:
    """Resolve what Alertmanager has not known for a while: its `resolved` was swallowed or lost.

    `active` holds the fingerprints it has now. Returns how many were resolved. An alert
    is missing from when we first asked in vain: after a power cut both of us begin
    anew, and Alertmanager knows nothing until Prometheus has told it.
    """
    locks.hold()
    at = now()
    firing, fingerprints = Alert.objects.filter(status=Alert.Status.FIRING), list(active)
    firing.filter(fingerprint__in=fingerprints).update(seen_at=at, missing_since=None)
    firing.exclude(fingerprint__in=fingerprints).filter(missing_since=None).update(missing_since=at)
    lost = list(firing.filter(missing_since__lt=at - FORGOTTEN_AFTER))
    touched = set()
    for alert in lost:
        Alert.objects.filter(pk=alert.pk).update(status=Alert.Status.RESOLVED, ends_at=at, seen_at=at)
        word = Word(alert.fingerprint, False, alert.labels, alert.annotations, alert.starts_at, at)
        touched |= apply(word, at)
        journal.record("alert.reconciled", alert, fingerprint=alert.fingerprint)
    if touched:
        rollup.refresh(touched, at)
        outages.review(at)
    return len(lost)
