"""The crisis message: its text, the people it goes to, the two who answer for it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Contact, Municipality, Person
from foundation.outbox.lanes import Lane
from monitoring.models import Outage

# How long a submitted broadcast may wait for its second person (threat model, row 1).
APPROVAL_WINDOW = timedelta(minutes=10)


class BroadcastQuerySet(models.QuerySet["Broadcast"]):
    def visible_to(self, person) -> "BroadcastQuerySet":
        """Recipients' numbers are personal data: only the watch and the desk look in."""
        return self if person.works_nationally else self.none()

    def live(self) -> "BroadcastQuerySet":
        return self.filter(is_drill=False)

    def drills(self) -> "BroadcastQuerySet":
        return self.filter(is_drill=True)

    def on_their_way(self) -> "BroadcastQuerySet":
        return self.filter(status__in=Broadcast.ON_THEIR_WAY)


class Broadcast(models.Model):
    """One message to many officials, which needs two people before it leaves.

    draft → submitted → sending ⇄ paused → done; a submitted one may be withdrawn or
    lapse, a sending or paused one may be stopped. `binding` is what was submitted,
    as a hash; approval repeats it, and sending checks it once more.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for second approval")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        DONE = "done", _("finished")
        STOPPED = "stopped", _("stopped")
        LAPSED = "lapsed", _("approval expired")

    class Authority(models.TextChoices):
        TWO_PEOPLE = "two_people", _("two people")
        IN_ADVANCE = "in_advance", _("two people, in advance")
        BROKEN_GLASS = "broken_glass", _("one person, glass broken")

    Lane = Lane

    class Spelling(models.TextChoices):
        PLAIN = "plain", _("plain letters")
        FULL = "full", _("full Turkish")

    ON_THEIR_WAY = (Status.SENDING, Status.PAUSED)
    RELEASED = (Status.SENDING, Status.PAUSED, Status.DONE, Status.STOPPED)

    subject = models.CharField(max_length=120)
    is_drill = models.BooleanField(default=False)
    lane = models.CharField(max_length=12, choices=Lane.choices, default=Lane.OPERATIONAL)
    sender = models.CharField(max_length=11)
    spelling = models.CharField(max_length=5, choices=Spelling.choices, default=Spelling.PLAIN)
    text = models.TextField(max_length=1600)
    correction = models.TextField(max_length=1600, blank=True)
    rule = models.JSONField(default=dict, help_text="whom it is for, as audience.Rule reads it")
    code = models.CharField(max_length=6, blank=True, help_text="typed in the portal to acknowledge")
    chases = models.BooleanField(default=False, help_text="e-mail to the silent, then an SMS to their deputies")
    chase_stage = models.PositiveSmallIntegerField(default=0, help_text="1: e-mailed, 2: deputies written to")
    is_public = models.BooleanField(
        default=False, db_default=False, help_text="anyone may read it in the CAP feed; a person said so"
    )
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    prepared_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=now)
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    authority = models.CharField(max_length=12, choices=Authority.choices, default=Authority.TWO_PEOPLE)
    pre_approval = models.ForeignKey(
        "PreApproval", null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    audience_digest = models.CharField(max_length=64, blank=True)
    binding = models.CharField(max_length=64, blank=True)
    told = models.JSONField(default=dict, blank=True, help_text="the tally open pages were last told")

    objects = BroadcastQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_approves_their_own_broadcast",
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")) | Q(authority="broken_glass"),
            ),
            models.CheckConstraint(
                name="broadcasts_approved_in_advance_name_the_approval",
                condition=~(Q(authority="in_advance") ^ Q(pre_approval__isnull=False)),
            ),
            models.CheckConstraint(
                name="released_broadcasts_name_two_people",
                condition=~Q(status__in=("sending", "paused", "done", "stopped"))
                | Q(submitted_by__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="submitted_broadcasts_are_bound",
                condition=Q(status="draft") | ~Q(binding="") & Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(name="drills_keep_their_lane", condition=~(Q(is_drill=True) ^ Q(lane="drill"))),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def url_name(self) -> str:
        """Drills live at another address than live broadcasts; their pages are named after it, "…_recipients"."""
        return "runbooks:drill" if self.is_drill else "runbooks:broadcast"

    def get_absolute_url(self) -> str:
        return reverse(self.url_name, args=[self.pk])

    @property
    def number(self) -> str:
        """What people say on the telephone: GND-2026-000088, a drill TTB-2026-000088."""
        return f"{'TTB' if self.is_drill else 'GND'}-{self.prepared_at:%Y}-{self.pk:06d}"

    @property
    def batch_key(self) -> str:
        """Under which the outbox keeps its messages."""
        return f"broadcast:{self.pk}"

    def chase_key(self, stage: int) -> str:
        """Under which the outbox keeps what is sent after the silent: 1 the e-mails, 2 the SMS to deputies."""
        return f"{self.batch_key}:chase-{stage}"

    @property
    def approvable_until(self) -> datetime | None:
        return self.submitted_at + APPROVAL_WINDOW if self.submitted_at else None

    @property
    def is_released(self) -> bool:
        return self.status in self.RELEASED

    @property
    def is_forsaken(self) -> bool:
        """Prepared by a step of a run that ended without letting it go: broken off, or left out."""
        step = getattr(self, "of_step", None)
        return step is not None and not step.is_open and not self.is_released

    def live_state(self) -> dict:
        """What open pages are told when it moves."""
        return {
            "status": self.status,
            "drill": self.is_drill,
            "submitted_at": self.submitted_at and self.submitted_at.isoformat(),
            "approved_at": self.approved_at and self.approved_at.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
        }


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def included(self) -> "RecipientQuerySet":
        return self.filter(left_out="")

    def silent(self) -> "RecipientQuerySet":
        return self.included().filter(acknowledged_at=None)


class RecipientReason(models.TextChoices):
    OPTED_OUT = "opted_out", _("opted out")
    UNVERIFIED = "unverified", _("not verified")
    LANDLINE = "landline", _("landline")
    INVALID = "invalid", _("not a telephone number")


class Recipient(models.Model):
    """One telephone number of one broadcast, frozen when the broadcast was submitted.

    Rows with a `left_out` reason are shown and never sent to. `place` is the order of
    leaving: mayors, secretaries, IT leads, then the rest.
    """

    Reason = RecipientReason

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients")
    place = models.PositiveIntegerField()
    address = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=12, choices=Contact.Duty.choices)
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    listed = models.PositiveSmallIntegerField(default=1, help_text="how often the number stood in the lists")
    left_out = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(name="one_recipient_per_number", fields=["broadcast", "address"]),
            models.UniqueConstraint(name="one_recipient_per_place", fields=["broadcast", "place"]),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.place}"


class Approval(models.Model):
    """The second person's word, bound to exactly what was submitted; evidence, never changed."""

    class Factor(models.TextChoices):
        TOTP = "totp", _("one-time code")
        PASSKEY = "webauthn", _("passkey")
        RECOVERY = "recovery_codes", _("recovery code")
        PASSWORD = "password", _("password (demonstration only)")

    broadcast = models.OneToOneField(Broadcast, on_delete=models.PROTECT, related_name="approval")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    binding = models.CharField(max_length=64)
    typed_count = models.PositiveIntegerField()
    factor = models.CharField(max_length=16, choices=Factor.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(name="approvals_need_two_people", condition=~Q(person=F("submitted_by"))),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.person_id}"


