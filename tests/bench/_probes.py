"""The measured processes of `bin/bench watch`: a city, our prober with its books, bare asyncio streams.

`python -m tests.bench._probes ours FIRST_PORT COUNT INTERVAL WARM SECONDS` prints one JSON line about
the SECONDS that come after the first WARM ones.
"""

import asyncio
import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from foundation import garbage  # noqa: E402 - Django first
from foundation.directory import registers  # noqa: E402 - Django first
from foundation.directory.models import Municipality  # noqa: E402 - Django first
from monitoring.models import Check, Node, Outage, State  # noqa: E402 - Django first
from monitoring.probing import loops, recording, resident  # noqa: E402 - Django first
from monitoring.probing.prober import Limits, ProbeLoop  # noqa: E402 - Django first
from monitoring.simulator.endpoints import City, allow_files  # noqa: E402 - Django first
from monitoring.simulator.map import LOOPBACK, SimulatedNode  # noqa: E402 - Django first
from tests.bench import resident_mb  # noqa: E402 - Django first

REQUEST = b"GET /saglik HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
TIMEOUT = 3.0


async def city(first: int, count: int, mode: str) -> None:
    """Serve until standard input ends."""
    town = City(SimulatedNode(str(number), "", first + number) for number in range(count))
    await town.open()
    await town.turn(town.places, mode)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    town.close()


def furnish(first: int, count: int, interval: int) -> None:
    """The real register; nodes of its municipalities in turn, an HTTP check each, all working until now."""
    registers.carry_out(registers.compare(registers.SHIPPED))
    places = list(Municipality.objects.order_by("pk"))
    Node.objects.bulk_create(
        Node(code=str(number), name="b", municipality=places[number % len(places)], state=State.OK)
        for number in range(count)
    )
    Check.objects.bulk_create(
        Check(
            node=node,
            kind=Check.Kind.HTTP,
            target=f"http://{LOOPBACK}:{first + int(node.code)}/saglik",
            interval=interval,
            timeout=TIMEOUT,
            verdict=Check.Verdict.UP,
            memory={"streaks": {"here": [0, 2, 1.0]}},
        )
        for node in Node.objects.filter(name="b")
    )


class Reading:
    """Processor time and probes since `begin`."""

    def __init__(self) -> None:
        self.count, self.cpu, self.counted = 0, time.process_time(), 0

    def begin(self) -> None:
        self.cpu, self.counted = time.process_time(), self.count

    def end(self) -> dict:
        return {"cpu": time.process_time() - self.cpu, "count": self.count - self.counted}


async def ours(questions: list, warm: float, seconds: float) -> dict:
    """Our prober with verdict, history and books in the database."""
    books = resident.Books("bench")
    delays = []
    record_cycle = books.cycle

    def cycle(block, latest, **facts):
        delays.append(facts["worst_delay"])
        record_cycle(block, latest, **facts)

    books.cycle = cycle
    allow_files(len(questions) + 500)
    prober = ProbeLoop(questions, books, allow_private=True, limits=Limits(sockets=len(questions)))
    leaving, reading = asyncio.Event(), Reading()

    def begin() -> None:
        reading.count = prober.count
        reading.begin()

    loop = asyncio.get_running_loop()
    loop.call_later(warm, begin)
    loop.call_later(warm + seconds, leaving.set)
    await prober.run(leaving)
    reading.count = prober.count
    return reading.end() | {"delay": max(delays)}


async def bare(first: int, count: int, interval: int, warm: float, seconds: float) -> dict:
    """The same targets on the same beat with asyncio.open_connection, and nothing kept."""
    reading, tasks, began = Reading(), set(), time.perf_counter()
    allow_files(count + 500)

    async def ask(number: int) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_connection(LOOPBACK, first + number)
                writer.write(REQUEST)
                await reader.read()
                writer.close()
        except (OSError, TimeoutError):
            pass
        reading.count += 1

    asyncio.get_running_loop().call_later(warm, reading.begin)
    started = 0
    while (elapsed := time.perf_counter() - began) < warm + seconds:
        due = int(elapsed * count / interval)
        for number in range(started, due):
            task = asyncio.create_task(ask(number % count))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        started = due
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    return reading.end()


def main() -> None:
    kind, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if kind == "city":
        asyncio.run(city(first, count, sys.argv[4]))
        return
    interval, warm, seconds = int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])
    if kind == "furnish":
        furnish(first, count, interval)
        return
    if kind == "ours":
        garbage.calm()  # as `manage.py probe` does
        result = loops.run(ours(recording.load(), warm, seconds))
        result["outages"] = Outage.objects.open().count()
    else:
        result = asyncio.run(bare(first, count, interval, warm, seconds))
    print(json.dumps(result | {"memory": resident_mb()}))


if __name__ == "__main__":
    main()
