"""The recurring looks of the watch, beside the prober's own."""

from django.db import transaction
from django.db.models import Q

from foundation import now
from monitoring import alertmanager, heartbeats, locks, maintenances, nodes, outages
from monitoring.models import Node, State


def look_around() -> None:
    """Late heartbeats, windows that opened or closed, overrides that lapsed, outages that waited."""
    heartbeats.look_for_late()
    follow_the_clock()


@transaction.atomic
def follow_the_clock() -> None:
    """Work out anew the nodes that change by time alone, then review outages."""
    locks.hold()
    at = now()
    resting = maintenances.nodes_in_maintenance(at)
    lapsed = ~Q(override="") & Q(override_until__lte=at)
    stale = Node.objects.filter(Q(state=State.MAINTENANCE) | lapsed).exclude(pk__in=resting)
    coming = Node.objects.filter(pk__in=resting).exclude(state=State.MAINTENANCE)
    ids = {*stale.values_list("pk", flat=True), *coming.values_list("pk", flat=True)}
    Node.objects.filter(lapsed).update(override="", override_reason="", override_until=None)
    if ids:
        nodes.refresh(ids, at)
    outages.review(at)


def speak_to_alertmanager() -> None:
    """Resolutions that were lost, silences for our windows."""
    alertmanager.reconcile()
    alertmanager.keep_silences()