class BrokenGlass(models.Model):
    """One person let a broadcast go alone and wrote down why; somebody else reviews it afterwards."""

    broadcast = models.OneToOneField(Broadcast, on_delete=models.PROTECT, related_name="glass")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=2000)
    binding = models.CharField(max_length=64)
    typed_count = models.PositiveIntegerField()
    factor = models.CharField(max_length=16, choices=Approval.Factor.choices)
    at = models.DateTimeField(default=now)
    reviewed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(max_length=2000, blank=True)

    class Meta:
        verbose_name_plural = "broken glasses"
        indexes = [models.Index(fields=["at"], condition=Q(reviewed_at=None), name="glass_unreviewed")]
        constraints = [
            models.CheckConstraint(name="nobody_reviews_their_own_glass", condition=~Q(reviewed_by=F("person"))),
            models.CheckConstraint(
                name="glass_reviews_are_whole",
                condition=Q(reviewed_by=None, reviewed_at=None)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.person_id}"


class PreApproval(models.Model):
    """A plan's message that two people allowed in advance: this text, this rule, at most so many, until then.

    The plan's step sends it without waiting. `binding` is a hash over everything the
    two agreed to; a step that says anything else waits for two people as ever.
    """

    plan_code = models.CharField(max_length=20)
    step_key = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    lane = models.CharField(max_length=12, choices=Lane.choices)
    sender = models.CharField(max_length=11)
    text = models.TextField(max_length=1600)
    correction = models.TextField(max_length=1600)
    rule = models.JSONField(default=dict)
    binding = models.CharField(max_length=64)
    most = models.PositiveIntegerField(default=0, help_text="recipients that the second person allowed")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    factor = models.CharField(max_length=16, choices=Approval.Factor.choices, blank=True)
    good_until = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["plan_code", "step_key", "-pk"]
        constraints = [
            models.CheckConstraint(name="nobody_pre_approves_alone", condition=~Q(approved_by=F("asked_by"))),
            models.CheckConstraint(
                name="pre_approvals_say_until_when",
                condition=Q(approved_by=None, approved_at=None, good_until=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, good_until__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_pre_approval_per_step", fields=["plan_code", "step_key"], condition=Q(withdrawn_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_code} {self.step_key}"

    @property
    def is_good(self) -> bool:
        """Approved, not withdrawn, and its time is not over."""
        return self.withdrawn_at is None and self.good_until is not None and now() < self.good_until


class AudienceList(models.Model):
    """Conditions that somebody will need again, by name."""

    name = models.CharField(max_length=80, unique=True)
    rule = models.JSONField(default=dict, help_text="as audience.Rule reads it")
    kept_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    kept_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Acknowledgement(models.Model):
    """A municipality said "seen": by code, by answering, or because its people or machines came to us."""

    class Via(models.TextChoices):
        CODE = "code", _("code in the portal")
        REPLY = "reply", _("answer by SMS")
        CALL = "call", _("told on the telephone")
        KEYED = "keyed", _("keyed on a call")
        SIGN_IN = "sign_in", _("signed in")
        TICKET = "ticket", _("opened a ticket")
        HEARTBEAT = "heartbeat", _("its machine reported")

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="acknowledgements")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    via = models.CharField(max_length=9, choices=Via.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_acknowledgement_per_person", fields=["broadcast", "municipality", "person"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.municipality_id}"
