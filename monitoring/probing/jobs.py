"""Doorbells of the watch for Celery: workers of the queue `probes` stand at the posts."""

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from monitoring.probing import shards

UNHEARD_AFTER = 5  # seconds; by then the next look rings anew


# The names are those of yesterday: a worker of either release hears the other's doorbell.
@shared_task(name="monitoring.jobs.stand_at", ignore_result=True, acks_late=False)
def stand_at(index: int, of: int) -> None:
    """Probe one shard for as long as this worker lives."""
    shards.take(index, of)


@shared_task(name="monitoring.jobs.relieve", ignore_result=True, acks_late=False)
def relieve() -> None:
    """Take a post off a worker that has more than its share; for as long as this worker lives."""
    shards.relieve()


def ring() -> int:
    """Call a worker to every post at which nobody stands; how many were called.

    When all are taken and one worker has several, whoever has a free thread is asked to share.
    """
    empty = shards.vacant()
    for index in empty:
        stand_at.apply_async([index, settings.PROBE_SHARDS], queue="probes", expires=UNHEARD_AFTER)
    if not empty and shards.is_crowded():
        relieve.apply_async(queue="probes", expires=UNHEARD_AFTER)
    return len(empty)


@worker_shutting_down.connect
def leave(**_facts) -> None:
    shards.leaving.set()
