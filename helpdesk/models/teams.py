"""Who looks after which modules."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from foundation.directory.models import Component


class Team(models.Model):
    """Agents who share queues."""

    code = models.SlugField(unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "tr").startswith("en") else self.name_tr


class QueueQuerySet(models.QuerySet["Queue"]):
    def visible_to(self, person) -> "QueueQuerySet":
        """The desk sees every queue; nobody else sees any."""
        return self if person.works_at_the_desk else self.none()

    def of(self, person) -> "QueueQuerySet":
        return self.filter(team__members=person)


class Queue(models.Model):
    """Where tickets about some components wait; exactly one queue takes the rest."""

    code = models.SlugField(unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="queues")
    components = models.ManyToManyField(Component, blank=True, related_name="queues")
    takes_the_rest = models.BooleanField(default=False)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="one_queue_takes_the_rest",
                fields=["takes_the_rest"],
                condition=models.Q(takes_the_rest=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "tr").startswith("en") else self.name_tr
