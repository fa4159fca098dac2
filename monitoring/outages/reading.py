"""What others ask about outages."""

from django.db.models import Q, QuerySet

from foundation.directory.models import Component, Municipality
from monitoring.models import Affected, Outage


def covering(municipality: Municipality, component: Component | None = None) -> Outage | None:
    """The open public outage that explains trouble of this municipality with this component.

    One read of the index `affected_covering`; the worst and oldest where several apply.
    Without a component: anything that touches the municipality. Drills explain nothing.
    """
    lines = Affected.objects.felt_now().filter(municipality=municipality)
    if component is not None:
        lines = lines.filter(Q(component=component) | Q(component=None))
    line = lines.select_related("outage").order_by("outage__severity", "outage__started_at").first()
    return line.outage if line else None


def open_now() -> QuerySet[Outage]:
    """Open outages with what a board shows of each, the widest first: a queryset."""
    return (
        Outage.objects.open()
        .filter(merged_into=None)
        .widest_first()
        .select_related("province", "acknowledged_by")
        .prefetch_related("components", "updates")
    )
