"""What directory does on hearing facts from allauth."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver

from foundation.accounts.adapter import SECOND_FACTORS


@receiver(authenticator_added)
def setting_up_is_proof(sender, request, user, authenticator, **kwargs) -> None:
    """Whoever set up a factor has just shown it, and need not at once do so again for the recovery codes."""
    if authenticator.type in SECOND_FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
