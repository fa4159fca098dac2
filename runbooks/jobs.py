"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from foundation.promises import bells
from runbooks.broadcasts import sending
from runbooks.runs import engine


@shared_task(expires=60)
def dispatch_broadcasts():
    bells.answer("broadcasts")
    sending.dispatch_due()


@shared_task(expires=60)
def go_on_with_runs():
    bells.answer("steps")
    engine.go_on()


bells.hang("broadcasts", dispatch_broadcasts)
bells.hang("steps", go_on_with_runs)
