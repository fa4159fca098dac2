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
from runbooks.models.rotas import Rota, Shift
from runbooks.models.runs import Call, Dispatch, Endpoint, Run, Signature, Step
from runbooks.models.scenarios import Scenario

__all__ = [
    "Acknowledgement",
    "Approval",
    "AudienceList",
    "Broadcast",
    "BrokenGlass",
    "Call",
    "Dispatch",
    "DrillNumber",
    "Endpoint",
    "PreApproval",
    "Recipient",
    "Rota",
    "Run",
    "Runbook",
    "Scenario",
    "Shift",
    "Signature",
    "Step",
]
