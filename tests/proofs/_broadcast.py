"""The hand that presses, kills and counts, in a process that has Django: see `tests.proofs.broadcast`."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict

import django

django.setup()

from django.db import Error, connection  # noqa: E402  Django must be set up before models are read

from foundation import now  # noqa: E402
from foundation.directory.models import Contact  # noqa: E402
from foundation.outbox import outbox  # noqa: E402
from runbooks.broadcasts import approval, audience, composing, sending  # noqa: E402
from runbooks.broadcasts.approval import Confirmation  # noqa: E402
from runbooks.models import Approval, Broadcast  # noqa: E402
from tests import servers  # noqa: E402
from tests.cast import assemble  # noqa: E402
from tests.proofs.broadcast import APPROVALS, DUPLICATES, INVALID, OPTED_OUT, SWEEPS, WORKERS  # noqa: E402
from tests.standins.twilio import ROOT, Remote  # noqa: E402

PATIENCE = 1_500  # seconds


def number(place: int) -> str:
    return f"+90533{place:07d}"


def lines(count: int) -> list[str]:
    """Everyone, then everyone who is listed twice, who does not exist, who wants no more."""
    spelled = ("0{0} {1} {2}", "0090{0}{1}{2}", "({0}) {1}-{2}")
    doubles = []
    for place in range(min(DUPLICATES, count)):
        digits = number(place)[3:]
        doubles.append(spelled[place % 3].format(digits[:3], digits[3:6], digits[6:]))
    wrong = [f"0312 {place:07d}" if place % 2 else f"12{place}" for place in range(INVALID)]
    return [*map(number, range(count)), *doubles, *wrong, *(number(count + place) for place in range(OPTED_OUT))]


def prepared(stage, count: int) -> Broadcast:
    Contact.objects.bulk_create(
        Contact(
            municipality=stage.merzifon, duty="it", channel="sms", address=number(count + place), opted_out_at=now()
        )
        for place in range(OPTED_OUT)
    )
    broadcast = composing.draft(
        by=stage.nermin,
        subject="Tahsilat kesintisi",
        text="e-Belediye: tahsilat durdu, ekip çalışıyor.",
        correction="e-Belediye düzeltme: tahsilat çalışıyor.",
        rule=audience.Rule(file=audience.read_file("\n".join(f"{line};;;" for line in lines(count)))),
        lane="life_safety",
    )
    approval.submit(broadcast, by=stage.nermin)
    return broadcast


def approve_all_at_once(broadcast: Broadcast, stage) -> Counter:
    """Fifty presses on one button; how each ended."""
    gate, ends = threading.Barrier(APPROVALS), Counter()
    count = broadcast.recipients.included().count()

    def press():
        mine = Broadcast.objects.get(pk=broadcast.pk)
        proof = Confirmation("totp", now())
        gate.wait()
        try:
            approval.approve(mine, by=stage.kemal, binding=mine.binding, typed_count=count, confirmation=proof)
            ends["approved"] += 1
        except approval.Refusal as refusal:
            ends[type(refusal).__name__] += 1
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(APPROVALS)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    return ends


class Workers:
    def __init__(self):
        self.running = [self.start() for _ in range(WORKERS)]
        self.kills = 0

    def start(self) -> subprocess.Popen:
        words = [sys.executable, "manage.py", "sweep", "--only", *SWEEPS]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_one(self) -> None:
        place = random.randrange(WORKERS)
        self.running[place].kill()
        self.running[place].wait()
        self.running[place] = self.start()
        self.kills += 1

    def stop(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()


def restart_database() -> str:
    """SIGKILL's worth: an immediate shutdown and a recovery from the log; returns the data folder."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = cursor.fetchone()[0]
    words = [servers.program("pg_ctl"), "-D", folder, "-m", "immediate", "-w", "restart"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(words, check=True, **quiet, **servers.unprivileged())
    print("the database was killed and recovered", flush=True)
    return folder


def patiently(question):
    """Ask the database until it answers: it is being restarted."""
    while True:
        try:
            return question()
        except Error:
            connection.close()
            time.sleep(0.5)


def main(count: int, seed: int, standin: Remote) -> int:
    random.seed(seed)
    stage = assemble()
    broadcast = prepared(stage, count)
    presses = approve_all_at_once(broadcast, stage)
    began, workers, restarted = time.monotonic(), Workers(), ""
    next_kill = began + 8
    try:
        while patiently(lambda: Broadcast.objects.get(pk=broadcast.pk).ended_at) is None:
            assert time.monotonic() - began < PATIENCE, "it did not end"
            left = standin.count()["accepted"]
            if not restarted and left > count // 2:
                restarted = restart_database()
            if time.monotonic() > next_kill and left < count:
                workers.kill_one()
                next_kill = time.monotonic() + random.uniform(4, 10)
            time.sleep(2)
        return judge(count, seed, standin, broadcast, presses, workers.kills, time.monotonic() - began)
    finally:
        workers.stop()
        if restarted:
            words = [servers.program("pg_ctl"), "-D", restarted, "-m", "immediate", "stop"]
            subprocess.run(words, cwd="/", **servers.unprivileged())


def judge(count, seed, standin, broadcast, presses, kills, seconds) -> int:
    accepted = standin.accepted()
    tally = patiently(lambda: outbox.tally(sending.batch_of(broadcast)))
    right = accepted == Counter({number(place): 1 for place in range(count)})
    proven = right and tally.adds_up and not tally.uncertain and tally.intended == count
    proven = proven and presses["approved"] == 1 == Approval.objects.filter(broadcast=broadcast).count()
    figures = {
        "proven": proven,
        "seed": seed,
        "numbers": count,
        "multiplicity": dict(Counter(accepted.values())),
        "strangers": len(set(accepted) - {number(place) for place in range(count)}),
        "requests": standin.count()["requests"],
        "presses": dict(presses),
        "kills": kills,
        "seconds": round(seconds),
        "left_out": dict(Counter(broadcast.recipients.exclude(left_out="").values_list("left_out", flat=True))),
        "tally": asdict(tally),
    }
    print(json.dumps(figures), flush=True)
    return 0 if proven else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Remote(sys.argv[3])))
