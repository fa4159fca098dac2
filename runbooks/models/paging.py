"""Who is called when something breaks at night, until somebody answers."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.language import phone_numbers
from foundation.leases.models import LeasedRow, LeasedRowQuerySet
from foundation.outbox.models import Batch
from helpdesk.models import Team
from monitoring.models import Outage
from monitoring.models.states import Scope, Severity

MOST_ROUNDS, MOST_MINUTES = 9, 60


class WayKind(models.TextChoices):
    SMS = "sms", _("SMS")
    VOICE = "voice", _("telephone call")
    EMAIL = "email", _("e-mail")


class MatterKind(models.TextChoices):
    OUTAGE = "outage", _("outage")
    WORD = "word", _("late word")
    TICKET = "ticket", _("ticket that nobody took")
    STEP = "step", _("late step")
    APPROVAL = "approval", _("message waiting for its second person")
    PROBER = "prober", _("silent probes")
    SWEEP = "sweep", _("late work of Nöbet")
    GATEWAY = "gateway", _("gateway in trouble")


class PagingHours(models.TextChoices):
    ANY = "any", _("at any hour")
    WITHIN = "within", _("within the hours")
    OUTSIDE = "outside", _("outside the hours")


class PagingPolicyQuerySet(models.QuerySet["PagingPolicy"]):
    def visible_to(self, person) -> "PagingPolicyQuerySet":
        return self if person.keeps_the_watch else self.none()


class PagingPolicy(models.Model):
    """Who is called for what. The first policy in use, in their order, that fits a matter is followed.

    An empty list fits everything. The last resort fits when no other does; it cannot be
    switched off and knows no hours, so that there is always somebody.
    """

    Hours = PagingHours

    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=50)
    is_on = models.BooleanField(default=True)
    is_last_resort = models.BooleanField(default=False)
    severities = models.JSONField(default=list, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    components = models.JSONField(default=list, blank=True)
    provinces = models.JSONField(default=list, blank=True)
    hours = models.CharField(max_length=7, choices=Hours.choices, default=Hours.ANY)
    calendar = models.CharField(max_length=40, blank=True, help_text="code of the calendar whose hours are meant")
    waits = models.BooleanField(
        default=False, help_text="outside the hours of the calendar the first call waits for them"
    )
    rounds = models.PositiveSmallIntegerField(default=1)
    taken_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="an acknowledgement without progress holds so long; 0: for good"
    )

    objects = PagingPolicyQuerySet.as_manager()

    class Meta:
        ordering = ["is_last_resort", "position", "pk"]
        verbose_name_plural = "paging policies"
        constraints = [
            models.UniqueConstraint(
                name="one_last_resort", fields=["is_last_resort"], condition=Q(is_last_resort=True)
            ),
            models.CheckConstraint(
                name="the_last_resort_is_always_there",
                condition=Q(is_last_resort=False) | Q(is_on=True, hours="any", waits=False),
            ),
            models.CheckConstraint(
                name="policies_with_hours_name_a_calendar",
                condition=Q(hours="any", waits=False) | ~Q(calendar=""),
            ),
            models.CheckConstraint(name="rounds_come_to_an_end", condition=Q(rounds__gte=1, rounds__lte=MOST_ROUNDS)),
        ]

    def __str__(self) -> str:
        english = (get_language() or "tr").startswith("en")
        return self.name_en if english and self.name_en else self.name_tr


class PolicyStep(models.Model):
    """One rung of the ladder: who is called, by which ways, and how long they have until the next.

    `is_end` marks the end of the line, climbed once after all rounds.
    """

    class Who(models.TextChoices):
        FIRST = "first", _("the first on the rota")
        SECOND = "second", _("the second on the rota")
        CREW = "crew", _("everyone on the rota")
        PERSON = "person", _("one person")
        ROLE = "role", _("everyone with a role")
        TEAM = "team", _("a team of the desk")

    OF_ROTA = (Who.FIRST, Who.SECOND, Who.CREW)

    policy = models.ForeignKey(PagingPolicy, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    is_end = models.BooleanField(default=False)
    who = models.CharField(max_length=6, choices=Who.choices)
    rota = models.CharField(max_length=30, blank=True, help_text="the key of a rota; it may be filled later")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Membership.Role.choices, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ways = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ["policy", "is_end", "place"]
        constraints = [
            models.UniqueConstraint(name="steps_of_a_policy_are_in_order", fields=["policy", "is_end", "place"]),
            models.CheckConstraint(
                name="steps_name_whom_they_mean",
                condition=Q(who__in=("first", "second", "crew"), person=None, role="", team=None) & ~Q(rota="")
                | Q(who="person", person__isnull=False, rota="", role="", team=None)
                | Q(who="role", person=None, rota="", team=None) & ~Q(role="")
                | Q(who="team", person=None, rota="", role="", team__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_is_waited_for_forever", condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}.{self.place} {self.who}"

    def as_rung(self) -> dict:
        """The step as a page keeps its own copy of it."""
        return {
            "who": self.who,
            "rota": self.rota,
            "person": self.person_id,
            "role": self.role,
            "team": self.team_id,
            "ways": self.ways,
            "minutes": self.minutes,
            "is_end": self.is_end,
        }


class MatterQuerySet(LeasedRowQuerySet["Matter"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class Matter(LeasedRow):
    """Something somebody has to be called for; open until it is over.

    The row is leased until its page is open: whoever reports a fault writes this row
    and returns. `key` names the thing, so that it is reported once while it lasts.
    """

    Kind = MatterKind

    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=80)
    severity = models.CharField(max_length=2, choices=Severity.choices)
    scope = models.CharField(max_length=8, choices=Scope.choices, blank=True)
    province = models.CharField(max_length=2, blank=True, help_text="plate code")
    components = models.JSONField(default=list, blank=True)
    title_tr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    url = models.CharField(max_length=200, help_text="where one looks at it, without the host")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.CASCADE, related_name="matters")
    reported_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(default=now, help_text="when we knew of it")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = MatterQuerySet.as_manager()

    class Meta(LeasedRow.Meta):
        constraints = [
            models.UniqueConstraint(name="a_matter_is_reported_once", fields=["key"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_en if (get_language() or "tr").startswith("en") else self.title_tr


class PageQuerySet(LeasedRowQuerySet["Page"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def visible_to(self, person) -> Self:
        """All for the watch; else those one was called for."""
        if person.keeps_the_watch:
            return self
        return self.filter(pk__in=Notice.objects.filter(person=person).values("page"))


class PageStatus(models.TextChoices):
    RINGING = "ringing", _("calling")
    TAKEN = "taken", _("acknowledged")
    UNANSWERED = "unanswered", _("nobody answered")
    OVER = "over", _("over")


class Page(LeasedRow):
    """The ladder of one matter. The leased row is its next rung, due at `due_at`.

    `rungs` is the page's own copy of its policy's steps: editing a policy leaves
    tonight undisturbed. `round` counts up each time the ladder begins anew; `place` is
    the rung that is climbed next.
    """

    Status = PageStatus

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="pages")
    policy = models.ForeignKey(PagingPolicy, null=True, on_delete=models.SET_NULL, related_name="pages")
    rungs = models.JSONField(default=list)
    rounds = models.PositiveSmallIntegerField(default=1, help_text="how often this call still goes round")
    taken_minutes = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RINGING)
    round = models.PositiveSmallIntegerField(default=1)
    place = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(default=now)
    called_at = models.DateTimeField(null=True, blank=True, help_text="when the first word to anybody was written")
    taken_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_via = models.CharField(max_length=8, blank=True)
    unanswered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = PageQuerySet.as_manager()

    class Meta(LeasedRow.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="one_open_page_a_matter", fields=["matter"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="taken_pages_say_by_whom",
                condition=~Q(status="taken") | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pages_that_are_over_say_when",
                condition=Q(status="over", ended_at__isnull=False) | ~Q(status="over") & Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"page {self.pk} for {self.matter_id}"

    @property
    def is_ringing(self) -> bool:
        return self.status == self.Status.RINGING

    @property
    def first_call_after(self) -> timedelta | None:
        """From the fault to the first word to anybody; None while nobody was called."""
        return self.called_at - self.matter.opened_at if self.called_at else None

    def live_state(self) -> dict:
        """What open boards are told."""
        return {"id": self.pk, "outage": self.matter.outage_id, "status": self.status, "round": self.round}


class Summons(models.Model):
    """One message to one person about everything that calls them at that moment.

    Forty matters are one summons with a number; its code answers for all of them.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="summonses")
    code = models.CharField(max_length=6)
    batch = models.OneToOneField(Batch, null=True, on_delete=models.SET_NULL, related_name="summons")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "summonses"
        indexes = [models.Index(fields=["person", "-at"], name="summons_lately")]

    def __str__(self) -> str:
        return f"summons {self.pk} of {self.person_id}"


