"""What programs of others are told: events in one order, the addresses that want them, and each sending."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Membership, Municipality
from foundation.leases.models import LeasedRow


class FeedReach(models.TextChoices):
    """Who besides those who work nationally hears of an event."""

    EVERYONE = "everyone"
    MUNICIPALITY = "place"
    HOUSE = "house"


class FeedEventQuerySet(models.QuerySet["FeedEvent"]):
    def visible_to(self, person) -> Self:
        """All for those who work nationally; for municipal staff their own municipality's, and what is public."""
        if person.works_nationally:
            return self
        homes = [m.municipality_id for m in person.current_memberships if m.role in Membership.MUNICIPAL_ROLES]
        mine = Q(reach=FeedReach.MUNICIPALITY, municipality__in=homes)
        return self.filter(mine | Q(reach=FeedReach.EVERYONE)) if homes else self.none()


class FeedEvent(models.Model):
    """One thing that happened, as programs are told it. `number` is its place in the sealed record.

    The entry it is made from was written in the transaction of the change, and is
    sealed after the commit: whoever has read up to a number has missed nothing before it.
    """

    Reach = FeedReach

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="feed_events"
    )
    reach = models.CharField(max_length=8, choices=Reach.choices)
    data = models.JSONField()

    objects = FeedEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["municipality", "number"], name="feed_by_municipality")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class FeedMark(models.Model):
    """The one row that says how far the record was read, and up to where the feed was forgotten."""

    ONLY = 1

    read_to = models.BigIntegerField(default=0)
    forgotten_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.read_to)


class EventHookQuerySet(models.QuerySet["EventHook"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def visible_to(self, person) -> Self:
        """All for platform administrators; for municipal administrators those of their own municipalities."""
        if person.has_role(Membership.Role.PLATFORM_ADMIN):
            return self
        return self.filter(municipality__in=person.administered_municipalities)


class EventHook(models.Model):
    """An address that wants to hear of events: of one municipality, or of the house when it names none.

    The secret is kept sealed; the earlier one signs too until `earlier_until`, so that
    a receiver can change over. `kinds` names the events that are wanted; none named are all.
    """

    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="event_hooks"
    )
    name = models.SlugField(max_length=40)
    url = models.URLField(max_length=300)
    kinds = models.JSONField(default=list, blank=True)
    secret = models.TextField(help_text="sealed; shown once")
    earlier_secret = models.TextField(blank=True, default="", help_text="sealed")
    earlier_until = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="event_hooks",
        help_text="who hears when it fails",
    )
    changed_at = models.DateTimeField(default=now)
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EventHookQuerySet.as_manager()

    class Meta:
        ordering = ["municipality_id", "name"]
        verbose_name = _("webhook")
        constraints = [
            models.UniqueConstraint(
                name="one_webhook_of_a_name",
                fields=["municipality", "name"],
                condition=Q(ended_at=None, municipality__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_webhook_of_the_house_of_a_name",
                fields=["name"],
                condition=Q(ended_at=None, municipality__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def wants(self, event: FeedEvent) -> bool:
        """Whether it asked for this kind, and may hear of it."""
        if self.kinds and event.kind not in self.kinds:
            return False
        if self.municipality_id is None or event.reach == FeedReach.EVERYONE:
            return True
        return event.reach == FeedReach.MUNICIPALITY and event.municipality_id == self.municipality_id


class HookDelivery(LeasedRow):
    """One event on its way to one address; `key` is the same in every copy, so that receivers tell copies apart."""

    ENDED = (LeasedRow.State.KEPT, LeasedRow.State.BROKEN)

    webhook = models.ForeignKey(EventHook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(FeedEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    body = models.TextField(help_text="as it is signed and sent")
    created_at = models.DateTimeField(default=now)
    is_replay = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the last answer")
    said = models.CharField(max_length=500, blank=True, help_text="how the last answer begins")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(LeasedRow.Meta):
        indexes = [
            *LeasedRow.Meta.indexes,
            models.Index(fields=["webhook", "-id"], name="hook_delivery_log"),
            models.Index(fields=["created_at"], name="hook_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED
