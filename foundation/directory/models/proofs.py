"""What was tried and what came of it: a test SMS, a backup that was restored beside ours."""

from django.db import models

from foundation import now
from foundation.directory.models.people import Person


class SetupProof(models.Model):
    """The last trial of one part of the house; `said` is what it answered, or where its answer can be looked up."""

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=now)
    passed = models.BooleanField(default=False)
    said = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.part
