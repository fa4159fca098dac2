from runbooks.models.broadcasts import (
    Acknowledgement,
    Approval,
    AudienceList,
    Broadcast,
    BrokenGlass,
    PreApproval,
    Recipient,
)
from runbooks.models.drills import DrillNumber
from runbooks.models.plans import Runbook
from runbooks.models.rotas import (
    CalendarKey,
    HandoverNote,
    Leave,
    Rota,
    RotaLayer,
    RotaLayerMember,
    Shift,
    Swap,
    ToldGap,
)
from runbooks.models.runs import Call, Dispatch, Endpoint, Run, Signature, Step
from runbooks.models.scenarios import Scenario

__all__ = [
    "Acknowledgement",
    "Approval",
    "AudienceList",
    "Broadcast",
    "BrokenGlass",
    "CalendarKey",
    "Call",
    "Dispatch",
    "DrillNumber",
    "Endpoint",
    "HandoverNote",
    "RotaLayer",
    "RotaLayerMember",
    "Leave",
    "PreApproval",
    "Recipient",
    "Rota",
    "Run",
    "Runbook",
    "Scenario",
    "Shift",
    "Signature",
    "Step",
    "Swap",
    "ToldGap",
]
