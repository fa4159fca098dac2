"""One process of `bin/bench desk`: fills the tables, then measures ours and the limit in turn."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from statistics import median
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first
from django.db import connection  # noqa: E402
from django.db.models import Exists, OuterRef  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client, RequestFactory, override_settings  # noqa: E402

from django_sla.models import Clock  # noqa: E402
from foundation.directory.models import Person  # noqa: E402
from helpdesk.knowledge import macros  # noqa: E402
from helpdesk.models import Queue, Tally, Ticket  # noqa: E402
from helpdesk.search.finding import find  # noqa: E402
from helpdesk.tickets import agents, counters, detail, queue  # noqa: E402
from helpdesk.tickets.forms import MessageForm  # noqa: E402
from helpdesk.views import desk  # noqa: E402
from helpdesk.views import tickets as ticket_views  # noqa: E402
from tests.bench import _desk_doors  # noqa: E402
from tests.bench._desk_filing import Filers  # noqa: E402

FILED_A_ROUND = 640
PEER_RATE = 8 * 50  # a second
PEER_SLOWEST = 32 / 50 / 8 * 1000  # ms: at 50 a second each of 32 clients waits 640 ms on average
# Tickets → ms of the agents' list: a fiftieth of the peer's 635 ms, a 250th of its 4.8 s.
PEER_LIST = {100_000: 635 / 50, 1_000_000: 4800 / 250}
MOST_QUERIES = 12
# What the search page asks: every rank that is needed to fill a page, slips included.
FOUND = {"find_rare": "zımparalar", "find_common": "ücretin", "find_slip": "zmıpara", "find_two": "vezne zimpara"}
FOUND_WITHIN = 50  # ms
SEARCHES = {"rare": "zimpara", "rare_turkish": "zımpara", "common": "ucret", "common_turkish": "ücret"}

# In the order in which filing leaves the rows: what belongs to a ticket lies together.
FILL = """
INSERT INTO helpdesk_filing (token, created_at)
    SELECT 'bench:' || n, now() FROM generate_series(%(above)s + 1, %(count)s) n;
INSERT INTO helpdesk_ticket (id, number, municipality_id, component_id, channel, subject, phone, impact, urgency,
    severity, status, queue_id, created_at, waiting_since, ended_at, next_due_at, matched_at)
SELECT f.id, 'DST-2025-' || lpad(f.id::text, 7, '0'), m.id, 'TAHSILAT', 'portal', 'Makbuz ' || f.id, '', 'unit',
    'stopped', 'S2', CASE WHEN f.id %% 50 = 0 THEN 'waiting_on_us' ELSE 'resolved' END, %(queue)s,
    now() - f.id * interval '1 second', CASE WHEN f.id %% 50 = 0 THEN now() END,
    CASE WHEN f.id %% 50 = 0 THEN NULL ELSE now() END, now() + f.id * interval '1 second', now()
FROM helpdesk_filing f
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM directory_municipality) m ON m.place = f.id %% 1400 + 1
WHERE f.token LIKE 'bench:%%' AND NOT EXISTS (SELECT 1 FROM helpdesk_ticket t WHERE t.id = f.id);
INSERT INTO helpdesk_message (ticket_id, kind, side, author_name, body, created_at)
SELECT id, 'public', 'them', '', 'Makbuz kesilmiyor, para çekiliyor.', created_at FROM helpdesk_ticket t
WHERE number LIKE 'DST-2025-%%' AND NOT EXISTS (SELECT 1 FROM helpdesk_message m WHERE m.ticket_id = t.id)
ORDER BY t.id;
INSERT INTO helpdesk_ticketwords (ticket_id, words)
SELECT id, ('makbuz =makbuz ^makbuz vezne =vezn ucret =ucret kesilmiyor =kesil ' || id || ' =' || id || ' '
    || md5(id::text)
    || CASE WHEN id %% 20000 = 7 THEN ' zimpara =zimpar' ELSE '' END)::tsvector
