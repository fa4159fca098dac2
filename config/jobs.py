"""The round of the timetable, as Celery rings it."""

from celery import shared_task

from config.celery import app
from config.timetable import SWEEPS
from foundation.leases import leases

WORK = {sweep.name: sweep.work for sweep in SWEEPS}


@shared_task(ignore_result=True)
def sweep(name: str) -> None:
    """Go one round of the sweep called `name`."""
    leases.run_sweep(name, WORK[name])


# A round that could not start before the next is due is left out: the next finds its work.
app.conf.beat_schedule = {
    line.name: {
        "task": sweep.name,
        "schedule": line.every,
        "args": [line.name],
        "options": {"queue": line.queue, "expires": max(line.every.total_seconds(), 1.0)},
    }
    for line in SWEEPS
}
