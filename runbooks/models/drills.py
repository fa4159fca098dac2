"""Whom a drill may reach: the drill list, and nobody besides."""

from django.db import models

from foundation import now
from foundation.directory.models import Person


class DrillNumber(models.Model):
    """One telephone number that has agreed to be written to in drills, as `phone_numbers` writes it."""

    address = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120, blank=True)
    kept_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    kept_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.address
