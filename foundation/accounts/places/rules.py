"""What every change of a register asks first."""

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Membership, Person


class NotYourRegister(Refusal):
    sentence = _("Registers are kept by platform administrators.")
    status = 403


class AlreadyInTheRegister(Refusal):
    sentence = _("This code is in the register already, perhaps of one that was closed. Codes are never used twice.")


class AlreadyClosed(Refusal):
    sentence = _("This was closed already.")


class StillOpen(Refusal):
    sentence = _("This is open; there is nothing to bring back.")


def require_keeper(by: Person) -> None:
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourRegister
