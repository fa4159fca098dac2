"""The watch's part of the demonstration: nodes and checks of the stand-in city, outages of the past."""

import json
from datetime import datetime, timedelta
from math import pi, sin
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation import now
from foundation.directory.models import Component, Municipality
from monitoring.history import partitions
from monitoring.models import Affected, Check, Dependency, Hour, Maintenance, Node, Outage, State, StatusUpdate
from monitoring.simulator.map import LOOPBACK

SAMPLES = Path(__file__).parent / "data" / "sample_outages.json"
MUNICIPAL_PACE = {"interval": 20, "timeout": 3.0, "confirm_seconds": 20, "recover_seconds": 15}
CENTRAL_PACE = {"interval": 10, "timeout": 3.0, "confirm_seconds": 10, "recover_seconds": 10}
CORE = "ALTYAPI"


@transaction.atomic
def load() -> None:
    """A node with an HTTP and a TCP check for every municipality and component. Safe to repeat."""
    make_nodes()
    make_checks()
    lean_on_the_core()
    tell_the_past()
    measure_yesterday()


def make_nodes() -> None:
    existing = set(Node.objects.values_list("code", flat=True))
    Node.objects.bulk_create(
        [
            *(Node(code=c.pk, name=c.name_tr, component=c) for c in Component.objects.all() if c.pk not in existing),
            *(
                Node(code=m.code, name=m.full_name, municipality=m)
                for m in Municipality.objects.all()
                if m.code not in existing
            ),
        ]
    )


def make_checks() -> None:
    """Ports follow the codes in order, components first. What is there keeps its history, at the right port.

    People may have added nodes and checks meanwhile: what they typed stays, and nothing is made beside it.
    """
    nodes = sorted(Node.objects.all(), key=lambda node: (not node.is_central, node.code))
    wanted = [check for port, node in enumerate(nodes, start=settings.CITY_PORT) for check in checks_of(node, port)]
    here = list(Check.objects.order_by("-pk"))
    existing = {(check.node_id, check.kind, check.name): check for check in here}  # ours are the oldest
    taken = {(check.node_id, check.kind, check.target) for check in here}
    moved, new = [], []
    for check in wanted:
        old = existing.get((check.node_id, check.kind, check.name))
        if (check.node_id, check.kind, check.target) in taken:
            continue
        if old is None:
            new.append(check)
        elif LOOPBACK in old.target:
            old.target = check.target
            moved.append(old)
    Check.objects.bulk_update(moved, ["target"], batch_size=500)
    Check.objects.bulk_create(new)


def checks_of(node: Node, port: int) -> list[Check]:
    pace = CENTRAL_PACE if node.is_central else MUNICIPAL_PACE
    rules = {"valid_status_codes": [200], "fail_if_body_not_matches_regexp": ['"status":"ok"']}
    web = Check(node=node, kind=Check.Kind.HTTP, target=f"http://{LOOPBACK}:{port}/saglik", rules=rules, **pace)
    if not node.is_central:
        return [web, Check(node=node, kind=Check.Kind.TCP, target=f"{LOOPBACK}:{port}", **pace)]
    brisk = web_check_of_speed(node, port)
    return [web, brisk]


def web_check_of_speed(node: Node, port: int) -> Check:
    """The same page, to be answered within a second: slowness degrades, it does not take down."""
    pace = CENTRAL_PACE | {"timeout": 1.0, "interval": 20}
    return Check(
        node=node,
        kind=Check.Kind.HTTP,
        name="yanıt süresi",
        target=f"http://{LOOPBACK}:{port}/saglik?hizli",
        is_essential=False,
        **pace,
    )


def lean_on_the_core() -> None:
    """ "all others depend on it": every component but the outside ones leans on ALTYAPI."""
    core = Node.objects.filter(code=CORE).first()
    if core is None:
        return
    ours = Node.objects.central().exclude(pk=core.pk).exclude(component__tier="X")
    Dependency.objects.bulk_create((Dependency(node=node, parent=core) for node in ours), ignore_conflicts=True)


