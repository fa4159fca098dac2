"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from foundation.accounts.campaigns import running
from foundation.accounts.verification import asking
from foundation.leases import doorbell


@shared_task(expires=60)
def carry_campaigns() -> None:
    """Many were invited at once."""
    doorbell.answer(running.BELL)
    running.carry_owed()


@shared_task(expires=60)
def carry_verification_rounds() -> None:
    """Many addresses are asked whether they are right."""
    doorbell.answer(asking.BELL)
    asking.carry_owed()


doorbell.hang(asking.BELL, carry_verification_rounds)
doorbell.hang(running.BELL, carry_campaigns)
