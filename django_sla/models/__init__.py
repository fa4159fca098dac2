from django_sla.models.calendars import Calendar, SpecialDay, WorkingWeek
from django_sla.models.clocks import Clock, ClockEvent
from django_sla.models.policies import BETWEEN_TEAMS, Metric, Policy, PolicyVersion, Target
from django_sla.models.rejudgements import Rejudgement

__all__ = [
    "BETWEEN_TEAMS",
    "Calendar",
    "Clock",
    "ClockEvent",
    "Metric",
    "Policy",
    "PolicyVersion",
    "Rejudgement",
    "SpecialDay",
    "Target",
    "WorkingWeek",
]
