"""Are we looking: a node in every province, and the public pages on disk."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import now, readiness
from foundation.accounts.readiness import by_province
from foundation.directory.models import Province
from foundation.readiness import Finding, Part
from monitoring.models import SnapshotLease

FRESH = timedelta(minutes=2)


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part("nodes", 80, gettext_lazy("A watched node in every province"), nodes, door="monitoring:nodes")
    yield Part("static-copy", 110, gettext_lazy("The public pages on disk"), static_copy, door="monitoring:status")


def nodes() -> Finding:
    watched = Q(municipalities__nodes__is_watched=True, municipalities__nodes__checks__is_enabled=True)
    provinces = Province.objects.filter(municipalities__isnull=False).annotate(
        watched=Count("municipalities__nodes", filter=watched, distinct=True)
    )
    rows = list(provinces.values_list("name", "watched"))
    return by_province(rows, _("Nothing is watched in %(n)d of %(all)d provinces: %(names)s."))


def static_copy() -> Finding:
    if not settings.STATUS_SNAPSHOT_DIR:
        return readiness.missing(_("STATUS_SNAPSHOT_DIR names no folder: the status page dies with us."))
    written = SnapshotLease.objects.filter(pk=1).values_list("written_at", flat=True).first()
    if not (Path(settings.STATUS_SNAPSHOT_DIR) / "index.html").exists() or written is None:
        return readiness.missing(_("No page has been written to %s yet.") % settings.STATUS_SNAPSHOT_DIR)
    if written < now() - FRESH:
        return readiness.missing(
            _("The copy on disk is old: it was last written %s.") % f"{written:%d.%m.%Y %H.%M} UTC"
        )
    return readiness.ready(_("The copy on disk is fresh."))
