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
from runbooks.models.endpoints import Endpoint
from runbooks.models.paging import (
    Awake,
    ContactWay,
    Matter,
    Notice,
    Page,
    PagingPolicy,
    PolicyStep,
    Summons,
)
from runbooks.models.plans import MessageTemplate, Runbook, ShippedPiece
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
from runbooks.models.runs import Call, Dispatch, Run, Signature, Step
from runbooks.models.scenarios import Scenario

__all__ = [
    "Acknowledgement",
    "Approval",
    "AudienceList",
    "Awake",
    "Broadcast",
    "BrokenGlass",
    "CalendarKey",
    "Call",
    "ContactWay",
    "Dispatch",
    "DrillNumber",
    "Endpoint",
    "HandoverNote",
    "RotaLayer",
    "RotaLayerMember",
    "Leave",
    "Matter",
    "Notice",
    "Page",
    "PagingPolicy",
    "PolicyStep",
    "MessageTemplate",
    "PreApproval",
    "Recipient",
    "Rota",
    "Run",
    "Runbook",
    "Scenario",
    "Shift",
    "ShippedPiece",
    "Signature",
    "Step",
    "Swap",
    "ToldGap",
    "Summons",
]
