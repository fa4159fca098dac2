"""One process of `bin/bench desk`: fills the tables, then measures ours and the limit in turn."""

import json
import os
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first
from django.db import connection, transaction  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402

from django_sla.models import Clock, ClockEvent  # noqa: E402
from foundation import now  # noqa: E402
from foundation.directory.models import Component, Municipality, Person  # noqa: E402
from foundation.journal.models import Entry  # noqa: E402
from foundation.live.models import Event  # noqa: E402
from foundation.outbox.models import Batch  # noqa: E402
from foundation.outbox.models import Message as Letter  # noqa: E402
from helpdesk import conversations, people, queue_reading, tallies, tickets  # noqa: E402
from helpdesk.forms import MessageForm  # noqa: E402
from helpdesk.models import Filing, Message, Queue, Tally, Ticket  # noqa: E402
from helpdesk.views import desk  # noqa: E402
from helpdesk.views.tickets import find  # noqa: E402

CLIENTS = 32
A_ROUND = 320
RARE, COMMON = "zımpara", "makbuz"
_numbers = count(1)

FILL = """
INSERT INTO helpdesk_filing (token, created_at) SELECT 'bench:' || n, now() FROM generate_series(1, %(count)s) n;
INSERT INTO helpdesk_ticket (id, number, municipality_id, component_id, channel, subject, phone, impact, urgency,
    severity, status, queue_id, created_at, waiting_since, ended_at, next_due_at, matched_at, search_text)
SELECT f.id, 'DST-2025-' || lpad(f.id::text, 7, '0'), m.id, 'TAHSILAT', 'portal', 'Makbuz ' || f.id, '', 'unit',
    'stopped', 'S2', CASE WHEN f.id %% 50 = 0 THEN 'waiting_on_us' ELSE 'resolved' END, %(queue)s,
    now() - f.id * interval '1 second', CASE WHEN f.id %% 50 = 0 THEN now() END,
    CASE WHEN f.id %% 50 = 0 THEN NULL ELSE now() END, now() + f.id * interval '1 second', now(),
    'makbuz ' || f.id || ' vezne kesilmiyor ' || md5(f.id::text)
        || CASE WHEN f.id %% 20000 = 7 THEN ' zimpara' ELSE '' END
FROM helpdesk_filing f
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM directory_municipality) m ON m.place = f.id %% 1400 + 1
WHERE f.token LIKE 'bench:%%';
INSERT INTO helpdesk_message (ticket_id, kind, side, author_name, body, created_at)
SELECT id, 'public', 'them', '', 'Makbuz kesilmiyor, para çekiliyor.', created_at FROM helpdesk_ticket
WHERE number LIKE 'DST-2025-%%';
ANALYZE;
"""


def fill(size: int) -> None:
    queue = Queue.objects.get(takes_the_rest=True).pk
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"count": size, "queue": queue})
    tallies.recount()


def milliseconds(work: Callable, times: int = 9) -> float:
    spent = []
    for _ in range(times):
        began = perf_counter()
        work()
        spent.append((perf_counter() - began) * 1000)
    return median(spent)


# --- creation -----------------------------------------------------------


