"""Who looks after which modules."""

from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from foundation import now
from foundation.directory.models import Component, Membership, Municipality


class TeamQuerySet(models.QuerySet["Team"]):
    def standing(self) -> "TeamQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, person) -> "TeamQuerySet":
        """The desk sees every team, ended ones too; nobody else sees any."""
        return self if person.works_at_the_desk else self.none()


class Team(models.Model):
    """Agents who share queues. One that has ended keeps its name for what it did."""

    code = models.SlugField(unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "tr").startswith("en") else self.name_tr

    @property
    def membership_scope(self) -> str:
        """What stands in `Membership.scope` of the role that this team gave."""
        return f"team:{self.code}"

    def is_led_by(self, person) -> bool:
        """Platform administrators lead every team, a shift lead those of their own."""
        if person.has_role(Membership.Role.PLATFORM_ADMIN):
            return True
        return person.has_role(Membership.Role.SHIFT_LEAD) and self.members.filter(pk=person.pk).exists()


class Skill(models.Model):
    """A module that an agent knows well: tickets about it are offered to them first."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="skills")
    since = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_skill_per_person_and_module", fields=["person", "component"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.component_id}"


class QueueQuerySet(models.QuerySet["Queue"]):
    def standing(self) -> "QueueQuerySet":
        return self.filter(ended_at=None)

    def fitting(self, component: Component, municipality: Municipality) -> "QueueQuerySet":
        """Those that take a ticket of this place about this module, the narrowest first."""
        takes = Q(components=component) & (
            Q(municipality_types="") | Q(municipality_types__contains=f" {municipality.type} ")
        )
        fitting = self.standing().filter(takes | Q(takes_the_rest=True))
        return fitting.order_by("takes_the_rest", "-municipality_types", "code")

    def visible_to(self, person) -> "QueueQuerySet":
        """The desk sees every queue; nobody else sees any."""
        return self if person.works_at_the_desk else self.none()

    def of(self, person) -> "QueueQuerySet":
        return self.filter(team__members=person)


class Queue(models.Model):
    """Where tickets about some components wait; exactly one queue takes the rest.

    `municipality_types` narrows it to kinds of municipality, each between blanks; empty: all of them.
    """

    code = models.SlugField(unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="queues")
    components = models.ManyToManyField(Component, blank=True, related_name="queues")
    municipality_types = models.CharField(max_length=60, blank=True, default="", db_default="")
    takes_the_rest = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="one_queue_takes_the_rest",
                fields=["takes_the_rest"],
                condition=models.Q(takes_the_rest=True),
            ),
            models.CheckConstraint(
                name="the_queue_that_takes_the_rest_stands", condition=Q(takes_the_rest=False) | Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "tr").startswith("en") else self.name_tr

    @property
    def types(self) -> list[str]:
        return self.municipality_types.split()

    @property
    def type_names(self) -> list[str]:
        return [str(Municipality.Type(code).label) for code in self.types]

    def shares_places_with(self, types: Collection[str]) -> bool:
        """Whether a queue for these kinds (none: all) would take from the same municipalities."""
        return not self.types or not types or bool(set(self.types) & set(types))
