"""What we watch and how we ask: nodes, what they lean on, and their checks."""

import secrets
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality
from monitoring.checks import rules as check_rules
from monitoring.checks import verdicts
from monitoring.models.states import State


class NodeQuerySet(models.QuerySet):
    def watched(self) -> Self:
        return self.filter(is_watched=True)

    def of_municipalities(self) -> Self:
        return self.exclude(municipality=None)

    def central(self) -> Self:
        return self.exclude(component=None)

    def down(self) -> Self:
        return self.filter(state=State.OUTAGE)

    def visible_to(self, person) -> Self:
        """All for those who work nationally, else the nodes of one's own municipalities."""
        if person.works_nationally:
            return self
        return self.filter(person.reach("municipality_id", province="municipality__province_id"))


class Node(models.Model):
    """One thing we watch: a municipality's way in, or a central component, never both."""

    code = models.CharField(max_length=40, unique=True, help_text="label in metrics; never changes")
    name = models.CharField(max_length=160)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="nodes"
    )
    component = models.ForeignKey(Component, null=True, blank=True, on_delete=models.PROTECT, related_name="nodes")
    unit = models.CharField(max_length=80, blank=True, help_text="building or department, where there are several")
    is_watched = models.BooleanField(default=True)

    state = models.CharField(max_length=8, choices=State.choices, default=State.NO_DATA)
    since = models.DateTimeField(default=now, help_text="back-dated to the first sign")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="when the verdict was sure of it")
    is_flapping = models.BooleanField(default=False)
    suspected_at = models.DateTimeField(null=True, blank=True, help_text="first failure not yet confirmed")

    override = models.CharField(max_length=8, choices=State.choices, blank=True)
    override_reason = models.CharField(max_length=200, blank=True)
    override_until = models.DateTimeField(null=True, blank=True)

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="a_node_is_of_a_municipality_or_a_component",
                condition=Q(municipality=None) ^ Q(component=None),
            ),
            models.CheckConstraint(
                name="overrides_say_why_and_until",
                condition=Q(override="") | (~Q(override_reason="") & Q(override_until__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "municipality"], name="node_by_state"),
            models.Index(fields=["suspected_at"], name="node_suspected", condition=Q(suspected_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Plate code of its province, or empty for a central component."""
        return self.municipality.province_id if self.municipality else ""

    @property
    def is_central(self) -> bool:
        return self.component_id is not None

    @property
    def answers(self) -> bool:
        """Nothing says that it is down; no data is no proof of a fault."""
        return self.state != State.OUTAGE

    def live_state(self) -> dict:
        """What open boards are told: absolute values, no language."""
        return {
            "node": self.code,
            "municipality": self.municipality.code if self.municipality else None,
            "province": self.municipality.province_id if self.municipality else None,
            "component": self.component_id,
            "state": self.state,
            "since": self.since.isoformat(),
            "flapping": self.is_flapping,
            "override": bool(self.override),
        }


class Dependency(models.Model):
    """`node` leans on `parent`. Without a group the parent is essential; a group fails with its last member."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="dependencies")
    parent = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="dependents")
    group = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(name="a_node_leans_on_a_parent_once", fields=["node", "parent"]),
            models.CheckConstraint(name="no_node_leans_on_itself", condition=~Q(node=models.F("parent"))),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} on {self.parent_id}"


def new_heartbeat_key() -> str:
    return secrets.token_urlsafe(24)


class CheckQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(is_enabled=True, node__is_watched=True)

    def to_probe(self) -> Self:
        """Those that we ask; heartbeats and alerts come by themselves."""
        return self.live().exclude(kind__in=[Check.Kind.HEARTBEAT, Check.Kind.ALERT])

    def shard(self, index: int, of: int) -> Self:
        """Every check falls into exactly one of `of` shards, by its number."""
        return self.annotate(_shard=models.F("pk") % of).filter(_shard=index)


class CheckVerdict(models.TextChoices):
    UNKNOWN = "unknown", _("no data")
    UP = "up", _("working")
    DOWN = "down", _("outage")
    UNREACHABLE = "unreachable", _("unreachable")


class Check(models.Model):
    """One probe that we repeat at an interval. `rules` carries blackbox_exporter's own keys."""

    class Kind(models.TextChoices):
        HTTP = "http", "HTTP"
        TCP = "tcp", "TCP"
        TLS = "tls", "TLS"
        DNS = "dns", "DNS"
        ICMP = "icmp", "ICMP"
        SMTP = "smtp", "SMTP"
        IMAP = "imap", "IMAP"
        HEARTBEAT = "heartbeat", _("heartbeat")
        ALERT = "alert", _("alert")

    Verdict = CheckVerdict

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=500, blank=True, help_text="URL, or host:port")
    rules = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(default=True)
    is_essential = models.BooleanField(default=True, help_text="its failure takes the node down")
    interval = models.PositiveIntegerField(default=30, validators=[MinValueValidator(5), MaxValueValidator(86_400)])
    timeout = models.FloatField(default=5.0, validators=[MinValueValidator(0.1), MaxValueValidator(60)])
    failures_to_confirm = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    successes_to_recover = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    confirm_seconds = models.PositiveIntegerField(default=20, help_text="down only after failing this long")
    recover_seconds = models.PositiveIntegerField(default=60, help_text="up only after working this long")
    heartbeat_key = models.CharField(max_length=40, unique=True, default=new_heartbeat_key, editable=False)
    grace = models.PositiveIntegerField(default=60, help_text="seconds a heartbeat may be late")

    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.UNKNOWN)
    since = models.DateTimeField(default=now, help_text="back-dated to the first sign")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    suspected_at = models.DateTimeField(null=True, blank=True, help_text="first failure not yet confirmed")
    memory = models.JSONField(default=dict, blank=True, help_text="streaks and flap ring, see monitoring.verdicts")
    is_flapping = models.BooleanField(default=False)
    last_probed_at = models.DateTimeField(null=True, blank=True)
    last_latency = models.FloatField(null=True, blank=True, help_text="seconds")
    last_error = models.CharField(max_length=200, blank=True)
    last_figures = models.JSONField(default=dict, blank=True, help_text="phases and figures of the last answer")

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["node_id", "id"]
        constraints = [
            models.UniqueConstraint(name="a_node_is_asked_a_question_once", fields=["node", "kind", "target"]),
            models.CheckConstraint(
                name="checks_time_out_before_they_repeat", condition=Q(timeout__lt=models.F("interval"))
            ),
        ]
        indexes = [models.Index(fields=["verdict"], name="check_by_verdict")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}"

    def clean(self) -> None:
        if faults := check_rules.faults(self.kind, self.rules):
            raise ValidationError({"rules": faults})

    @property
    def detection(self) -> float:
        """Worst-case seconds from a fault to the verdict, as published and tested."""
        rule = verdicts.VerdictRule(
            failures=self.failures_to_confirm, confirm_seconds=self.confirm_seconds, interval=self.interval
        )
        return rule.detection(self.timeout)
