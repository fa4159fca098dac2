"""Green is two questions: does the component work, and does the municipality's node answer?"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from foundation.directory.models import Component, Municipality
from monitoring.models import Affected, Node, Prober, State


def component_works(component: Component) -> bool:
    """No central check of it is down, and no open outage names it as broken."""
    if Node.objects.central().watched().filter(component=component, state=State.OUTAGE).exists():
        return False
    broken = Q(component=component) | Q(node__component=component)
    return not Affected.objects.current().filter(broken, municipality=None).exists()


def node_answers(municipality: Municipality) -> bool:
    """None of its watched nodes is down. No data is no proof of a fault."""
    return not Node.objects.watched().filter(municipality=municipality, state=State.OUTAGE).exists()


def municipalities_that_answer():
    """Those without a node that is down, as a queryset."""
    down = Node.objects.watched().filter(municipality=OuterRef("pk"), state=State.OUTAGE)
    return Municipality.objects.exclude(Exists(down))


def blind_since(at: datetime) -> datetime | None:
    """Since when a part of the watch itself has been silent: a prober, or Alertmanager's Watchdog."""
    signs = Prober.objects.exclude(cycle_ended_at=None).values_list("cycle_ended_at", "period")
    silent = [heard for heard, period in signs if heard and is_silent(heard, period, at)]
    return min(silent, default=None)


def is_silent(heard: datetime, period: int, at: datetime) -> bool:
    """Three of its periods have gone by without a word."""
    return at - heard > 3 * timedelta(seconds=period)
