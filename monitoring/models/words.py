"""What we say and how we put it right: sentences at hand, corrections, the report afterwards."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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


class ProposalQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(status=Proposal.Status.WAITING)


class Proposal(models.Model):
    """An update of a wide outage that waits for a second pair of eyes; an outage has one at most.

    The words do not change while they wait: other words are another proposal.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for a second look")
        PUBLISHED = "published", _("published")
        SENT_BACK = "sent_back", _("sent back")
        REPLACED = "replaced", _("replaced by other words")

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="proposals")
    stage = models.CharField(max_length=13, choices=Outage.Stage.choices)
    text_tr = models.TextField(max_length=2000)
    text_en = models.TextField(max_length=2000, blank=True)
    minutes = models.PositiveSmallIntegerField(
        null=True, default=30, help_text="until the next word, from publication on; none: as announced"
    )
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="why it was sent back")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_proposal_waits_per_outage", fields=["outage"], condition=Q(status="waiting")
            ),
            models.CheckConstraint(
                name="decided_proposals_say_when",
                condition=Q(status="waiting", decided_at=None) | (~Q(status="waiting") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.text_tr

    @property
    def words(self) -> dict:
        """Keywords of `monitoring.outages.preview.preview`."""
        return {"stage": self.stage, "text_tr": self.text_tr, "text_en": self.text_en, "minutes": self.minutes}


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
