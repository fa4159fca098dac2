from monitoring.models.alerts import Alert
from monitoring.models.history import (
    Blindness,
    Day,
    Hour,
    Listening,
    NodeTransition,
    Prober,
    RawHour,
    SampleBlock,
    Transition,
)
from monitoring.models.maintenance import Maintenance, Silence
from monitoring.models.outages import Affected, ImpactReport, Outage, StatusUpdate, WithdrawalReason
from monitoring.models.registry import Check, Dependency, Node
from monitoring.models.snapshot import SnapshotLease
from monitoring.models.states import WORST_FIRST, Scope, Severity, State
from monitoring.models.subscribers import Announcement, Subscriber, Told
from monitoring.models.words import Correction, PostIncidentReport, Proposal, UpdateTemplate

__all__ = [
    "Affected",
    "Alert",
    "Announcement",
    "Blindness",
    "Check",
    "Correction",
    "Day",
    "Dependency",
    "Hour",
    "ImpactReport",
    "Listening",
    "Maintenance",
    "Node",
    "NodeTransition",
    "Outage",
    "PostIncidentReport",
    "Prober",
    "Proposal",
    "RawHour",
    "SampleBlock",
    "Scope",
    "Severity",
    "Silence",
    "SnapshotLease",
    "State",
    "StatusUpdate",
    "Subscriber",
    "Told",
    "Transition",
    "UpdateTemplate",
    "WORST_FIRST",
    "WithdrawalReason",
]
