"""The front door: the public page and its JSON against a trivial view of the same server.

One granian WSGI worker on PostgreSQL and Redis, 64 connections, driven by wrk; the limit is
`/healthz`, which passes the same middleware and touches nothing. The snapshot is served by
nginx as deploy/nginx has it, while nobody stands behind it. Then the surge of a national
outage: its worst minutes, and the stress of ten tickets a second, with readers beside it.
"""

import asyncio
import re
import shutil
import subprocess
from contextlib import ExitStack, contextmanager

from tests import servers
from tests.bench import Row
from tests.bench._surge import SUBJECT, Outcome, Surge
from tests.front import front
from tests.journeys.house import ROOT, House

SECONDS = 2
CONNECTIONS = 64


WORST, WORST_MINUTES = 4, 3  # tickets a second, as in the worst minute of an outage, and for how long
STRESS, STRESS_SECONDS = 10, 60


def run(*, rounds: int, full: bool) -> list[Row]:
    page = Row("public status page, rate of a trivial view", "req/s", 0.5, at_least=True)
    document = Row("summary.json, rate of a trivial view", "req/s", 0.5, at_least=True)
    floor = Row("public status page on one WSGI process, of 1,000 req/s", "req/s", 1.0, at_least=True)
    still = Row("page from the copy, of the same file as nginx's own", "req/s", 0.9, at_least=True)
    with wsgi_house() as (house, port), copy_alone(house) as door, same_file(house) as beside:
        for _ in range(rounds):
            trivial = rate(f"http://127.0.0.1:{port}/healthz")
            read = rate(f"http://127.0.0.1:{port}/status/")
            page.rounds.append((read, trivial))
            floor.rounds.append((read, 1000.0))
            document.rounds.append((rate(f"http://127.0.0.1:{port}/api/v2/summary.json"), trivial))
            still.rounds.append((rate(f"{door}/status/"), rate(f"{door}{beside}")))
        worst = surge_rows(house, port, WORST, 60 * WORST_MINUTES if full else 30)
        stress = surge_rows(house, port, STRESS, STRESS_SECONDS if full else 15)
    return [page, document, floor, still, *worst, *stress]


@contextmanager
def wsgi_house():
    """A furnished house behind one granian worker, with its sweeps running; the snapshot is written once."""
    with ExitStack() as stack:
        places = {
            "DATABASE_URL": stack.enter_context(servers.postgres("house")),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }
        house = House(**places, LOG_LEVEL="WARNING")
        house.furnish()
        house.manage("sweep", "--once")
        port = servers.free_port()
        words = ["granian", "--interface", "wsgi", "--port", str(port), "--blocking-threads", "2"]
        for process in (house.start("-m", *words, "config.wsgi:application"), house.start("manage.py", "sweep")):
            stack.callback(servers.stop, process)
        servers.answers("127.0.0.1", port, within=60)
        yield house, port


@contextmanager
def copy_alone(house: House):
    """The front door with nobody behind it; yields its address."""
    nobody = servers.free_port()
    with front(pages=nobody, sockets=nobody, snapshot=house.folder / "snapshot") as door:
        yield door.url


@contextmanager
def same_file(house: House):
    """The page of the copy once more, where nginx serves files and asks nobody; yields its path."""
    place = ROOT / "var/static/bench"
    place.mkdir(exist_ok=True)
    shutil.copy(house.folder / "snapshot/status/index.html", place)
    yield "/static/bench/index.html"
    shutil.rmtree(place)


def surge_rows(house: House, port: int, per_second: int, seconds: int) -> list[Row]:
    """Raises where a ticket was lost or doubled, or anybody was told anything but a delay."""
    token = house.manage("create_token", "ayse@nobet.demo", "--scope", "tickets:write").stdout.strip()
    surge = Surge(f"http://127.0.0.1:{port}", token, municipality_codes(house))
    told = asyncio.run(surge.run(per_second, seconds))
    in_database = kept(house)
    if told.bad or any(status >= 500 for status in told.read):
        raise AssertionError(f"callers were told {told.answers}, badly {told.bad}; readers {told.read}")
    if not told.kept <= set(in_database) or len(in_database) != len(set(in_database)):
        raise AssertionError(f"{len(told.kept)} kept, {len(in_database)} in the database")
    return rows_of(told, f"{per_second} tickets a second for {seconds} s", set(in_database))


def rows_of(told: Outcome, case: str, in_database: set[str]) -> list[Row]:
    once = sum(len(numbers) == 1 for numbers in told.numbers.values())
    return [
        Row(f"{case}: kept, p95 of 2 s", "s", 1, [(told.p95, 2.0)]),
        Row(f"{case}: once each in the database", "tickets", 1, [(len(told.kept & in_database), once)], at_least=True),
    ]


def municipality_codes(house: House) -> list[str]:
    return ask(
        house,
        "from foundation.directory.models import Municipality as M; print(*M.objects.values_list('code', flat=True))",
    )


def kept(house: House) -> list[str]:
    """The subjects of all tickets of the surge, one a ticket."""
    question = "from helpdesk.models import Ticket as T; print(*T.objects.filter(subject__startswith='{0}')"
    told = ask(house, question.format(SUBJECT) + ".values_list('subject', flat=True), sep=',')", ",")
    return [subject for subject in told if subject]


def ask(house: House, question: str, between: str | None = None) -> list[str]:
    """What one line of Python prints in the house."""
    return house.manage("shell", "--no-imports", "-v", "0", "-c", question).stdout.strip().split(between)


def rate(url: str) -> float:
    """Requests a second with `CONNECTIONS` open connections; raises on any answer but success."""
    told = subprocess.run(
        [servers.program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in told:
        raise AssertionError(f"{url} did not answer well:\n{told}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
