"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from foundation.leases import doorbell
from helpdesk.bulk import running
from helpdesk.distribution import giving
from helpdesk.incidents import answers


@shared_task(expires=60)
def write_answers() -> None:
    """Somebody has answered many tickets at once."""
    doorbell.answer(answers.BELL)
    answers.write_owed()


@shared_task(expires=60)
def carry_bulk_acts() -> None:
    """Somebody has done one thing to many tickets."""
    doorbell.answer(running.BELL)
    running.carry_owed()


@shared_task(expires=60)
def give_tickets() -> None:
    """A ticket waits in a queue that is given out."""
    doorbell.answer(giving.BELL)
    giving.give_waiting()


doorbell.hang(answers.BELL, write_answers)
doorbell.hang(running.BELL, carry_bulk_acts)
doorbell.hang(giving.BELL, give_tickets)
