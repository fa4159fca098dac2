"""The clients of `bin/bench desk` who file: two worker processes of sixteen threads each, like the peer's.

`Filers` belongs to the bench; `python -m tests.bench._desk_filing` is one worker. It
reads "ours N" or "limit N" from its standard input, files N tickets with its threads,
and answers with the seconds each one took.
"""

import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402  Django must be set up first

from django_sla.models import Clock, ClockEvent  # noqa: E402
from foundation import now  # noqa: E402
from foundation.directory.models import Component, Municipality, Person  # noqa: E402
from foundation.journal.models import Entry  # noqa: E402
from foundation.live.models import Event  # noqa: E402
from foundation.outbox.models import Batch  # noqa: E402
from foundation.outbox.models import OutboxMessage as Letter  # noqa: E402
from helpdesk import tickets  # noqa: E402
from helpdesk.models import Filing, Message, Ticket  # noqa: E402

WORKERS, THREADS = 2, 16
CLIENTS = WORKERS * THREADS
_numbers = count(1)


class Creation:
    """A ticket as the portal files it, and the same rows inserted by the ORM alone."""

    def __init__(self):
        self.place = Municipality.objects.select_related("province").get(code="26010")
        self.component = Component.objects.get(pk="TAHSILAT")
        self.clerk = Person.objects.get(email="selim@odunpazari.demo")
        self.sample = self.ours()
        self.clocks = list(Clock.objects.of(self.sample))

    def ours(self) -> Ticket:
        return tickets.submit(
            municipality=self.place,
            component=self.component,
            subject=f"Makbuz {next(_numbers)}",
            body="Makbuz kesilmiyor, para çekiliyor.",
            impact="unit",
            urgency="stopped",
            by=self.clerk,
        )

    def limit(self) -> None:
        """Without asking anything: filing, ticket, message, clocks, events, journal, mail, live."""
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
                queue_id=self.sample.queue_id,
                waiting_since=now(),
            )
            Message.objects.create(ticket=ticket, kind="public", side="them", author=self.clerk, body="Makbuz")
            clocks = [self.copied(clock, ticket.pk) for clock in self.clocks]
            Clock.objects.bulk_create(clocks)
            ClockEvent.objects.bulk_create(
                [ClockEvent(clock=clock, kind="attach", at=now(), recorded_at=now()) for clock in clocks]
            )
            Entry.objects.create(kind="ticket.submitted", subject_type="helpdesk.ticket", subject_id=str(ticket.pk))
            batch = Batch.objects.create(key=f"limit:{filing.pk}", lane="operational", intended=1)
            Letter.objects.create(batch=batch, channel="email", address=self.clerk.email, text="Makbuz", lane_rank=1)
            Event.objects.create(audience="desk", kind="ticket", object_id=ticket.number, data=ticket.live_state())

    @staticmethod
    def copied(clock: Clock, subject_id: int) -> Clock:
        values = {field.attname: getattr(clock, field.attname) for field in Clock._meta.concrete_fields}
        return Clock(**values | {"id": None, "subject_id": subject_id})


def timed(work) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def serve() -> None:
    creation = Creation()
    with ThreadPoolExecutor(THREADS) as crowd:
        for line in sys.stdin:
            kind, number = line.split()
            work = creation.ours if kind == "ours" else creation.limit
            print(json.dumps(list(crowd.map(lambda _: timed(work), range(int(number))))), flush=True)  # noqa: B023


class Filers:
    """The workers as the bench drives them."""

    def __enter__(self) -> "Filers":
        command = [sys.executable, "-m", "tests.bench._desk_filing"]
        pipes: dict = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.workers = [subprocess.Popen(command, **pipes) for _ in range(WORKERS)]
        for kind in ("ours", "limit"):
            self.file(kind, CLIENTS * 2)  # every thread opens its connection before anything is measured
        return self

    def __exit__(self, *_) -> None:
        for worker in self.workers:
            worker.stdin.close()
            worker.wait(60)

    def file(self, kind: str, number: int) -> tuple[float, float]:
        """Tickets a second, and how long the slowest hundredth of them took at least, in milliseconds."""
        began = perf_counter()
        for worker in self.workers:
            worker.stdin.write(f"{kind} {number // WORKERS}\n")
            worker.stdin.flush()
        taken = sorted(seconds for worker in self.workers for seconds in json.loads(worker.stdout.readline()))
        return len(taken) / (perf_counter() - began), taken[int(len(taken) * 0.99)] * 1000


if __name__ == "__main__":
    serve()
