"""What states of invitations and of verification requests are called."""

from django import template

from foundation.directory.models import InvitationState, VerificationState

register = template.Library()


@register.filter
def state_of_invitation(state: str) -> str:
    return str(InvitationState(state).label)


@register.filter
def state_of_request(state: str) -> str:
    return str(VerificationState(state).label)
