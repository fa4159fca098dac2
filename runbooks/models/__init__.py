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
from runbooks.models.on_call import Rota, Shift
from runbooks.models.plans import MessageTemplate, Runbook, ShippedPiece
from runbooks.models.runs import Call, Dispatch, Run, Signature, Step
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
]
