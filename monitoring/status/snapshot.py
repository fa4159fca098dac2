"""The public pages on disk, for the hour in which Python, Redis and the database are all down.

Any web server or CDN can serve the folder as its root. One leased writer at a time;
every file is replaced atomically, so a reader never meets half a page. The national
page and its JSON are written on change and at least every 15 s; municipality pages
are shells, written once, that draw themselves from the two JSON files.
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
from monitoring.models import Affected, Outage, SnapshotLease
from monitoring.status import feeds, report, statuspage

EVERY = timedelta(seconds=15)
LEASE = timedelta(seconds=30)
STATIC = re.compile(r'(?:href|src)="(/static/[^"#?]+)')
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
    write(Path(settings.STATUS_SNAPSHOT_DIR), at)
    SnapshotLease.objects.filter(owner=ME).update(written_at=at, mark=mark)
    return True


def claim(at: datetime, mark: str) -> bool:
    """The lease, when it is ours to take and there is something to write; one winner."""
    SnapshotLease.objects.get_or_create(pk=1)
    mine_or_free = Q(owner=ME) | Q(until__lt=at) | Q(until=None)
    due = ~Q(mark=mark) | Q(written_at=None) | Q(written_at__lte=at - EVERY)
    return bool(SnapshotLease.objects.filter(mine_or_free & due, pk=1).update(owner=ME, until=at + LEASE))


def latest_word() -> str:
    """Changes whenever the public picture does: said, opened, ended, recovered, or a node's state."""
    shown = Outage.objects.open().public().filter(is_drill=False).count()
    seen = "|".join(str(value) for value in (shown, *report.last_words(), *report.node_counts()))
    return hashlib.blake2b(seen.encode(), digest_size=16).hexdigest()


def write(folder: Path, at: datetime) -> None:
    """All national files, and the shells that are missing."""
    country = report.national(at)
    for language, name in (("tr", "index.html"), ("en", "index.en.html")):
        with translation.override(language):
            page = render_to_string("monitoring/status/national.html", {"report": country, "at": at, "snapshot": True})
        put(folder / name, page)
        put(folder / "status" / name, page)
    with translation.override("tr"):
        write_documents(folder, country)
        write_shells(folder, at)
    put(folder / "status" / "municipalities.json", json.dumps(municipalities(at), ensure_ascii=False))
    copy_assets(folder, page)


def write_documents(folder: Path, country: report.Report) -> None:
    for name, make in (
        ("summary", statuspage.summary),
        ("status", statuspage.status),
        ("components", statuspage.components),
        ("incidents/unresolved", statuspage.unresolved),
    ):
        put(folder / "api" / "v2" / f"{name}.json", json.dumps(make(country), ensure_ascii=False))
    past = report.past(None, before=None)
    put(folder / "status" / "history.rss", feeds.history(country, past, feeds.Wanted(), "rss"))
    put(folder / "status" / "history.atom", feeds.history(country, past, feeds.Wanted(), "atom"))
    put(folder / "status" / "maintenance.ics", feeds.calendar(country.upcoming, country.at))


def write_shells(folder: Path, at: datetime) -> None:
    """A page for each municipality that has none yet; its content comes from the JSON files."""
    for municipality in Municipality.objects.order_by("code").iterator():
        target = folder / "status" / municipality.code / "index.html"
        if not target.exists():
            put(target, render_to_string("monitoring/status/shell.html", {"municipality": municipality, "at": at}))


def municipalities(at: datetime) -> dict:
    """`{"made": …, "states": {code: state}, "outages": {code: [id, …]}}`, what the shells draw from."""
    codes = dict(Municipality.objects.values_list("pk", "code"))
    outages: dict[str, list[int]] = {}
    for municipality, outage in felt():
        outages.setdefault(codes[municipality], []).append(outage)
    states = {codes[municipality]: state for municipality, state in report.municipality_states().items()}
    return {"made": at.isoformat(), "states": states, "outages": outages}


def felt() -> set[tuple[int, int]]:
    """Which municipality feels which open public outage, directly or through a node of its own."""
    current = Affected.objects.current().filter(outage__ended_at=None, outage__is_public=True, outage__is_drill=False)
    pairs = current.values_list("municipality_id", "node__municipality_id", "outage_id")
    return {(own or through, outage) for own, through, outage in pairs if own or through}


def copy_assets(folder: Path, page: str) -> None:
    """The styles, marks and scripts that the pages name, under the same addresses."""
    named = set(STATIC.findall(page)) | set(STATIC.findall(shell_sample()))
    for address in named:
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


def shell_sample() -> str:
    return render_to_string("monitoring/status/shell.html", {"municipality": Municipality(code="00000"), "at": now()})


def put(target: Path, text: str) -> None:
    """Replace a file in one step; readers see the old one or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8", newline="") as draft:
        draft.write(text)
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, target)
