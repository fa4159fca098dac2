"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from foundation.leases import doorbell
from helpdesk.incidents import answers


@shared_task(expires=60)
def write_answers() -> None:
    """Somebody has answered many tickets at once."""
    doorbell.answer(answers.BELL)
    answers.write_owed()


doorbell.hang(answers.BELL, write_answers)
