"""Tickets that only named people see, and the deadlines of the law that some of them have."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.ticket import RestrictionKind, Ticket


class NamedReader(models.Model):
    """Somebody who sees a restricted ticket, of the desk or of its municipality. `by` is nobody at filing."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="named")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="named_in")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="a_reader_is_named_once", fields=["ticket", "person"])]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.person_id}"


class StatutoryRule(models.TextChoices):
    BREACH_NOTICE = "breach", _("Notice of the breach to the Board")
    DATA_APPLICATION = "kvkk", _("Answer to the application")


class DataCategory(models.TextChoices):
    """As the Board's form of notice names them."""

    IDENTITY = "identity", _("Identity")
    CONTACT = "contact", _("Contact")
    LOCATION = "location", _("Location")
    PERSONNEL = "personnel", _("Personnel file")
    LEGAL = "legal", _("Legal transactions")
    CUSTOMER = "customer", _("Citizens' transactions")
    FINANCE = "finance", _("Finance")
    SECURITY = "security", _("Security of transactions")
    MEDIA = "media", _("Pictures and voices")
    HEALTH = "health", _("Health (special category)")
    BIOMETRIC = "biometric", _("Biometric or genetic (special category)")
    OTHER_SPECIAL = "special", _("Another special category")


# In hours and days of the calendar: the law knows no office hours, and nothing lets these clocks rest.
ALLOWED = {StatutoryRule.BREACH_NOTICE: timedelta(hours=72), StatutoryRule.DATA_APPLICATION: timedelta(days=30)}
SOURCES = {
    StatutoryRule.BREACH_NOTICE: _("Law 6698 art. 12/5 and the Board's decision 2019/10: within 72 hours of learning"),
    StatutoryRule.DATA_APPLICATION: _("Law 6698 art. 13/2: within thirty days at the latest"),
}
RULE_OF: dict[str, StatutoryRule] = {
    RestrictionKind.BREACH: StatutoryRule.BREACH_NOTICE,
    RestrictionKind.DATA_APPLICATION: StatutoryRule.DATA_APPLICATION,
}


class StatutoryClock(models.Model):
    """One deadline of the law: from when it runs, and what ended it. `affected` and `categories` are of a breach.

    `warn_at` is when its named people hear of it next; nothing once it has ended or all was said.
    """

    Rule = StatutoryRule

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="statutory_clocks")
    rule = models.CharField(max_length=6, choices=StatutoryRule.choices)
    started_at = models.DateTimeField(help_text="when the breach was learned of, or the application arrived")
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the Board was notified, or the answer given")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reference = models.CharField(max_length=80, blank=True, help_text="number of the notice or of the answer")
    affected = models.PositiveIntegerField(null=True, blank=True, help_text="how many people")
    categories = models.JSONField(default=list, blank=True, help_text="of `DataCategory`")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="a_ticket_has_one_clock_of_a_law", fields=["ticket", "rule"]),
            models.CheckConstraint(name="the_law_gives_time", condition=Q(due_at__gt=F("started_at"))),
            models.CheckConstraint(
                name="ended_clocks_of_the_law_are_silent",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"), warn_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["warn_at"], condition=Q(warn_at__isnull=False), name="statutory_clock_to_warn"),
            models.Index(fields=["due_at", "id"], condition=Q(ended_at=None), name="statutory_clock_due"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.rule}"

    @property
    def source(self) -> str:
        return str(SOURCES[StatutoryRule(self.rule)])

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def was_kept(self) -> bool:
        return self.ended_at is not None and self.ended_at <= self.due_at

    @property
    def is_late(self) -> bool:
        return (self.ended_at or now()) > self.due_at

    @property
    def is_breach(self) -> bool:
        return self.rule == StatutoryRule.BREACH_NOTICE

    @property
    def category_names(self) -> list[str]:
        return [str(DataCategory(each).label) for each in self.categories if each in DataCategory]
