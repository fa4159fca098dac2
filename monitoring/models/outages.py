"""Outage: the one noun for what is broken for people, and everything said about it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality, Person, Province
from monitoring.models.registry import Node
from monitoring.models.states import Scope, Severity, State


class OutageQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def public(self) -> Self:
        return self.filter(is_public=True, merged_into=None)

    def announced(self) -> Self:
        """What outsiders are told of: public and no drill, open or over."""
        return self.public().filter(is_drill=False)

    def measured(self) -> Self:
        """Opened, and to be ended, by what we or Prometheus see."""
        return self.filter(source__in=Outage.MEASURED)

    def unacknowledged(self) -> Self:
        return self.open().filter(acknowledged_at=None)

    def widest_first(self) -> Self:
        width = Case(
            When(scope=Scope.CENTRAL, then=Value(0)),
            When(scope=Scope.REGIONAL, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return self.order_by(width, "severity", "started_at")

    def touching(self, municipality: Municipality) -> Self:
        """Those that ever affected this municipality."""
        return self.filter(pk__in=Affected.objects.filter(municipality=municipality).values("outage"))

    def reaching(self, municipality: Municipality, *, still: bool = False) -> Self:
        """Those that affected it or one of its nodes, ever or `still`.

        By key: joined, an outage comes once for each of its thousands of lines and is sorted out again.
        """
        lines = Affected.objects.filter(until=None) if still else Affected.objects.all()
        own = lines.filter(municipality=municipality).values("outage")
        of_nodes = lines.filter(node__municipality=municipality).values("outage")
        return self.filter(Q(pk__in=own) | Q(pk__in=of_nodes))

    def visible_to(self, person) -> Self:
        """All for those who work nationally, else the outages of one's own municipalities."""
        if person.works_nationally:
            return self
        reach = person.reach("municipality_id", province="municipality__province_id")
        return self.filter(pk__in=Affected.objects.filter(reach).values("outage"))


class OutageStage(models.TextChoices):
    INVESTIGATING = "investigating", _("investigating")
    IDENTIFIED = "identified", _("identified")
    MONITORING = "monitoring", _("monitoring")
    RESOLVED = "resolved", _("resolved")


class WithdrawalReason(models.TextChoices):
    """Why an alarm was none; words of the ledger, never public."""

    RESTART = "restart", _("a restart or an update")
    PLANNED = "planned", _("planned work that nobody announced")
    OUR_LINE = "our_line", _("our own line or prober")
    CHECK = "check", _("the check asks for too much")
    OTHER = "other", _("another reason")


