"""Clerks who go on filing while the server of the open pages is killed.

`python -m tests.bench._storm_filing`: real tickets by the product's own verb, as many a
second as the worst minute of an outage brings (228), and in the same transaction a word to
the square, so that what pages show tells which tickets they know of. Ends when its standard
input closes; then prints how many were filed.
"""

import os
import sys
import time
from threading import Event, Thread

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

from django.db import transaction  # noqa: E402  Django must be set up first

from foundation.directory.models import Component, Municipality, Person  # noqa: E402
from foundation.live import live  # noqa: E402
from helpdesk import tickets  # noqa: E402
from helpdesk.models import Ticket  # noqa: E402

PAUSE = 60 / 228
SUBJECT = "Fırtına"
THINGS = 20


def file(number: int, place: Municipality, component: Component, clerk: Person) -> None:
    with transaction.atomic():
        ticket = tickets.submit(
            municipality=place,
            component=component,
            subject=f"{SUBJECT} {number}",
            body="Makbuz kesilmiyor, para çekiliyor.",
            impact="unit",
            urgency="stopped",
            by=clerk,
            token=f"storm:{number}",
        )
        live.announce("square", "thing", number % THINGS, {"filed": number, "ticket": ticket.number})


def main() -> None:
    place = Municipality.objects.select_related("province").get(code="26010")
    component = Component.objects.get(pk="TAHSILAT")
    clerk = Person.objects.get(email="selim@odunpazari.demo")
    over = Event()
    Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    number = 0
    while not over.is_set():
        due = time.monotonic() + PAUSE
        number += 1
        file(number, place, component, clerk)
        over.wait(max(0.0, due - time.monotonic()))
    subjects = Ticket.objects.filter(subject__startswith=f"{SUBJECT} ").values_list("subject", flat=True)
    print(number, len(subjects), len(set(subjects)), flush=True)


if __name__ == "__main__":
    main()
