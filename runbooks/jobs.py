"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from foundation.leases import doorbell
from runbooks.broadcasts.delivery import sending
from runbooks.paging import ladders, matters
from runbooks.runs import engine


@shared_task(expires=60)
def dispatch_broadcasts() -> None:
    doorbell.answer("broadcasts")
    sending.dispatch_due()


@shared_task(expires=60)
def go_on_with_runs() -> None:
    doorbell.answer("steps")
    engine.go_on()


@shared_task(expires=60)
def climb_ladders() -> None:
    doorbell.answer(matters.BELL)
    ladders.go_on()


doorbell.hang("broadcasts", dispatch_broadcasts)
doorbell.hang("steps", go_on_with_runs)
doorbell.hang(matters.BELL, climb_ladders)