class Outage(models.Model):
    """Something broken, from its first sign until the last of the affected is back."""

    Stage = OutageStage

    class Source(models.TextChoices):
        PROBE = "probe", _("our probes")
        ALERTMANAGER = "alertmanager", "Alertmanager"
        PERSON = "person", _("a person")

    MEASURED = (Source.PROBE, Source.ALERTMANAGER)

    title_tr = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    province = models.ForeignKey(Province, null=True, blank=True, on_delete=models.PROTECT, related_name="outages")
    components = models.ManyToManyField(Component, blank=True, related_name="outages")
    severity = models.CharField(max_length=2, choices=Severity.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OUTAGE)
    stage = models.CharField(max_length=13, choices=Stage.choices, default=Stage.INVESTIGATING)
    source = models.CharField(max_length=12, choices=Source.choices)
    is_public = models.BooleanField(default=True)
    withdrawn_for = models.CharField(
        max_length=8, choices=WithdrawalReason.choices, blank=True, db_default="", default=""
    )
    is_drill = models.BooleanField(default=False)

    started_at = models.DateTimeField(help_text="back-dated to the first sign")
    confirmed_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(default=dict, help_text="why we say so: monitoring.evidence")

    opened_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="of the Alertmanager alert that opened it")

    affected_count = models.PositiveIntegerField(default=0, help_text="municipalities, ever")
    recovered_count = models.PositiveIntegerField(default=0)
    report_count = models.PositiveIntegerField(default=0, help_text="municipalities that said: us too")

    objects = OutageQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="resolved_outages_say_when",
                condition=Q(stage="resolved", ended_at__isnull=False)
                | (~Q(stage="resolved") & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="withdrawn_outages_are_not_public", condition=Q(withdrawn_for="") | Q(is_public=False)
            ),
            models.CheckConstraint(
                name="outages_end_after_they_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")),
            ),
            models.UniqueConstraint(
                name="one_open_outage_per_fingerprint",
                fields=["fingerprint"],
                condition=Q(ended_at=None) & ~Q(fingerprint=""),
            ),
            models.CheckConstraint(
                name="regional_outages_may_name_a_province", condition=Q(province=None) | Q(scope="regional")
            ),
        ]
        indexes = [
            models.Index(fields=["started_at"], name="outage_open", condition=Q(ended_at=None)),
            models.Index(fields=["-ended_at"], name="outage_lately_ended"),
            models.Index(fields=["confirmed_at"], name="outage_by_opening"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_en if (get_language() or "tr").startswith("en") else self.title_tr

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_major(self) -> bool:
        return self.severity in (Severity.S1, Severity.S2)

    @property
    def still_affected(self) -> int:
        return max(0, self.affected_count - self.recovered_count)

    @property
    def state_now(self) -> str:
        """What it is at this moment: once it is being watched and most are back, it is an outage in part only."""
        most_are_back = self.recovered_count * 2 >= self.affected_count > 0
        if self.state == State.OUTAGE and self.stage == self.Stage.MONITORING and most_are_back:
            return State.PARTIAL
        return self.state

    def age(self, at: datetime) -> timedelta:
        """How long it lasted, or has lasted by `at`."""
        return (self.ended_at or at) - self.started_at

    @property
    def latest_update(self) -> "StatusUpdate | None":
        return self.updates.order_by("-created_at", "-pk").first()

    def live_state(self) -> dict:
        """What open boards and status pages are told: absolute values, both languages."""
        return {
            "id": self.pk,
            "title": {"tr": self.title_tr, "en": self.title_en},
            "scope": self.scope,
            "province": self.province_id,
            "components": [component.pk for component in self.components.all()],
            "severity": self.severity,
            "state": self.state,
            "stage": self.stage,
            "source": self.source,
            "drill": self.is_drill,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
            "next_update_at": self.next_update_at and self.next_update_at.isoformat(),
            "acknowledged_at": self.acknowledged_at and self.acknowledged_at.isoformat(),
            "affected": self.affected_count,
            "recovered": self.recovered_count,
            "reports": self.report_count,
        }


class AffectedQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(until=None)

    def announced(self) -> Self:
        """Lines of outages that outsiders are told of, open or over."""
        return self.filter(outage__is_public=True, outage__is_drill=False, outage__merged_into=None)

    def felt_now(self) -> Self:
        """What outsiders are told they feel at this moment."""
        return self.current().announced().filter(outage__ended_at=None)


class Affected(models.Model):
    """One line of what an outage touches, until it recovered.

    A node row names a node that is down. A municipality row (no node) names someone
    who feels a central component's fault. No component means: every component.
    """

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="affected")
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.PROTECT, related_name="affected")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="affected", db_index=False
    )
    component = models.ForeignKey(Component, null=True, blank=True, on_delete=models.PROTECT, related_name="affected")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = AffectedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "affected"
        constraints = [
            models.UniqueConstraint(
                name="a_node_is_in_one_open_outage", fields=["node"], condition=Q(until=None, node__isnull=False)
            ),
            models.UniqueConstraint(
                name="a_municipality_feels_a_component_once",
                fields=["outage", "municipality", "component"],
                condition=Q(until=None, node=None, component__isnull=False),
            ),
            models.UniqueConstraint(
                name="a_municipality_feels_everything_once",
                fields=["outage", "municipality"],
                condition=Q(until=None, node=None, component=None),
            ),
            models.CheckConstraint(
                name="affected_names_something",
                condition=Q(node__isnull=False) | Q(municipality__isnull=False) | Q(component__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "until"], name="affected_covering"),
            models.Index(fields=["component"], name="affected_component", condition=Q(until=None)),
            models.Index(fields=["outage", "municipality"], name="affected_of_outage"),
        ]

    def __str__(self) -> str:
        return f"{self.outage_id}: {self.node_id or self.municipality_id} {self.component_id or '*'}"


class StatusUpdate(models.Model):
    """One thing we told the public about an outage; newest first on every surface."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="updates")
    stage = models.CharField(max_length=13, choices=Outage.Stage.choices)
    text_tr = models.TextField(max_length=2000)
    text_en = models.TextField(max_length=2000, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    seen_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="the second pair of eyes"
    )
    alone_because = models.CharField(
        max_length=300, blank=True, help_text="why one person published a wide update without a second look"
    )
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["outage", "-created_at"], name="update_latest")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """In the reader's language; Turkish where nobody translated."""
        english = (get_language() or "tr").startswith("en")
        return self.text_en if english and self.text_en else self.text_tr


class ImpactReport(models.Model):
    """ "Biz de etkilendik": one a municipality and outage, however many people tap."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="reports")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="impact_reports")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    also = models.ManyToManyField(
        Person, blank=True, related_name="+", help_text="colleagues who tapped after the first"
    )
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_report_per_municipality_and_outage", fields=["outage", "municipality"]),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} in {self.outage_id}"
