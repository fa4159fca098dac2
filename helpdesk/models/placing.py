"""Where a new ticket waits, who is given it, and why."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.teams import Queue
from helpdesk.models.ticket import Ticket


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    def visible_to(self, person) -> "RoutingRuleQuerySet":
        return self if person.works_at_the_desk else self.none()


class RoutingRule(models.Model):
    """If a new ticket is like this, it waits in that queue. The first rule that fits decides, in their order.

    Each list is empty (anything) or names values of which one has to fit; all lists have to.
    """

    code = models.SlugField(
        unique=True,
        validators=[RegexValidator(r"^(?!new$)[a-z]", _("A small letter first, and not “new”."))],
    )
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField()
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="routing_rules")
    components = models.JSONField(default=list, blank=True, help_text="codes of modules")
    municipality_types = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True, help_text="of the requester: tr, en")
    channels = models.JSONField(default=list, blank=True)
    senders = models.JSONField(default=list, blank=True, help_text="addresses, or domains with @ before them")
    words = models.JSONField(default=list, blank=True, help_text="in subject or text, in any spelling")
    is_active = models.BooleanField(default=True)

    CONDITIONS = ("components", "municipality_types", "languages", "channels", "senders", "words")

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class PlacedTicket(models.Model):
    """This rule put that ticket into its queue."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="placed")
    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.rule_id}"


class Distribution(models.Model):
    """How the tickets of a queue are given to its team without anybody asking."""

    class Method(models.TextChoices):
        TURN = "turn", _("In turn: whoever waited longest for one")
        LOAD = "load", _("By load: whoever has the fewest open ones")

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="distribution")
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.LOAD)
    skilled_first = models.BooleanField(default=True, help_text="those who know the module well, if one of them can")
    only_present = models.BooleanField(default=True, help_text="who has the desk open")
    only_on_shift = models.BooleanField(default=False, help_text="who stands on a rota now")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.queue_id}: {self.method}"


class GivenTicket(models.Model):
    """One ticket that was given to somebody, and why to them: what each of the team stood at that moment."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="given")
    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="given")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=4, choices=Distribution.Method.choices)
    open = models.PositiveIntegerField(help_text="how many they had then")
    knows_it_well = models.BooleanField(default=False)
    passed = models.JSONField(default=dict, help_text="why others could not have it → how many of the team")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["distribution", "to", "-at"], name="given_by_turn")]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.to_id}"
