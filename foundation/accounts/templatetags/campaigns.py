"""What states of an invitation are called."""

from django import template

from foundation.directory.models import InvitationState

register = template.Library()


@register.filter
def state_of_invitation(state: str) -> str:
    return str(InvitationState(state).label)