FROM helpdesk_ticket t
WHERE number LIKE 'DST-2025-%%' AND NOT EXISTS (SELECT 1 FROM helpdesk_ticketwords w WHERE w.ticket_id = t.id)
ORDER BY id;
INSERT INTO django_sla_clock ({columns}) SELECT {values}
FROM helpdesk_ticket t CROSS JOIN (SELECT * FROM django_sla_clock WHERE id = ANY(%(clocks)s)) c
WHERE t.number LIKE 'DST-2025-%%' AND t.ended_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM django_sla_clock k WHERE k.subject_id = t.id AND k.subject_type = c.subject_type)
ORDER BY t.id, c.id
"""
GROWN = ("helpdesk_filing", "helpdesk_ticket", "helpdesk_message", "helpdesk_ticketwords", "django_sla_clock")
# Rows come fast when their indexes are built once at the end and nobody checks what their SELECTs guarantee.
AT_EASE = """
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB'
"""
STRICT_AGAIN = "RESET session_replication_role; RESET synchronous_commit; RESET maintenance_work_mem"
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""

SEARCH = """
SELECT t.id, t.number, t.subject, t.severity, t.status, t.next_due_at, t.ended_at,
    m.name, m.full_name, a.name, c.name_tr
FROM helpdesk_ticket t JOIN directory_municipality m ON m.id = t.municipality_id
JOIN directory_component c ON c.code = t.component_id LEFT JOIN directory_person a ON a.id = t.assignee_id
JOIN helpdesk_ticketwords w ON w.ticket_id = t.id
WHERE t.ended_at IS NOT NULL AND w.words @@ %s::tsquery ORDER BY t.id DESC LIMIT 50
"""
LIST = "SELECT id, number, subject FROM helpdesk_ticket WHERE ended_at IS NULL ORDER BY next_due_at, id LIMIT 51"
ONE = "SELECT * FROM helpdesk_ticket WHERE number = %s"


def fill(size: int, above: int = 0) -> None:
    """Grow the desk from `above` to `size` tickets; one in fifty is open and has its running clocks."""
    facts = {"count": size, "above": above, "queue": Queue.objects.get(takes_the_rest=True).pk}
    clocks = list(Clock.objects.of(Ticket.objects.filter(clocks_started()).first()).filter(state="running"))
    with connection.cursor() as cursor:
        with without_indexes(cursor):
            for statement in fill_statements():
                cursor.execute(statement, facts | {"clocks": [clock.pk for clock in clocks]})
        cursor.execute("VACUUM ANALYZE")
    counters.recount()


def clocks_started() -> Exists:
    """Tickets that have a running clock: one of them lends its clocks to the others."""
    running = Clock.objects.filter(subject_type=Ticket._meta.label_lower, state="running")
    return Exists(running.filter(subject_id=OuterRef("pk")))


def fill_statements() -> list[str]:
    names = [field.column for field in Clock._meta.concrete_fields if not field.primary_key]
    own = {"subject_id": "t.id", "due_at": "t.next_due_at", "look_at": "t.next_due_at", "started_at": "t.created_at"}
    values = ", ".join(own.get(name, f"c.{name}") for name in names)
    return FILL.replace("{columns}", ", ".join(f'"{name}"' for name in names)).replace("{values}", values).split(";\n")


@contextmanager
def without_indexes(cursor) -> Iterator[None]:
    cursor.execute(AT_EASE)
    cursor.execute(INDEXES, [list(GROWN)])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute(STRICT_AGAIN)


def milliseconds(work: Callable, times: int = 15) -> float:
    spent = []
    for _ in range(times):
        began = perf_counter()
        work()
        spent.append((perf_counter() - began) * 1000)
    return median(spent)


class Pages:
    """A signed-in agent's pages, and the same pages from memory."""

    def __init__(self):
        self.agent = Person.objects.get(email="ayse@nobet.demo")
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(self.agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        self.number = Ticket.objects.open().filter(number__startswith="DST-2025-").order_by("-pk").first().number
        self.doors = {"desk": "/desk/?view=all", "desk_ticket": f"/tickets/{self.number}/"}
        self.bare = {"desk": bare(LIST), "desk_ticket": bare(ONE, self.number)}
        _desk_doors.IN_MEMORY.update(desk=self.list_context(), desk_ticket=self.ticket_context())

    def get(self, path: str) -> None:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status_code

    def ours(self, template: str) -> float:
        return milliseconds(lambda: self.get(self.doors[template]))

    def from_memory(self, template: str) -> float:
        """The same page behind the same doors, plus its bare query."""
        with override_settings(ROOT_URLCONF="tests.bench._desk_doors"):
            drawn = milliseconds(lambda: self.get(f"/from-memory/{template}/"))
        return drawn + milliseconds(self.bare[template])

    def template_alone(self, template: str) -> float:
        request, context = self.asked(self.doors[template]), _desk_doors.IN_MEMORY[template]
        drawn = milliseconds(lambda: render_to_string(f"helpdesk/{template}.html", context, request))
        return drawn + milliseconds(self.bare[template])

    def asked(self, path: str):
        request = RequestFactory(SERVER_NAME="127.0.0.1").get(path)
        request.user, request.session = self.agent, self.client.session
        return request

    def list_context(self) -> dict:
        return desk.page_of(self.asked(self.doors["desk"]))

    def ticket_context(self) -> dict:
        ticket = ticket_views.find(self.asked(self.doors["desk_ticket"]), self.number)
        return {
            "ticket": ticket,
            "conversation": detail.of(ticket, self.agent),
            "around": detail.around(ticket),
            "colleagues": agents.names_at_the_desk(),
            "form": MessageForm(by=self.agent),
            "macros": macros.to_choose_from(),
        }

    def queries(self, template: str) -> list[tuple]:
        """Every statement this page asks, with its parameters."""
        with noted_queries() as asked:
            self.get(self.doors[template])
        return asked

    def buffers(self, template: str) -> int:
        """Buffers touched by the page's reads, as EXPLAIN (ANALYZE, BUFFERS) counts them."""
        total = 0
        for sql, params in self.queries(template):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)  # noqa: S608
                plan = cursor.fetchone()[0][0]["Plan"]
            total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        return total