def at_many_clients(work: Callable[[int], None]) -> float:
    """Calls a second, made by `CLIENTS` threads."""

    def client(_number: int) -> None:
        for number in range(A_ROUND // CLIENTS):
            work(number)
        connection.close()

    began = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as crowd:
        list(crowd.map(client, range(CLIENTS)))
    return A_ROUND / (perf_counter() - began)


class Creation:
    def __init__(self):
        self.place = Municipality.objects.select_related("province").get(code="26010")
        self.component = Component.objects.get(pk="TAHSILAT")
        self.clerk = Person.objects.get(email="selim@odunpazari.demo")
        self.sample = self.ours(0)
        self.queue = self.sample.queue

    def ours(self, _number: int) -> Ticket:
        return tickets.submit(
            municipality=self.place,
            component=self.component,
            subject=f"Makbuz {next(_numbers)}",
            body="Makbuz kesilmiyor, para çekiliyor.",
            impact="unit",
            urgency="stopped",
            by=self.clerk,
        )

    def limit(self, _number: int) -> None:
        """The same rows, without asking anything: filing, ticket, message, clocks, events, journal, mail, live."""
        with transaction.atomic():
            filing = Filing.objects.create(token=f"limit:{uuid.uuid4()}")
            ticket = Ticket.objects.create(
                id=filing.pk,
                number=f"LIM-{filing.pk}",
                municipality=self.place,
                component=self.component,
                requester=self.clerk,
                subject="Makbuz",
                impact="unit",
                urgency="stopped",
                severity="S2",
                queue=self.queue,
                waiting_since=now(),
                search_text=self.sample.search_text,
            )
            Message.objects.create(ticket=ticket, kind="public", side="them", author=self.clerk, body="Makbuz")
            clocks = list(Clock.objects.of(self.sample))
            for clock in clocks:
                clock.pk, clock.subject_id = None, ticket.pk
            Clock.objects.bulk_create(clocks)
            ClockEvent.objects.bulk_create(
                [ClockEvent(clock=clock, kind="attach", at=now(), recorded_at=now()) for clock in clocks]
            )
            Entry.objects.create(kind="ticket.submitted", subject_type="helpdesk.ticket", subject_id=str(ticket.pk))
            batch = Batch.objects.create(key=f"limit:{filing.pk}", lane="operational", intended=1)
            Letter.objects.create(batch=batch, channel="email", address=self.clerk.email, text="Makbuz", lane_rank=1)
            Event.objects.create(audience="desk", kind="ticket", object_id=ticket.number, data=ticket.live_state())


# --- pages --------------------------------------------------------------


class Pages:
    """Ours is the page asked for by a signed-in agent; the limit draws it from memory and asks the bare query."""

    def __init__(self):
        self.agent = Person.objects.get(email="ayse@nobet.demo")
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(self.agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        self.number = Ticket.objects.open().order_by("-pk").first().number

    def get(self, path: str, **query) -> None:
        answer = self.client.get(path, query)
        assert answer.status_code == 200, answer.status_code

    def asked(self, path: str):
        request = RequestFactory(SERVER_NAME="127.0.0.1").get(path)
        request.user, request.session = self.agent, self.client.session
        return request

    def drawn_list(self) -> float:
        request = self.asked("/desk/?view=all")
        context = desk.page_of(request)
        context["components"] = list(context["components"])
        return drawn("helpdesk/desk.html", context, request) + milliseconds(bare(LIST))

    def drawn_ticket(self) -> float:
        request = self.asked(f"/tickets/{self.number}/")
        ticket = find(request, self.number)
        context = {
            "ticket": ticket,
            "conversation": conversations.of(ticket, self.agent),
            "around": conversations.around(ticket),
            "colleagues": people.names_at_the_desk(),
            "form": MessageForm(),
        }
        return drawn("helpdesk/desk_ticket.html", context, request) + milliseconds(bare(ONE, self.number))


def drawn(template: str, context: dict, request) -> float:
    return milliseconds(lambda: render_to_string(template, context, request))


def bare(sql: str, *arguments) -> Callable:
    """The query through psycopg alone."""
    raw = connection.connection

    def ask() -> list:
        with raw.cursor() as cursor:
            return cursor.execute(sql, arguments).fetchall()

    return ask


def search(word: str) -> Callable:
    agent = Person.objects.get(email="ayse@nobet.demo")
    wanted = queue_reading.Wanted(view="ended", words=word)

    def ask() -> list:
        return list(queue_reading.selected(wanted, agent).order_by("-pk").defer("search_text")[:50])

    return ask


SEARCH = (
    "SELECT id, number, subject, status FROM helpdesk_ticket"
    " WHERE ended_at IS NOT NULL AND search_text LIKE %s ORDER BY id DESC LIMIT 50"
)
LIST = "SELECT id, number, subject FROM helpdesk_ticket WHERE ended_at IS NULL ORDER BY next_due_at, id LIMIT 51"
ONE = "SELECT * FROM helpdesk_ticket WHERE number = %s"


def measure(rounds: int) -> dict[str, list]:
    creation, pages = Creation(), Pages()
    agent = pages.agent
    found: dict[str, list] = {case: [] for case in ("creation", "peer", "list", "ticket", "rare", "common", "counters")}
    ticket = f"/tickets/{pages.number}/"
    tally = Tally.objects.first()
    for _ in range(rounds):
        rate = at_many_clients(creation.ours)
        found["creation"].append((rate, at_many_clients(creation.limit)))
        found["peer"].append((rate, 400.0))
        found["list"].append((milliseconds(lambda: pages.get("/desk/", view="all")), pages.drawn_list()))
        found["ticket"].append((milliseconds(lambda: pages.get(ticket)), pages.drawn_ticket()))
        found["rare"].append((milliseconds(search(RARE)), milliseconds(bare(SEARCH, "%zimpara%"))))
        found["common"].append((milliseconds(search(COMMON)), milliseconds(bare(SEARCH, "%makbuz%"))))
        reads = 2 * milliseconds(lambda: Tally.objects.get(pk=tally.pk))
        found["counters"].append((milliseconds(lambda: tallies.numbers_for(agent)), reads))
    return found


if __name__ == "__main__":
    fill(int(sys.argv[1]))
    print(json.dumps(measure(int(sys.argv[2]))))
