"""The six words for how a thing is, worst last; the shapes of the design carry the same names."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    OK = "ok", _("working")
    MAINTENANCE = "maint", _("under maintenance")
    NO_DATA = "nodata", _("no data")
    DEGRADED = "degraded", _("degraded")
    PARTIAL = "partial", _("partial outage")
    OUTAGE = "outage", _("outage")


class Scope(models.TextChoices):
    LOCAL = "local", _("local")
    REGIONAL = "regional", _("regional")
    CENTRAL = "central", _("central")


class Severity(models.TextChoices):
    S1 = "S1", "S1"
    S2 = "S2", "S2"
    S3 = "S3", "S3"
    S4 = "S4", "S4"


WORST_FIRST = tuple(reversed(State.values))
