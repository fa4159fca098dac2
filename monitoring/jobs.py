"""Doorbells of the watch for Celery: workers of the queue `probes` stand at the posts."""

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from monitoring.probing import posts


@shared_task(ignore_result=True, acks_late=False)
def stand_at(index: int, of: int) -> None:
    """Probe one shard for as long as this worker lives."""
    posts.take(index, of)


def ring() -> int:
    """Call a worker to every post at which nobody stands; how many were called."""
    empty = posts.vacant() if settings.PROBE_SHARDS else []
    for index in empty:
        stand_at.apply_async([index, settings.PROBE_SHARDS], queue="probes", expires=5)
    return len(empty)


@worker_shutting_down.connect
def leave(**_facts) -> None:
    posts.leaving.set()
