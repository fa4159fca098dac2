"""What the desk keeps in mind about a municipality."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation import now
from foundation.directory.models import Municipality

LONGEST_NOTE = 500


class PlaceNoteQuerySet(models.QuerySet["PlaceNote"]):
    def standing(self) -> "PlaceNoteQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, person) -> "PlaceNoteQuerySet":
        """Words among colleagues: the desk reads them, nobody else."""
        return self if person.works_at_the_desk else self.none()


class PlaceNote(models.Model):
    """A short note about a municipality that stays beside each of its tickets until somebody ends it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="desk_notes")
    text = models.CharField(max_length=LONGEST_NOTE)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="place_notes"
    )
    written_at = models.DateTimeField(default=now, help_text="when its words were last changed")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PlaceNoteQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="place_notes_say_something", condition=~Q(text=""))]
        indexes = [
            models.Index(fields=["municipality", "-id"], condition=Q(ended_at=None), name="place_note_standing"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="place_note_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id}: {self.pk}"