@contextmanager
def noted_queries() -> Iterator[list[tuple]]:
    asked: list[tuple] = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def bare(sql: str, *arguments) -> Callable:
    """The query through psycopg alone."""
    raw = connection.connection

    def ask() -> list:
        with raw.cursor() as cursor:
            return cursor.execute(sql, arguments).fetchall()

    return ask


def search(agent: Person, words: str) -> Callable:
    """What the queue asks for these words among the closed tickets."""

    def ask() -> list:
        wanted = queue.QueueFilter(view="ended", words=words)
        return list(queue.lines(wanted, agent).order_by("-pk")[:50])

    return ask


def measure_list(size: int, rounds: int) -> list[tuple[float, float]]:
    """The agents' list beside the peer's at this many tickets."""
    pages = Pages()
    return [(pages.ours("desk"), PEER_LIST[size]) for _ in range(rounds)]


def measure(rounds: int, small_buffers: dict[str, int]) -> dict[str, list]:
    pages = Pages()
    found: dict[str, list] = defaultdict(list)
    large_buffers = {template: pages.buffers(template) for template in pages.doors}
    tally = Tally.objects.first()
    with Filers() as filers:
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
            rate, slowest = filers.file("ours", FILED_A_ROUND)
            found["creation"].append((rate, filers.file("limit", FILED_A_ROUND)[0]))
            found["peer"].append((rate, PEER_RATE))
            found["p99"].append((slowest, PEER_SLOWEST))
            for case, template in (("list", "desk"), ("ticket", "desk_ticket")):
                ours = pages.ours(template)
                found[case].append((ours, pages.from_memory(template)))
                found[f"{case}_template"].append((ours, pages.template_alone(template)))
                found[f"{case}_queries"].append((len(pages.queries(template)), MOST_QUERIES))
                found[f"{case}_buffers"].append((large_buffers[template], small_buffers[template]))
            for case, words in SEARCHES.items():
                folded = bare(SEARCH, words.replace("ı", "i").replace("ü", "u"))
                found[case].append((milliseconds(search(pages.agent, words)), milliseconds(folded)))
            for case, words in FOUND.items():
                found[case].append((milliseconds(lambda: find(words, pages.agent)), FOUND_WITHIN))  # noqa: B023
            read = milliseconds(lambda: Tally.objects.get(pk=tally.pk))
            found["counters"].append((milliseconds(lambda: counters.numbers_for(pages.agent)), read))
    return found


def main(rounds: int, *sizes: int) -> None:
    """Buffers are compared between the first size and the last, where everything else is measured."""
    found: dict[str, list] = {}
    small_buffers: dict[str, int] = {}
    for above, size in pairwise([0, *sizes]):
        print(f"filling up to {size:,} tickets", file=sys.stderr, flush=True)
        fill(size, above)
        small_buffers = small_buffers or buffers()
        if size in PEER_LIST:
            found[f"list_at_{size}"] = measure_list(size, rounds)
    print(json.dumps(found | measure(rounds, small_buffers)))


def buffers() -> dict[str, int]:
    pages = Pages()
    return {template: pages.buffers(template) for template in pages.doors}


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
