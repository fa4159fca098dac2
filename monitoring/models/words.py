"""What we say and how we put it right: sentences at hand, corrections, the report afterwards."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from foundation import now
from foundation.directory.models import Person
from monitoring.models.outages import Outage, StatusUpdate


class UpdateTemplate(models.Model):
    """A sentence for a stage, in both languages, with places to fill: {components}, {left}, {next}."""

    name = models.CharField(max_length=80)
    stage = models.CharField(max_length=13, choices=Outage.Stage.choices)
    text_tr = models.TextField(max_length=2000)
    text_en = models.TextField(max_length=2000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Correction(models.Model):
    """Something public was put right afterwards. What it said before stays readable for everyone."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="corrections")
    update = models.ForeignKey(
        StatusUpdate, null=True, blank=True, on_delete=models.CASCADE, related_name="corrections",
        help_text="none: the times of the outage",
    )  # fmt: skip
    before_tr = models.TextField(max_length=2000)
    before_en = models.TextField(max_length=2000, blank=True)
    reason = models.CharField(max_length=200, help_text="public")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["update", "-at"], name="correction_of_update", condition=~Q(update=None))]

    def __str__(self) -> str:
        return self.reason

    @property
    def before(self) -> str:
        english = (get_language() or "tr").startswith("en")
        return self.before_en if english and self.before_en else self.before_tr


class PostIncidentReport(models.Model):
    """What happened, why, and what we change: written after the outage, public once published. Markdown."""

    outage = models.OneToOneField(Outage, on_delete=models.CASCADE, related_name="report")
    text_tr = models.TextField(max_length=20_000)
    text_en = models.TextField(max_length=20_000, blank=True)
    drafted_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"report of {self.outage_id}"

    @property
    def text(self) -> str:
        """In the reader's language; Turkish where nobody translated."""
        english = (get_language() or "tr").startswith("en")
        return self.text_en if english and self.text_en else self.text_tr
