"""The plan in the catalogue: a runbook, kept in every version it ever had."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person


class RunbookQuerySet(models.QuerySet["Runbook"]):
    def visible_to(self, person) -> "RunbookQuerySet":
        """Plans name servers and people: they are for those who work nationally."""
        return self if person.works_nationally else self.none()

    def current(self) -> "RunbookQuerySet":
        """The highest version of each plan."""
        newest = Runbook._base_manager.filter(code=OuterRef("code")).order_by("-version").values("pk")[:1]
        return self.filter(pk=Subquery(newest))


class Runbook(models.Model):
    """One version of one plan, as its author wrote it (`source`) and as it was read (`definition`).

    A version is never changed: another text is another row. Runs keep their own copy.
    """

    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    title_tr = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of source, hexadecimal")
    published_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=now)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = RunbookQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(name="one_row_per_runbook_version", fields=["code", "version"]),
            models.CheckConstraint(
                name="approved_plans_say_by_whom_and_when",
                condition=~(Q(approved_by=None) ^ Q(approved_at=None)),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_plan", condition=Q(approved_by=None) | ~Q(approved_by=F("published_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> str:
        """In the reader's language; Turkish where no English was written."""
        english = (get_language() or "tr").startswith("en")
        return self.title_en if english and self.title_en else self.title_tr

    @property
    def is_draft(self) -> bool:
        """Still only as it ships: nobody of this house has published it."""
        return self.pk is None


class ShippedPiece(models.Model):
    """What ships with Nöbet under one code, and what of it this house has taken.

    `text` is what the running release ships, `taken` what it shipped when the house last took it or
    said that its own is right; between the two lies what a release changed.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", _("plan")
        TEMPLATE = "template", _("message template")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.CharField(max_length=40)
    text = models.TextField(help_text="YAML, as it stands in the release")
    definition = models.JSONField()
    taken = models.TextField(blank=True)
    arrived_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(name="one_shipped_piece_per_code", fields=["kind", "code"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def newest(self) -> "MessageTemplateQuerySet":
        """The last version of each template, ended ones too."""
        last = MessageTemplate._base_manager.filter(key=OuterRef("key")).order_by("-version").values("pk")[:1]
        return self.filter(pk=Subquery(last))

    def current(self) -> "MessageTemplateQuerySet":
        """Those that a composer may begin with."""
        return self.newest().filter(ended_at=None)

    def visible_to(self, person) -> "MessageTemplateQuerySet":
        return self if person.works_nationally else self.none()


class MessageTemplate(models.Model):
    """One version of a text that stands ready for a broadcast. A version is never changed: a change is a new row."""

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=2, choices=[("tr", "Türkçe"), ("en", "English")], default="tr")
    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=1600)
    correction = models.TextField(max_length=1600, blank=True)
    is_drill = models.BooleanField(default=False)
    made_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["is_drill", "key", "-version"]
        constraints = [
            models.UniqueConstraint(name="one_row_per_template_version", fields=["key", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
