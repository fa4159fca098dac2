"""Real Celery workers share the posts: asked by one at a time; killed, paused and started anew.

Every place of a small town notes when it was asked. One prober asks a check once in an
interval, so that two questions close together are two probers.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import mkdtemp
from unittest import skipUnless

import pytest
from django.conf import settings
from django.test import TransactionTestCase, override_settings

from monitoring.models import Check
from monitoring.probing import jobs, shards
from tests import servers
from tests.monitoring.land import a_province
from tests.standins.workers import ROOT, database_url

pytestmark = pytest.mark.long(150)

INTERVAL = 5  # seconds
PLACES = 12
WATCHED = 4 * INTERVAL
LEASE = shards.LEASE.total_seconds()
# A lease, a ring of the timetable, an interval; the rest is for a machine that has other work.
LONGEST_SILENCE = LEASE + 5 + INTERVAL + 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Town:
    """So many neighbouring ports that answer, in a thread; `asked` holds the moments at which each was."""

    def __init__(self, count: int):
        first = servers.free_range(count)
        self.asked: dict[int, list[float]] = {port: [] for port in range(first, first + count)}
        self.loop, self.is_open = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self.live()], daemon=True)

    async def live(self) -> None:
        self.leaving = asyncio.Event()
        opened = [await asyncio.start_server(self.answer, "127.0.0.1", port) for port in self.asked]
        self.is_open.set()
        await self.leaving.wait()
        for server in opened:
            server.close()

    async def answer(self, reader, writer) -> None:
        port = writer.get_extra_info("sockname")[1]
        self.asked[port].append(time.monotonic())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        writer.close()

    def open(self) -> None:
        self.thread.start()
        assert self.is_open.wait(10)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.leaving.set)
        self.thread.join(5)

    def since(self, moment: float) -> list[list[float]]:
        return [[at for at in times if at >= moment] for times in self.asked.values()]


@pytest.mark.processes
@skipUnless(settings.REDIS_URL, "embedded mode has one process and no posts to share")
@override_settings(PROBE_SHARDS=2)
class SharedByCelery(TransactionTestCase):
    def setUp(self):
        a_province("69", PLACES)
        self.town = Town(PLACES)
        self.town.open()
        self.addCleanup(self.town.close)
        for port, check in zip(self.town.asked, Check.objects.order_by("pk"), strict=True):
            Check.objects.filter(pk=check.pk).update(
                target=f"http://127.0.0.1:{port}/", interval=INTERVAL, timeout=INTERVAL / 2
            )
        self.log = Path(mkdtemp(prefix="nobet-posts-")) / "log"
        self.stops = threading.Event()
        beat = threading.Thread(target=self.beat, daemon=True)
        beat.start()
        self.addCleanup(beat.join, 10)
        self.addCleanup(self.stops.set)

    def beat(self) -> None:
        """What the timetable does every five seconds."""
        while not self.stops.wait(5):
            with shards.fresh_connection():
                jobs.ring()

    def a_worker(self) -> subprocess.Popen:
        """As docs/monitoring.md starts it; with a thread for every post, so that it can stand in for all others."""
        celery = ["-m", "celery", "-A", "config.celery", "worker", "-Q", "probes", "--pool", "threads"]
        worker = subprocess.Popen(
            [sys.executable, *celery, "--concurrency", "2"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url(), "PROBE_SHARDS": "2", "PROBE_ALLOW_PRIVATE": "1"},
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
        )
        self.addCleanup(servers.stop, worker)
        self.addCleanup(worker.send_signal, signal.SIGCONT)
        return worker

    def shares(self) -> dict[int, int]:
        """By process number, at how many posts each worker stands."""
        return {int(name.rpartition(":")[2]): len(found) for name, found in shards.held().items()}

    def until(self, wanted: dict[int, int], within: float) -> None:
        end = time.monotonic() + within
        while self.shares() != wanted:
            log = self.log.read_text(errors="replace")[-3000:]
            self.assertLess(time.monotonic(), end, f"{self.shares()} and not {wanted}\n{log}")
            time.sleep(0.2)

    def is_asked_by_one(self) -> None:
        """Every check about once in an interval, none twice."""
        time.sleep(shards.RENEW + shards.LEAVES_WITHIN + INTERVAL)
        began = time.monotonic()
        time.sleep(WATCHED)
        for times in self.town.since(began):
            self.assertIn(len(times), range(WATCHED // INTERVAL - 1, WATCHED // INTERVAL + 2))

    def nothing_was_forgotten(self, since: float) -> None:
        """No silence longer than published; two probers at one check for no longer than the lease."""
        for times in self.town.since(since):
            gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
            self.assertLess(max(gaps), LONGEST_SILENCE)
            doubled = [at for at, gap in zip(times, gaps, strict=False) if gap < INTERVAL / 2]
            self.assertLess(max(doubled, default=0) - min(doubled, default=0), LEASE)

    def test_a_post_is_never_empty_for_long_and_never_stood_at_by_two(self):
        first, second = self.a_worker(), self.a_worker()
        self.until({first.pid: 1, second.pid: 1}, within=120)
        self.is_asked_by_one()
        began = time.monotonic()

        first.kill()
        first.wait()
        self.until({second.pid: 2}, within=LONGEST_SILENCE)
        third = self.a_worker()
        self.until({second.pid: 1, third.pid: 1}, within=120)
        self.is_asked_by_one()

        second.send_signal(signal.SIGSTOP)
        self.until({third.pid: 2}, within=LONGEST_SILENCE)
        second.send_signal(signal.SIGCONT)
        self.until({second.pid: 1, third.pid: 1}, within=120)
        self.is_asked_by_one()
        self.nothing_was_forgotten(began)

        third.terminate()
        third.wait(30)
        self.until({second.pid: 2}, within=20)