class Notice(models.Model):
    """That one person is told of one page at one rung by one way: written once, however often one looks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("about to be told")
        SENT = "sent", _("told")
        FAILED = "failed", _("could not be reached")
        DROPPED = "dropped", _("no longer necessary")

    Way = WayKind

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="notices")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="page_notices")
    way = models.CharField(max_length=5, choices=Way.choices)
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=80, blank=True)
    instead = models.BooleanField(default=False, help_text="written because another way of this person failed")
    summons = models.ForeignKey(Summons, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices")
    at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "step", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="nobody_is_paged_twice_for_a_step", fields=["page", "round", "step", "person", "way", "address"]
            ),
            models.CheckConstraint(name="sent_notices_say_when", condition=~Q(state="sent") | Q(sent_at__isnull=False)),
            models.CheckConstraint(name="failed_notices_say_why", condition=~Q(state="failed") | ~Q(reason="")),
        ]
        indexes = [models.Index(fields=["person"], condition=Q(state="waiting"), name="notice_waiting")]

    def __str__(self) -> str:
        return f"{self.page_id}.{self.round}.{self.step} {self.person_id} {self.way}"


class ContactWayQuerySet(models.QuerySet["ContactWay"]):
    def verified(self) -> "ContactWayQuerySet":
        return self.exclude(verified_at=None)

    def visible_to(self, person) -> "ContactWayQuerySet":
        """One's own alone."""
        return self.filter(person=person)


class ContactWay(models.Model):
    """One way to reach one person for duty: proved by a code, in the order they chose."""

    Kind = WayKind

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_ways")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    address = models.CharField(max_length=254, help_text="E.164, or an e-mail address")
    place = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ContactWayQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(name="a_way_is_listed_once", fields=["person", "kind", "address"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    @property
    def shown(self) -> str:
        return phone_numbers.masked(self.address)


class AwakeQuerySet(models.QuerySet["Awake"]):
    def at(self, moment: datetime) -> "AwakeQuerySet":
        return self.filter(since__lte=moment, until__gt=moment)


class Awake(models.Model):
    """ "Ayaktayım": until then this person gets one digest instead of call after call."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="awake")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField()

    objects = AwakeQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "awake"
        constraints = [
            models.CheckConstraint(name="people_are_awake_for_a_while", condition=Q(until__gt=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.until:%H:%M}"
