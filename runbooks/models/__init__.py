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
from runbooks.models.on_call import Rota, Shift
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
from runbooks.models.plans import Runbook
from runbooks.models.runs import Call, Dispatch, Endpoint, Run, Signature, Step
from runbooks.models.scenarios import Scenario

__all__ = [
    "Acknowledgement",
    "Approval",
    "AudienceList",
    "Awake",
    "Broadcast",
    "BrokenGlass",
    "Call",
    "ContactWay",
    "Dispatch",
    "DrillNumber",
    "Endpoint",
    "Matter",
    "Notice",
    "Page",
    "PagingPolicy",
    "PolicyStep",
    "PreApproval",
    "Recipient",
    "Rota",
    "Run",
    "Runbook",
    "Scenario",
    "Shift",
    "Signature",
    "Step",
    "Summons",
]
