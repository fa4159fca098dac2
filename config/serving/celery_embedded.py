"""Celery inside the server's process: a worker and a beat as threads.

Embedded mode only. The broker is a piece of this process's memory, so that the
worker has to live here too; what it forgets at a stop, the sweeps find again.
"""

import logging
import threading

from celery.beat import Scheduler, Service
from celery.worker import WorkController
from celery.worker import state as worker_state

from config.celery import app
from foundation.outbox.delivery import dispatch

logger = logging.getLogger(__name__)

THREADS = 6


class _Parts:
    worker: WorkController | None = None
    beat: Service | None = None


def start_worker(loop) -> None:
    _Parts.worker = WorkController(
        app=app,
        pool="threads",
        concurrency=THREADS,
        hostname="embedded@localhost",
        queues=["celery", "outbox"],
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        logfile=None,
    )
    threading.Thread(target=_Parts.worker.start, name="worker", daemon=True).start()


def stop_worker() -> None:
    dispatch.drain()
    worker_state.should_stop = 0
    if _Parts.worker is not None:
        _Parts.worker.stop()


def start_scheduler(loop) -> None:
    _Parts.beat = Service(app, scheduler_cls=Scheduler, max_interval=0.5)
    threading.Thread(target=_Parts.beat.start, name="scheduler", daemon=True).start()


def stop_scheduler() -> None:
    if _Parts.beat is not None:
        _Parts.beat.stop(wait=True)
