"""The measured processes of `bin/bench watch`: a city, our prober with its books, bare asyncio streams.

`python -m tests.bench._probes ours FIRST_PORT COUNT INTERVAL SECONDS` prints one JSON line.
"""

import asyncio
import json
import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from foundation.directory.models import Component  # noqa: E402 - Django first
from monitoring.city.endpoints import City, allow_files  # noqa: E402
from monitoring.city.map import LOOPBACK, Place  # noqa: E402
from monitoring.models import Check, Node  # noqa: E402
from monitoring.probing import loops, recording, resident  # noqa: E402
from monitoring.probing.prober import Limits, Prober  # noqa: E402

REQUEST = b"GET /saglik HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
TIMEOUT = 3.0


async def city(first: int, count: int, mode: str) -> None:
    """Serve until standard input ends."""
    town = City(Place(str(number), "", first + number) for number in range(count))
    await town.open()
    await town.turn(town.places, mode)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    town.close()


def furnish(first: int, count: int, interval: int) -> None:
    """The registry: one node and one HTTP check a target, as fields of one component."""
    component, _new = Component.objects.get_or_create(
        code="BENCH", defaults={"name_tr": "b", "name_en": "b", "tier": "C"}
    )
    Node.objects.bulk_create(Node(code=str(number), name="b", component=component) for number in range(count))
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
        for node in Node.objects.all()
    )


async def ours(questions: list, seconds: float) -> dict:
    """Our prober with verdict, history and books in the database."""
    books = resident.Books("bench")
    delays = []
    record_cycle = books.cycle

    def cycle(block, latest, **facts):
        delays.append(facts["worst_delay"])
        record_cycle(block, latest, **facts)

    books.cycle = cycle
    allow_files(len(questions) + 500)
    prober = Prober(questions, books, allow_private=True, limits=Limits(sockets=len(questions)))
    leaving = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, leaving.set)
    before = time.process_time()
    await prober.run(leaving)
    return {"cpu": time.process_time() - before, "count": prober.count, "delay": max(delays)}


async def bare(first: int, count: int, interval: int, seconds: float) -> dict:
    """The same targets on the same beat with asyncio.open_connection, and nothing kept."""
    asked, tasks, began = 0, set(), time.perf_counter()
    allow_files(count + 500)

    async def ask(number: int) -> None:
        nonlocal asked
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_connection(LOOPBACK, first + number)
                writer.write(REQUEST)
                await reader.read()
                writer.close()
        except (OSError, TimeoutError):
            pass
        asked += 1

    before, started = time.process_time(), 0
    while (elapsed := time.perf_counter() - began) < seconds:
        due = int(elapsed * count / interval)
        for number in range(started, due):
            task = asyncio.create_task(ask(number % count))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        started = due
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    return {"cpu": time.process_time() - before, "count": asked}


def main() -> None:
    kind, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if kind == "city":
        asyncio.run(city(first, count, sys.argv[4]))
        return
    interval, seconds = int(sys.argv[4]), float(sys.argv[5])
    if kind == "ours":
        furnish(first, count, interval)
        result = loops.run(ours(recording.load(), seconds))
    else:
        result = asyncio.run(bare(first, count, interval, seconds))
    print(json.dumps(result | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
