"""What the edge does on hearing facts about people."""

from django.dispatch import receiver

from foundation.directory.events import person_revoked
from foundation.wire.api import tokens
from foundation.wire.models import Token


@receiver(person_revoked)
def end_tokens(sender, person, **kwargs) -> None:
    """A revoked person's programs stop too, and stay stopped should the account open again."""
    for token in Token.objects.filter(person=person, revoked_at=None):
        tokens.revoke(token)
