"""The record of what was destroyed because its time was over."""

from django.db import models

from foundation import now


class Destruction(models.Model):
    """One run of one rule that destroyed something: how much, and of what age. No personal data.

    KVKK's regulation on erasure asks to keep these at least three years.
    """

    rule = models.CharField(max_length=60)
    older_than = models.DateTimeField()
    amount = models.PositiveIntegerField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.rule} {self.amount}"
