"""Doorbells heard: each job calls one verb and may ring twice."""

from celery import shared_task

from runbooks import bells
from runbooks.broadcasts import sending
from runbooks.runs import engine


@shared_task(expires=60)
def dispatch_broadcasts():
    sending.dispatch_due()


@shared_task(expires=60)
def go_on_with_runs():
    engine.go_on()


bells.hang("dispatch", lambda: dispatch_broadcasts.apply_async(retry=False))
bells.hang("steps", lambda: go_on_with_runs.apply_async(retry=False))
