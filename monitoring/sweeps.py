"""The recurring looks of the watch, beside the prober's own."""

from django.db import transaction
from django.db.models import Q

from foundation import now
from monitoring import locations, locks, outages
from monitoring.alertmanager import client
from monitoring.maintenance import windows
from monitoring.models import Node, State
from monitoring.nodes import rollup
from monitoring.probing import heartbeats, recording


def look_around() -> None:
    """Late heartbeats, silent locations, windows that opened or closed, overrides that lapsed, outages that waited."""
    heartbeats.look_for_late()
    follow_the_locations()
    follow_the_clock()


def follow_the_locations() -> None:
    """A location that fell silent has no vote any more, one that is back has it again."""
    believed = locations.note_belief(now())
    if believed is not None:
        recording.judge_anew(believed)


@transaction.atomic
def follow_the_clock() -> None:
    """Work out anew the nodes that change by time alone, then review outages."""
    locks.hold()
    at = now()
    resting = windows.nodes_in_maintenance(at)
    lapsed = ~Q(override="") & Q(override_until__lte=at)
    stale = Node.objects.filter(Q(state=State.MAINTENANCE) | lapsed).exclude(pk__in=resting)
    coming = Node.objects.filter(pk__in=resting).exclude(state=State.MAINTENANCE)
    ids = {*stale.values_list("pk", flat=True), *coming.values_list("pk", flat=True)}
    Node.objects.filter(lapsed).update(override="", override_reason="", override_until=None)
    if ids:
        rollup.refresh(ids, at)
    outages.review(at)


def speak_to_alertmanager() -> None:
    """Resolutions that were lost, silences for our windows."""
    client.reconcile()
    client.keep_silences()
