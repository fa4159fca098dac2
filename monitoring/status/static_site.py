"""The public pages on disk, for the hour in which Python, Redis and the database are all down.

Any web server or CDN can serve the folder as its root. One leased writer at a time;
every file is replaced atomically, so a reader never meets half a page. The national
page and all its documents are written on change and at least every 15 s; the pages
below it when what they show has changed, some hundreds a second (`static_pages`).
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from foundation import now
from foundation.directory.models import Municipality
from monitoring.models import Affected, Maintenance, Outage, SnapshotLease, State
from monitoring.status import feeds, latency, report, static_pages, statuspage
from monitoring.status.badge import badge

EVERY = timedelta(seconds=15)
LEASE = timedelta(seconds=30)
STATIC = re.compile(r'(?:href|src)="(/static/[^"#?]+)')
AGO = re.compile(r'(<time datetime="[^"]*") title="([^"]*)">[^<]*</time>')
ME = f"{os.uname().nodename}:{os.getpid()}"


def keep() -> bool:
    """Write the snapshot when something changed or 15 s have passed. True when this process wrote.

    Call it every second. Without `STATUS_SNAPSHOT_DIR` it does nothing.
    """
    if not settings.STATUS_SNAPSHOT_DIR:
        return False
    at = now()
    mark = latest_word()
    if not claim(at, mark):
        return False
    done = write(Path(settings.STATUS_SNAPSHOT_DIR), at)
    SnapshotLease.objects.filter(owner=ME).update(written_at=at, mark=mark if done else "")
    return True


def claim(at: datetime, mark: str) -> bool:
    """The lease, when it is ours to take and there is something to write; one winner."""
    SnapshotLease.objects.get_or_create(pk=1)
    mine_or_free = Q(owner=ME) | Q(until__lt=at) | Q(until=None)
    due = ~Q(mark=mark) | Q(written_at=None) | Q(written_at__lte=at - EVERY)
    return bool(SnapshotLease.objects.filter(mine_or_free & due, pk=1).update(owner=ME, until=at + LEASE))


def latest_word() -> str:
    """Changes whenever the public picture does: said, opened, ended, recovered, or a node's state."""
    shown = Outage.objects.open().announced().count()
    seen = "|".join(str(value) for value in (shown, *report.last_words(), *report.node_counts()))
    return hashlib.blake2b(seen.encode(), digest_size=16).hexdigest()


def write(folder: Path, at: datetime) -> bool:
    """All national files, and some of the pages below them; True when none of those is left."""
    country = report.national(at)
    page = ""
    charts = latency.of_components([row.component for row in country.components], at)
    shown = {"report": country, "at": at, "charts": charts, "snapshot": True}
    for language, name in static_pages.LANGUAGES.items():
        with translation.override(language):
            page = render_to_string("monitoring/status/national.html", shown)
            put(folder / "status" / "history" / name, past_page(at))
        put(folder / name, page)
        put(folder / "status" / name, page)
    with translation.override("tr"):
        write_documents(folder, country)
    states, touched = report.municipality_states(), felt_by_municipality(country)
    put(folder / "status" / "municipalities.json", json.dumps(municipalities(at, states, touched), ensure_ascii=False))
    done = static_pages.write_some(folder, static_pages.Country(country, states, touched), put)
    copy_assets(folder, page)
    put(folder / "status" / "made.json", json.dumps({"made": at.isoformat()}))
    return done


def past_page(at: datetime) -> str:
    """The newest past outages; months and older ones need the database."""
    shown = {"outages": report.past(None, before=None), "at": at, "snapshot": True}
    return render_to_string("monitoring/status/history.html", shown)


def write_documents(folder: Path, country: report.StatusReport) -> None:
    past = report.past(None, before=None, size=50)
    stage = Maintenance.Stage
    documents = {
        "summary": statuspage.summary(country),
        "status": statuspage.status(country),
        "components": statuspage.components(country),
        "incidents": statuspage.incidents(country, past),
        "incidents/unresolved": statuspage.unresolved(country),
        "scheduled-maintenances": statuspage.maintenances(country),
        "scheduled-maintenances/upcoming": statuspage.maintenances(country, stage.SCHEDULED),
        "scheduled-maintenances/active": statuspage.maintenances(country, stage.IN_PROGRESS),
    }
    for name, document in documents.items():
        put(folder / "api" / "v2" / f"{name}.json", json.dumps(document, ensure_ascii=False))
    put(folder / "status" / "history.rss", feeds.history(country, past[:20], feeds.FeedFilter(), "rss"))
    put(folder / "status" / "history.atom", feeds.history(country, past[:20], feeds.FeedFilter(), "atom"))
    put(folder / "status" / "maintenance.ics", feeds.calendar(report.maintenance_for_calendars(country.at)))
    put(folder / "status" / "badge.svg", badge(State(country.state)))
    announced = render_to_string("monitoring/status/announcement.txt", {"report": country})
    put(folder / "status" / "announcement.txt", announced)


def municipalities(at: datetime, states: dict[int, str], touched: dict[int, list[int]]) -> dict:
    """`{"made": …, "states": {code: state}, "outages": {code: [id, …]}}`, for programs."""
    codes = dict(Municipality.objects.values_list("pk", "code"))
    return {
        "made": at.isoformat(),
        "states": {codes[pk]: state for pk, state in states.items()},
        "outages": {codes[pk]: outages for pk, outages in touched.items()},
    }


def felt_by_municipality(country: report.StatusReport) -> dict[int, list[int]]:
    """Which open public outages each municipality feels, in the order of the national page."""
    touching: dict[int, set[int]] = {}
    for municipality, outage in felt():
        touching.setdefault(municipality, set()).add(outage)
    order = [outage.pk for outage in country.outages]
    return {place: [pk for pk in order if pk in outages] for place, outages in touching.items()}


def felt() -> set[tuple[int, int]]:
    """Which municipality feels which open public outage, directly or through a node of its own."""
    current = Affected.objects.felt_now()
    pairs = current.values_list("municipality_id", "node__municipality_id", "outage_id")
    return {(own or through, outage) for own, through, outage in pairs if own or through}


def copy_assets(folder: Path, page: str) -> None:
    """The styles, marks and scripts that the pages name, under the same addresses."""
    for address in set(STATIC.findall(page)):
        name = address.removeprefix(settings.STATIC_URL)
        target = folder / "static" / name
        source = asset(name)
        if source and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def asset(name: str) -> str | None:
    """Where a static file lies: collected, or in the tree when nobody has collected."""
    collected = Path(staticfiles_storage.path(name))
    return str(collected) if collected.exists() else finders.find(name)


def put(target: Path, text: str) -> None:
    """Replace a file in one step; readers see the old one or the new one, never a part.

    "12 minutes ago" would lie on a page that nobody renews, so pages say exact times.
    """
    if target.suffix == ".html":
        text = AGO.sub(r"\1>\2</time>", text)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8", newline="") as draft:
        draft.write(text)
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, target)
