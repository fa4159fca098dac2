"""How long personal data are kept: a rule for each class, carried out daily, recorded.

The periods stand in `config/retention.py`, for the data controller to decide.
Law: KVKK art. 7 and the regulation on erasure, destruction and anonymisation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from foundation import now
from foundation.directory.models import Destruction, Invitation, InvitationCampaign, VerificationRound


@dataclass(frozen=True)
class RetentionRule:
    """One class of data. `destroy` takes a moment and destroys what is older; returns how much.

    It may stop early and be called again tomorrow; calling it twice does no harm.
    """

    name: str
    kept_for: timedelta
    destroy: Callable[[datetime], int]


def carry_out(rules: Iterable[RetentionRule]) -> int:
    """Destroy what is overdue, rule by rule, and write down how much; returns the sum."""
    total = 0
    for rule in rules:
        older_than = now() - rule.kept_for
        if amount := rule.destroy(older_than):
            Destruction.objects.create(rule=rule.name, older_than=older_than, amount=amount)
            total += amount
    return total


def forget_invitations(older_than: datetime) -> int:
    """Letters of any end; the accounts they opened stay."""
    return Invitation.objects.filter(created_at__lt=older_than).delete()[0]


def forget_campaigns(older_than: datetime) -> int:
    """Lists of addresses, with those that were never written to."""
    return InvitationCampaign.objects.filter(created_at__lt=older_than).delete()[0]


def forget_verifications(older_than: datetime) -> int:
    """Who was asked whether an address is right; what they answered stays with the contact."""
    return VerificationRound.objects.filter(created_at__lt=older_than).delete()[0]


def forget_sessions(older_than: datetime) -> int:
    """Sessions that expired by themselves."""
    return Session.objects.filter(expire_date__lt=older_than).delete()[0]


def forget_destructions(older_than: datetime) -> int:
    return Destruction.objects.filter(at__lt=older_than).delete()[0]
