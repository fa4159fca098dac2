from django_sla.models.calendars import Calendar, SpecialDay, WorkingWeek
from django_sla.models.clocks import Clock, ClockEvent
from django_sla.models.policies import Metric, Policy, PolicyVersion, Target

__all__ = [
    "Calendar",
    "Clock",
    "ClockEvent",
    "Metric",
    "Policy",
    "PolicyVersion",
    "SpecialDay",
    "Target",
    "WorkingWeek",
]
