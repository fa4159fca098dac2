"""What states of invitations and of verification requests are called."""

from django import template
from django.utils.translation import gettext

from foundation.directory.models import InvitationState, VerificationRound, VerificationState

register = template.Library()


@register.filter
def state_of_invitation(state: str) -> str:
    return str(InvitationState(state).label)


@register.filter
def state_of_request(state: str) -> str:
    return str(VerificationState(state).label)


@register.filter
def whose_contacts(asked: VerificationRound) -> str:
    """The place and, if it is of one duty, the duty."""
    place = str(asked.place or gettext("the whole country"))
    return f"{place}, {asked.get_duty_display()}" if asked.duty else place


@register.filter
def missing_parts(codes: list[str]) -> str:
    """What is missing, in words."""
    words = {
        "ways": gettext("a second verified way"),
        "deputy": gettext("a deputy"),
        "administrator": gettext("an administrator"),
        "sign-in": gettext("a first sign-in"),
        "drill": gettext("a first drill"),
    }
    return ", ".join(words[code] for code in codes)
