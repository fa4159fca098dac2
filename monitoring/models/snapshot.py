"""Who writes the snapshot on disk."""

from django.db import models


class SnapshotLease(models.Model):
    """One row: the writer, until when, and what it wrote last."""

    owner = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.owner or "nobody"
