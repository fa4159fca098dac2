"""What a clerk is told before writing: the outages we already know about."""

from foundation.directory.models import Component, Municipality
from monitoring import outages
from monitoring.models import ImpactReport, Outage

MOST_NOTICES = 3


def covering(municipality: Municipality, component: Component) -> Outage | None:
    """The open outage that explains trouble of this municipality with this component."""
    return outages.covering(municipality, component)


def touching(municipality: Municipality) -> list[Outage]:
    """The open outages that this municipality feels, the worst first; three at most."""
    announced = Outage.objects.open().announced()
    felt = announced.filter(affected__municipality=municipality, affected__until=None).distinct()
    return list(felt.order_by("severity", "started_at").prefetch_related("components", "updates")[:MOST_NOTICES])


def reported(municipality: Municipality, notices: list[Outage]) -> set[int]:
    """The ids of those outages for which this municipality has already said: us too."""
    reports = ImpactReport.objects.filter(municipality=municipality, outage__in=notices)
    return set(reports.values_list("outage_id", flat=True))
