"""One broadcast from preview to stop, in a process of its own, with two workers beside it.

`python -m tests.bench._sms_crisis URL COUNT` prints {"preview": CPU seconds for COUNT recipients,
"press": seconds the approval itself took, "first": seconds from the press to the first accepted
message, "stop": seconds from the stop to the last accepted one}. No bell is rung: the workers
find their work by sweeping, the slow way.
"""

import json
import os
import subprocess
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from foundation import now  # noqa: E402  Django must be set up before models are read
from foundation.directory.models import Contact, Membership, Municipality, Person, Province  # noqa: E402
from runbooks.broadcasts.approval import approval  # noqa: E402
from runbooks.broadcasts.approval.approval import Confirmation  # noqa: E402
from runbooks.broadcasts.compose import audience, drafts  # noqa: E402
from runbooks.broadcasts.delivery import sending  # noqa: E402
from runbooks.models import Broadcast  # noqa: E402
from tests.standins.twilio import ROOT, Remote  # noqa: E402

EACH = 10  # contacts of a municipality
# The same words to the same number wait two minutes, so each run has a moment of its own.
TEXT = f"e-Belediye: {{belediye}} için tahsilat {time.strftime('%H.%M.%S')} itibarıyla çalışmıyor, sonraki bilgi 10.30."
QUIET_FOR = 2.0  # without a new message for so long, nothing more is on its way


def furnish(count: int) -> None:
    """COUNT numbers in COUNT / 10 municipalities; once a database."""
    if Municipality.objects.exists():
        return
    province = Province(plate_code="99", name="Deneme", region="Ege", nuts3="TR999", is_metropolitan=False)
    province.latitude = province.longitude = 39.0
    province.population = 1
    province.save()
    places = [
        Municipality(
            code=f"{place:05d}", name=f"Yer {place}", full_name=f"Yer {place} Belediyesi", type="ilce",
            province=province, latitude=39.0, longitude=35.0, population=1,
        )
        for place in range(count // EACH)
    ]  # fmt: skip
    for place in places:
        place.derive()
    Municipality.objects.bulk_create(places)
    Contact.objects.bulk_create(
        Contact(municipality=place, duty="it", channel="sms", address=f"+90535{number:07d}", verified_at=now())
        for number, place in enumerate(place for place in places for _ in range(EACH))
    )


def somebody(role: str) -> Person:
    person, is_new = Person.objects.get_or_create(email=f"{role}@olcum.example", defaults={"name": role})
    if is_new:
        Membership.objects.create(person=person, role=role)
    return person


def preview() -> float:
    """CPU seconds from the rule to the finished preview, with a different text for each municipality."""
    began = time.process_time()
    found = audience.find(audience.AudienceRule())
    drafts.preview(TEXT, found, spelling=Broadcast.Spelling.PLAIN, correction="Düzeltme.")
    return time.process_time() - began


def accepted(standin: Remote) -> int:
    return standin.count()["requests"]


def submitted() -> Broadcast:
    operator = somebody("operator")
    words = {"subject": "Tahsilat", "text": TEXT, "correction": "Düzeltme.", "rule": audience.AudienceRule()}
    broadcast = drafts.draft(by=operator, lane="life_safety", **words)
    approval.submit(broadcast, by=operator)
    return broadcast


def approve(broadcast: Broadcast) -> None:
    approval.approve(
        broadcast,
        by=somebody("approver"),
        binding=broadcast.binding,
        typed_count=broadcast.recipients.included().count(),
        confirmation=Confirmation("totp", now()),
    )


def wait_for_more(standin: Remote, than: int, within: float) -> float | None:
    """When the count next grew, on the monotonic clock; None if it did not."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if accepted(standin) > than:
            return time.monotonic()
        time.sleep(0.05)
    return None


def first_and_stop(standin: Remote) -> dict[str, float]:
    before, broadcast = accepted(standin), submitted()
    began = time.monotonic()
    approve(broadcast)
    press = time.monotonic() - began
    first = wait_for_more(standin, before, 120)
    assert first, "nothing left"
    wait_for_more(standin, before + 500, 120)
    sending.stop(broadcast, by=somebody("operator"))
    stopped = last = time.monotonic()
    while seen := wait_for_more(standin, accepted(standin), QUIET_FOR):
        last = seen
    return {"press": press, "first": first - began, "stop": last - stopped}


def main() -> None:
    standin, count = Remote(sys.argv[1]), int(sys.argv[2])
    furnish(count)
    took = preview()
    words = [sys.executable, "manage.py", "sweep", "--only"]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    workers = [subprocess.Popen([*words, sweep], **quiet) for sweep in ("runbooks.dispatch", "outbox.sms")]
    try:
        time.sleep(5)
        measured = first_and_stop(standin)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    print(json.dumps({"preview": took, **measured}))


if __name__ == "__main__":
    main()
