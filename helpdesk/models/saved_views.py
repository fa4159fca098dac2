"""What an agent wants to see again: a question in the words of the search, with columns and an order."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.teams import Team


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, person) -> "SavedViewQuerySet":
        """One's own, and those shared with a team one is in. What they show is asked for as the reader."""
        if not person.works_at_the_desk:
            return self.none()
        shared = Team.objects.standing().filter(members=person)
        return self.filter(Q(owner=person) | Q(team__in=shared.values("pk")))


class Sorting(models.TextChoices):
    DUE = "due", _("What is due next comes first")
    SEVERITY = "severity", _("The gravest first, then what is due next")
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")


class QueueColumn(models.TextChoices):
    """Beside the subject, which always stands there; in this order."""

    SEVERITY = "severity", _("Severity")
    NUMBER = "number", _("Ticket number")
    MUNICIPALITY = "municipality", _("Municipality")
    PROVINCE = "province", _("Province")
    MODULE = "component", _("Module")
    QUEUE = "queue", _("Queue")
    STATUS = "status", _("Status")
    DUE = "due", _("Due")
    OPENED = "opened", _("Opened")
    REQUESTER = "requester", _("Who asks")
    ASSIGNEE = "assignee", _("Assignee")


USUAL_COLUMNS = (
    QueueColumn.SEVERITY,
    QueueColumn.NUMBER,
    QueueColumn.MUNICIPALITY,
    QueueColumn.MODULE,
    QueueColumn.DUE,
    QueueColumn.ASSIGNEE,
)


def usual_columns() -> list[str]:
    return [column.value for column in USUAL_COLUMNS]


class SavedView(models.Model):
    """A list of tickets with a name. `question` is what one would type into the search box."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="saved_views", help_text="who else has it"
    )
    name = models.CharField(max_length=60)
    question = models.CharField(max_length=500, blank=True)
    columns = models.JSONField(default=usual_columns)
    sorting = models.CharField(max_length=8, choices=Sorting.choices, default=Sorting.DUE)
    changed_at = models.DateTimeField(default=now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_saved_view_of_a_name_per_owner", fields=["owner", "name"]),
            models.CheckConstraint(name="saved_views_have_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def may_be_changed_by(self, person) -> bool:
        """Its owner, and who leads the team it is shared with."""
        return self.owner_id == person.pk or (self.team is not None and self.team.is_led_by(person))


class PinnedView(models.Model):
    """It stands beside the fixed views of this person, in the order of `position`."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="pins")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pinned_views")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="a_view_is_pinned_once", fields=["view", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.view_id}"
