"""What the watch does on hearing facts about places and components."""

from django.db.models import QuerySet
from django.dispatch import receiver

from foundation.directory import events
from foundation.directory.models import Person
from monitoring.models import Node
from monitoring.registry import changes


@receiver(events.municipality_closed)
def stop_watching_the_place(sender, municipality, by, **kwargs) -> None:
    """A place that no longer exists raises no alarm; what its nodes went through stays."""
    stop_watching(Node.objects.filter(municipality=municipality), by)


@receiver(events.component_retired)
def stop_watching_the_component(sender, component, by, **kwargs) -> None:
    stop_watching(Node.objects.filter(component=component), by)


def stop_watching(nodes: QuerySet[Node], by: Person) -> None:
    watched = list(nodes.watched())
    if watched:
        changes.change_many(watched, by=by, is_watched=False)
