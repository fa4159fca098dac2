"""The crisis message: its text, the people it goes to, the two who answer for it."""

from datetime import timedelta

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


class BroadcastQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Recipients' numbers are personal data: only the watch and the desk look in."""
        return self if person.works_nationally else self.none()

    def live(self):
        return self.filter(is_drill=False)

    def drills(self):
        return self.filter(is_drill=True)

    def on_their_way(self):
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
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    prepared_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=now)
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
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
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
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

    def get_absolute_url(self) -> str:
        """Drills live at another address than live broadcasts."""
        return reverse("runbooks:drill" if self.is_drill else "runbooks:broadcast", args=[self.pk])

    @property
    def number(self) -> str:
        """What people say on the telephone: GND-2026-000088, a drill TTB-2026-000088."""
        return f"{'TTB' if self.is_drill else 'GND'}-{self.prepared_at:%Y}-{self.pk:06d}"

    @property
    def approvable_until(self):
        return self.submitted_at + APPROVAL_WINDOW if self.submitted_at else None

    @property
    def is_released(self) -> bool:
        return self.status in self.RELEASED

    def live_state(self) -> dict:
        """What open pages are told when it moves."""
        return {
            "status": self.status,
            "drill": self.is_drill,
            "submitted_at": self.submitted_at and self.submitted_at.isoformat(),
            "approved_at": self.approved_at and self.approved_at.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
        }


class RecipientQuerySet(models.QuerySet):
    def included(self):
        return self.filter(left_out="")

    def silent(self):
        return self.included().filter(acknowledged_at=None)


class Recipient(models.Model):
    """One telephone number of one broadcast, frozen when the broadcast was submitted.

    Rows with a `left_out` reason are shown and never sent to. `place` is the order of
    leaving: mayors, secretaries, IT leads, then the rest.
    """

    class Reason(models.TextChoices):
        OPTED_OUT = "opted_out", _("opted out")
        UNVERIFIED = "unverified", _("not verified")
        LANDLINE = "landline", _("landline")
        INVALID = "invalid", _("not a telephone number")

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


class Acknowledgement(models.Model):
    """A municipality said "seen": by code in the portal, or because one of its people signed in."""

    class Via(models.TextChoices):
        CODE = "code", _("code in the portal")
        CALL = "call", _("told on the telephone")

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="acknowledgements")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    via = models.CharField(max_length=6, choices=Via.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_acknowledgement_per_person", fields=["broadcast", "municipality", "person"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.municipality_id}"
