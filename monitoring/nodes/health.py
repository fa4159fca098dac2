"""Green is two questions: does the component work, and does the municipality's node answer?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation.directory.models import Component, Municipality
from monitoring import locations
from monitoring.models import Affected, Listening, Node, Prober, State


def component_works(component: Component) -> bool:
    """No central check of it is down, and no open outage names it as broken."""
    if Node.objects.central().watched().filter(component=component, state=State.OUTAGE).exists():
        return False
    broken = Q(component=component) | Q(node__component=component)
    return not Affected.objects.current().filter(broken, municipality=None).exists()


def node_answers(municipality: Municipality) -> bool:
    """None of its watched nodes is down. No data is no proof of a fault."""
    return not Node.objects.watched().filter(municipality=municipality, state=State.OUTAGE).exists()


def municipalities_that_answer() -> QuerySet[Municipality]:
    """Those without a node that is down, as a queryset."""
    down = Node.objects.watched().filter(municipality=OuterRef("pk"), state=State.OUTAGE)
    return Municipality.objects.current().exclude(Exists(down))


@dataclass(frozen=True)
class Itself:
    """How the watch itself is: since when it is blind or hears nobody, who sees alone what, who has no time to ask.

    `probers` are all of them, each with whether it is silent.
    """

    blind_since: datetime | None
    unheard_since: datetime | None
    alone: list[locations.Alone]
    starved: list[Prober]
    probers: list[tuple[Prober, bool]]


def of_the_watch(at: datetime) -> Itself:
    """Two reads."""
    probers = list(Prober.objects.order_by("name"))
    silent = [prober.cycle_ended_at for prober in probers if prober.is_silent(at)]
    return Itself(
        min((heard for heard in silent if heard), default=None),
        Listening.objects.values_list("doubted_since", flat=True).first(),
        locations.alone(prober for prober in probers if locations.is_credible(prober, at)),
        [prober for prober in probers if prober.is_starved and not prober.is_silent(at)],
        [(prober, prober.is_silent(at)) for prober in probers],
    )


def blind_since(at: datetime) -> datetime | None:
    """Since when a part of the watch itself has been silent: a prober, or Alertmanager's Watchdog."""
    return of_the_watch(at).blind_since
