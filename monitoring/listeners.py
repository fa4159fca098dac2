"""What the watch does on hearing facts about places and components."""

from django.dispatch import receiver

from foundation.directory import events
from foundation.directory.models import Person
from monitoring.models import Node
from monitoring.registry import changes


@receiver(events.municipality_closed)
def stop_watching_the_place(sender, municipality, by, **kwargs) -> None:
    """A place that no longer exists raises no alarm; what its nodes went through stays."""
    stop_watching(list(Node.objects.watched().filter(municipality=municipality)), by)


@receiver(events.component_retired)
def stop_watching_the_component(sender, component, by, **kwargs) -> None:
    stop_watching(list(Node.objects.watched().filter(component=component)), by)


def stop_watching(watched: list[Node], by: Person) -> None:
    if watched:
        changes.change_many(watched, by=by, is_watched=False)
