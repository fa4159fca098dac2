"""The plan in the catalogue: a runbook, kept in every version it ever had."""

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language

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

    objects = RunbookQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(name="one_row_per_runbook_version", fields=["code", "version"])]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> str:
        """In the reader's language; Turkish where no English was written."""
        english = (get_language() or "tr").startswith("en")
        return self.title_en if english and self.title_en else self.title_tr
