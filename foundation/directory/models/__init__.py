from foundation.directory.models.invitations import InvitationCampaign, InvitationRow, InvitationState
from foundation.directory.models.people import Contact, Invitation, Membership, Person
from foundation.directory.models.places import Component, Municipality, Province
from foundation.directory.models.preparedness import Preparedness
from foundation.directory.models.proofs import SetupProof
from foundation.directory.models.retention import Destruction
from foundation.directory.models.verification import VerificationRequest, VerificationRound, VerificationState

__all__ = [
    "Component",
    "Contact",
    "Destruction",
    "Invitation",
    "InvitationCampaign",
    "InvitationRow",
    "InvitationState",
    "Membership",
    "Municipality",
    "Person",
    "Preparedness",
    "Province",
    "SetupProof",
    "VerificationRequest",
    "VerificationRound",
    "VerificationState",
]
