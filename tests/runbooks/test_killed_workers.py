"""SIGKILL between any two lines: a run goes on, a broadcast is handed over once."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.test import TransactionTestCase

from foundation.journal.models import Entry
from foundation.outbox.models import Batch, OutboxMessage
from runbooks.models import Dispatch, Run
from runbooks.runs import starting
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted
from tests.runbooks.plans import a_plan, an_endpoint

pytestmark = pytest.mark.long(30)

LEASE = 0.5  # seconds
CALLS = 30
PATIENCE = 300  # seconds; on a machine that has other work


class Ledger(BaseHTTPRequestHandler):
    """Answers every call after a moment and remembers its idempotency key."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keys.append(self.headers["Idempotency-Key"])
        time.sleep(0.01)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        """Says nothing."""


def environment() -> dict:
    """The settings of this test's own database, handed to another process."""
    values = connection.settings_dict
    if connection.vendor == "postgresql":
        url = f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    else:
        url = f"sqlite:///{values['NAME']}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "PROBE_ALLOW_PRIVATE": "true",
        "REDIS_URL": "",
    }


@contextmanager
def nursery() -> Iterator[Callable[[], int]]:
    """What starts another worker and tells its process id."""
    words = [sys.executable, "-m", "tests.runbooks.a_worker", str(LEASE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    nurse = subprocess.Popen(words, env=environment(), text=True, **pipes)

    def a_worker() -> int:
        nurse.stdin.write("\n")
        nurse.stdin.flush()
        return int(nurse.stdout.readline())

    try:
        yield a_worker
    finally:
        nurse.communicate(timeout=60)


def kill_until(done, *, most: int) -> int:
    """Start workers and SIGKILL each at a random moment until `done()`; how many were killed."""
    killed, deadline = 0, time.monotonic() + PATIENCE
    with nursery() as a_worker:
        while not done():
            assert time.monotonic() < deadline, "the work did not end"
            worker = a_worker()
            if killed < most:
                time.sleep(random.uniform(0.02, 0.35))
                killed += 1
            else:
                while not done() and time.monotonic() < deadline:
                    time.sleep(0.1)
            os.kill(worker, signal.SIGKILL)
    return killed


@pytest.mark.processes
class KillingWorkers(Cast, TransactionTestCase):
    def setUp(self):
        super().setUp()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ledger)
        self.server.keys = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_a_run_reaches_its_end_and_every_step_ends_once(self):
        an_endpoint(f"http://127.0.0.1:{self.server.server_port}", may_be_private=True)
        run = starting.start(a_plan(*["http"] * CALLS), by=self.nermin)
        killed = kill_until(lambda: Run.objects.get(pk=run.pk).is_over, most=5)
        run.refresh_from_db()
        outcomes = list(run.steps.order_by("visit").values_list("visit", "outcome"))
        self.assertEqual(outcomes, [(visit, "done") for visit in range(1, CALLS + 1)])
        self.assertEqual(run.status, "finished")
        self.assertGreater(killed, 0)
        self.assertEqual(set(self.server.keys), {step.idempotency_key for step in run.steps.all()})
        ended = Entry.objects.filter(kind="step.ended", subject_id=str(run.pk)).values_list("facts__visit", flat=True)
        self.assertEqual(max(Counter(ended).values()), 1)
        self.assertEqual(len(ended), CALLS)

    def test_a_broadcast_is_handed_over_whole_and_once(self):
        contacts_in(self.odunpazari, 3000)
        broadcast = submitted(self.nermin)
        approve(broadcast, self.kemal)
        key = f"broadcast:{broadcast.pk}"
        kill_until(lambda: Dispatch.objects.filter(broadcast=broadcast, state="kept").exists(), most=5)
        batch = Batch.objects.get(key=key)
        numbers = OutboxMessage.objects.filter(batch=batch).values_list("address", flat=True)
        self.assertEqual((batch.intended, len(numbers), len(set(numbers))), (3000, 3000, 3000))
        self.assertEqual(batch.state, "released")
