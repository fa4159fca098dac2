"""Who is on call: rotas, the rules by which turns go round, the shifts that follow, and who is away."""

from datetime import date, datetime, time
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person

WHOLE_WEEK = "1234567"  # ISO weekdays, Monday first


class RotaQuerySet(models.QuerySet["Rota"]):
    def kept(self) -> "RotaQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, person) -> "RotaQuerySet":
        return self if person.works_nationally else self.none()


class Rota(models.Model):
    """One duty that somebody always carries: the watch, the desk, the platform.

    `days`, `opens` and `closes` are the hours in which it has to be carried; outside
    them nobody is missing. Wall time of Europe/Istanbul; equal hours are the whole day.
    """

    key = models.SlugField(max_length=30, unique=True)
    name_tr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    days = models.CharField(max_length=7, default=WHOLE_WEEK, db_default=WHOLE_WEEK)
    opens = models.TimeField(default=time(0), db_default=time(0))
    closes = models.TimeField(default=time(0), db_default=time(0))
    has_backup = models.BooleanField(default=False, db_default=False, help_text="somebody second has to be there, too")
    created_at = models.DateTimeField(default=now, db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RotaQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "tr").startswith("en") else self.name_tr


class Rank(models.IntegerChoices):
    FIRST = 1, _("on call")
    BACKUP = 2, _("backup")


class RotaLayer(models.Model):
    """A rule by which the turns of one rank go round: who, how long a turn is, which hours.

    A rule is never edited: a change ends it and begins another, so that last month's
    shifts can be explained. A turn begins at `opens`; equal hours are the whole day.
    """

    class Unit(models.TextChoices):
        DAY = "day", _("days")
        WEEK = "week", _("weeks")

    class Holidays(models.TextChoices):
        AS_USUAL = "as_usual", _("as on any other day")
        RESTS = "rests", _("rests on public holidays")
        ALSO = "also", _("also covers public holidays")

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="layers")
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.FIRST)
    starts_on = models.DateField()
    every = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=4, choices=Unit.choices, default=Unit.WEEK)
    days = models.CharField(max_length=7, default=WHOLE_WEEK)
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(9))
    holidays = models.CharField(max_length=8, choices=Holidays.choices, default=Holidays.AS_USUAL)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [
            models.CheckConstraint(name="turns_have_a_length", condition=Q(every__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.rota_id} {self.rank} {self.starts_on}"

    @property
    def people(self) -> list[Person]:
        """In the order of their turns; prefetch `members__person`."""
        return [member.person for member in self.members.all()]


class RotaLayerMember(models.Model):
    """Somebody's place in the order of a layer."""

    layer = models.ForeignKey(RotaLayer, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_person_a_place_in_the_order", fields=["layer", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.layer_id} {self.position}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def covering(self, at: datetime) -> "ShiftQuerySet":
        """Shifts that hold at `at`: closed at their start, open at their end."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def meeting(self, start: datetime, end: datetime) -> "ShiftQuerySet":
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def still_to_come(self) -> "ShiftQuerySet":
        return self.filter(ends_at__gt=now())

    def in_use(self) -> "ShiftQuerySet":
        """Of rotas that have not ended."""
        return self.filter(rota__ended_at=None)

    def visible_to(self, person) -> "ShiftQuerySet":
        return self if person.works_nationally else self.none()


class Shift(models.Model):
    """One person carries one rota for a while; `rank` 1 is called first, 2 is the backup.

    These rows are the truth: pages, feeds, the API and whoever calls somebody read them
    and nothing else. Those of a layer are laid out ahead (`rotas.laying`); those made by
    hand (an override, a swap, a take-over, an import) stay, and the layers give way.
    `instead_of` is who would have had the turn.
    """

    Rank = Rank

    class Origin(models.TextChoices):
        LAYER = "layer", _("by rule")
        HAND = "hand", _("by hand")

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.FIRST)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = models.CharField(max_length=5, choices=Origin.choices, default=Origin.HAND, db_default="hand")
    instead_of = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True, db_default="")
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="taken_over_by")
    changed_at = models.DateTimeField(default=now, db_default=Now())

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "rank"]
        indexes = [models.Index(fields=["rota", "ends_at"], name="shift_by_end")]
        constraints = [
            models.CheckConstraint(name="shifts_end_after_they_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.rota_id} {self.person_id} {self.starts_at:%d.%m %H:%M}"

    @property
    def is_by_hand(self) -> bool:
        return self.source == self.Origin.HAND


class LeaveQuerySet(models.QuerySet["Leave"]):
    def standing(self) -> "LeaveQuerySet":
        return self.filter(withdrawn_at=None)

    def visible_to(self, person) -> "LeaveQuerySet":
        return self if person.works_nationally else self.none()


class Leave(models.Model):
    """Somebody is away for some whole days, and their turns pass to the next in the order."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leaves")
    first_day = models.DateField()
    last_day = models.DateField()
    created_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(name="leaves_end_after_they_start", condition=Q(last_day__gte=F("first_day"))),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.first_day}"

    def holds(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


class SwapQuerySet(models.QuerySet["Swap"]):
    def waiting(self) -> Self:
        return self.filter(status=Swap.Status.WAITING)


class Swap(models.Model):
    """Two people exchange shifts, or one takes another's: proposed by the one, accepted by the other.

    A shift that changed meanwhile is no longer the one that was agreed on, and then the
    swap can no longer be accepted.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    given = models.ForeignKey(Shift, null=True, on_delete=models.SET_NULL, related_name="+")
    wanted = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_exchange = models.BooleanField(help_text="something is wanted in return")
    proposed_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="swaps_proposed")
    proposed_to = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="swaps_asked")
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_swap_a_shift", fields=["given", "proposed_to"], condition=Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposed_by_id} {self.proposed_to_id} {self.status}"


class ToldGap(models.Model):
    """A stretch without anybody that the shift leads have been told of; one row, one letter."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="told_gaps")
    rank = models.PositiveSmallIntegerField(choices=Rank.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    told_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_gap_is_told_once", fields=["rota", "rank", "starts_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.rota_id} {self.rank} {self.starts_at:%d.%m %H:%M}"


class HandoverNote(models.Model):
    """What somebody leaves to whoever comes next: what is open, as it was then, and a word about it."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="handover_notes")
    shift = models.ForeignKey(Shift, null=True, on_delete=models.SET_NULL, related_name="handover_notes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    still_open = models.JSONField(default=list, help_text="lines: kind, name and address of what was open")
    written_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.rota_id} {self.written_at:%d.%m %H:%M}"


class CalendarKey(models.Model):
    """Opens somebody's calendar feeds to a calendar program. Only its digest is kept; a new one ends the old one."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_key")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}"
