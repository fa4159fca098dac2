"""How well a municipality can be reached in a crisis, as counted last."""

from typing import Self

from django.db import models
from django.db.models import Q

from foundation import now
from foundation.directory.models.places import Municipality


class PreparednessQuerySet(models.QuerySet["Preparedness"]):
    def visible_to(self, person) -> Self:
        """Of the municipalities whose affairs `person` may see."""
        if person.works_nationally:
            return self
        return self.filter(person.reach("municipality", province="municipality__province"))


class Preparedness(models.Model):
    """A row a municipality, counted anew by a sweep, so that the weakest are an index and not a scan."""

    municipality = models.OneToOneField(Municipality, on_delete=models.CASCADE, related_name="preparedness")
    score = models.PositiveSmallIntegerField(help_text="0 to 100")
    verified_ways = models.PositiveSmallIntegerField(default=0)
    has_deputy = models.BooleanField(default=False)
    has_administrator = models.BooleanField(default=False)
    last_drill_at = models.DateTimeField(null=True, blank=True)
    last_sign_in_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(default=now)

    objects = PreparednessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "preparedness"
        constraints = [
            models.CheckConstraint(name="preparedness_is_a_percentage", condition=Q(score__lte=100)),
        ]
        indexes = [models.Index(fields=["score", "id"], name="weakest_first")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.score}"
