"""Who is on call: rotas and their shifts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person


class Rota(models.Model):
    """One duty that somebody always carries: the watch, the desk, the platform."""

    key = models.SlugField(max_length=30, unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name_tr


class ShiftQuerySet(models.QuerySet["Shift"]):
    def covering(self, at) -> "ShiftQuerySet":
        """Shifts that hold at `at`: closed at their start, open at their end."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def still_to_come(self) -> "ShiftQuerySet":
        return self.filter(ends_at__gt=now())

    def visible_to(self, person) -> "ShiftQuerySet":
        return self if person.works_nationally else self.none()


class Shift(models.Model):
    """One person carries one rota for a while; `rank` 1 is called first, 2 is the backup."""

    class Rank(models.IntegerChoices):
        FIRST = 1, _("on call")
        BACKUP = 2, _("backup")

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.FIRST)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="taken_over_by")

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "rank"]
        indexes = [models.Index(fields=["rota", "ends_at"], name="shift_by_end")]
        constraints = [
            models.CheckConstraint(name="shifts_end_after_they_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.rota_id} {self.person_id} {self.starts_at:%d.%m %H:%M}"