def tell_the_past() -> None:
    """The sample outages, as if they had happened over the last months; once."""
    if Outage.objects.exists() or Maintenance.objects.exists():
        return
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))["outages"]
    for number, sample in enumerate(samples):
        began = timezone.localtime(now() - timedelta(days=4 + 7 * number)).replace(
            hour=9, minute=58, second=0, microsecond=0
        )
        if sample["kind"] == "planned":
            plan(sample, now() + timedelta(days=7 + 14 * number))
        else:
            past_outage(sample, began)


def measure_yesterday() -> None:
    """How long the components, and the nodes of those who sign in, would have taken the day before; once."""
    if Hour.objects.exists():
        return
    this_hour = now().replace(minute=0, second=0, microsecond=0)
    peopled = Q(node__municipality=None) | Q(node__municipality__memberships__isnull=False)
    asked = Check.objects.filter(peopled, kind=Check.Kind.HTTP, is_essential=True).distinct()
    hours = [this_hour - timedelta(hours=back) for back in range(24, 0, -1)]
    partitions.ensure(Hour._meta.db_table, hours[0])
    partitions.ensure(Hour._meta.db_table, hours[-1])
    rows = [yesterday(check, interval, at) for check, interval in asked.values_list("pk", "interval") for at in hours]
    Hour.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def yesterday(check: int, interval: int, at: datetime) -> Hour:
    """Busier by day than by night, a little different for every check."""
    busy = 1 + max(0.0, sin((timezone.localtime(at).hour - 7) / 11 * pi))
    usual = round((18 + check % 23) * busy + (check * 7 + at.hour * 5) % 6)
    asked = 3600 // interval
    return Hour(
        check_of_id=check, at=at, asked=asked, answered=asked, failed=0,
        latency_p50=usual, latency_p95=usual * 2 + check % 9, latency_max=usual * 4,
    )  # fmt: skip


def plan(sample: dict, starts_at: datetime) -> None:
    """A maintenance to come, on a night without declarations."""
    starts_at = timezone.localtime(starts_at).replace(hour=1, minute=0, second=0, microsecond=0)
    window = Maintenance.objects.create(
        title_tr=sample["title_tr"],
        title_en=sample["summary_en"],
        text_tr=sample["body_tr"],
        text_en=sample["summary_en"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
    )
    window.components.set(sample["components"])


def past_outage(sample: dict, began: datetime) -> Outage:
    provinces = sample["scope"]["provinces"] if isinstance(sample["scope"], dict) else []
    places = Municipality.objects.filter(province__in=provinces) if provinces else Municipality.objects.all()
    updates = sample.get("updates") or [
        {"time": began.strftime("%H:%M"), "status": "investigating", "text_tr": sample["body_tr"]}
    ]
    timed = [(at_clock(began, update["time"]), update) for update in updates]
    ended = max(began + timedelta(minutes=70), timed[-1][0])
    outage = Outage.objects.create(
        title_tr=sample["title_tr"],
        title_en=sample["summary_en"],
        scope="regional" if provinces else "central",
        severity="S1" if sample["severity"] == "major" else "S3",
        state=State.OUTAGE if sample["severity"] == "major" else State.DEGRADED,
        stage=Outage.Stage.RESOLVED,
        source=Outage.Source.PERSON,
        started_at=began,
        confirmed_at=began + timedelta(minutes=2),
        ended_at=ended,
        affected_count=places.count(),
        recovered_count=places.count(),
    )
    outage.components.set(sample["components"])
    Affected.objects.bulk_create(
        Affected(outage=outage, municipality_id=pk, component_id=code, since=began, until=ended)
        for pk in [place.pk for place in places]
        for code in sample["components"]
    )
    for at, update in timed:
        StatusUpdate.objects.create(outage=outage, stage=update["status"], text_tr=update["text_tr"], created_at=at)
    if timed[-1][1]["status"] != "resolved":
        StatusUpdate.objects.create(
            outage=outage, stage="resolved", text_tr="Sorun giderildi.", text_en="Resolved.", created_at=ended
        )
    return outage


def at_clock(day: datetime, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return day.replace(hour=int(hour), minute=int(minute))
