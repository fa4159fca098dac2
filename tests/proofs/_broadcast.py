"""The hand that presses, kills and counts, in a process that has Django: see `tests.proofs.broadcast`."""

import json
import multiprocessing
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass

import django

django.setup()

from django.db import Error, connection  # noqa: E402  Django must be set up before models are read

from foundation import now  # noqa: E402
from foundation.directory.models import Contact  # noqa: E402
from foundation.outbox import outbox  # noqa: E402
from runbooks.broadcasts.approval import approval  # noqa: E402
from runbooks.broadcasts.approval.approval import Confirmation  # noqa: E402
from runbooks.broadcasts.compose import audience, drafts  # noqa: E402
from runbooks.broadcasts.delivery import sending  # noqa: E402
from runbooks.models import Approval, Broadcast  # noqa: E402
from tests import servers  # noqa: E402
from tests.cast import assemble  # noqa: E402
from tests.proofs._worker import work  # noqa: E402
from tests.proofs.broadcast import APPROVALS, DUPLICATES, INVALID, OPTED_OUT, SWEEPS, WORKERS  # noqa: E402
from tests.standins.twilio import Remote  # noqa: E402

PATIENCE = 1_500  # seconds
SEEN = ("address", "state", "resends")


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


def prepared(stage, count: int, lane: str) -> Broadcast:
    Contact.objects.bulk_create(
        Contact(
            municipality=stage.merzifon, duty="it", channel="sms", address=number(count + place), opted_out_at=now()
        )
        for place in range(OPTED_OUT)
    )
    broadcast = drafts.draft(
        by=stage.nermin,
        subject="Tahsilat kesintisi",
        text="e-Belediye: tahsilat durdu, ekip çalışıyor.",
        correction="e-Belediye düzeltme: tahsilat çalışıyor.",
        rule=audience.AudienceRule(file=audience.read_file("\n".join(f"{line};;;" for line in lines(count)))),
        lane=lane,
    )
    approval.submit(broadcast, by=stage.nermin)
    # Urgent from the start, so that a lane that keeps quiet can be proved at night.
    outbox.open_batch(f"broadcast:{broadcast.pk}", lane=lane, sender=broadcast.sender, urgent=True)
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
    """Processes that sweep for ever, each killed without warning and replaced."""

    def __init__(self):
        self.nursery = multiprocessing.get_context("forkserver")
        self.nursery.set_forkserver_preload(["tests.proofs._worker"])
        self.running = [self.start() for _ in range(WORKERS)]
        self.kills = 0

    def start(self):
        worker = self.nursery.Process(target=work, args=(SWEEPS,), daemon=True)
        worker.start()
        return worker

    def kill_one(self) -> None:
        place = random.randrange(WORKERS)
        self.running[place].kill()
        self.running[place].join()
        self.running[place] = self.start()
        self.kills += 1

    def stop(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.join()


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


@dataclass(frozen=True)
class Trial:
    """What was asked of this run; `blind`: no look-up and no receipts."""

    count: int
    seed: int
    lane: str
    blind: bool

    @property
    def kill_each(self) -> int:
        """So many messages. By progress and not by time, or nothing is ever sent on a machine that has other work."""
        return max(50, self.count // 75)


def main(trial: Trial, standin: Remote) -> int:
    random.seed(trial.seed)
    stage = assemble()
    broadcast = prepared(stage, trial.count, trial.lane)
    presses = approve_all_at_once(broadcast, stage)
    began, workers, restarted = time.monotonic(), Workers(), ""
    next_kill = trial.kill_each
    try:
        while patiently(lambda: Broadcast.objects.get(pk=broadcast.pk).ended_at) is None:
            assert time.monotonic() - began < PATIENCE, "it did not end"
            left = standin.count()["accepted"]
            if not restarted and left > trial.count // 2:
                restarted = restart_database()
            if next_kill <= left < trial.count:
                workers.kill_one()
                next_kill = left + int(trial.kill_each * random.uniform(0.5, 1.5))
            report(began, left, workers.kills)
            time.sleep(random.uniform(0, 0.5))
        seconds = time.monotonic() - began
        return judge(trial, standin, broadcast, {"presses": presses, "kills": workers.kills, "seconds": round(seconds)})
    finally:
        workers.stop()
        if restarted:
            words = [servers.program("pg_ctl"), "-D", restarted, "-m", "immediate", "stop"]
            subprocess.run(words, cwd="/", **servers.unprivileged())


def report(began: float, left: int, kills: int) -> None:
    """Now and then, for whoever watches; on standard error."""
    passed = round(time.monotonic() - began)
    if not passed % 30:
        print(f"{passed} s: {left} accepted, {kills} killed", file=sys.stderr, flush=True)


def judge(trial: Trial, standin: Remote, broadcast: Broadcast, seen: dict) -> int:
    accepted = standin.accepted()
    batch = sending.batch_of(broadcast)
    tally = outbox.tally(batch)
    numbers = {number(place) for place in range(trial.count)}
    verdict = judge_blind if trial.blind else judge_seeing
    right, more = verdict(batch, accepted, numbers)
    proven = right and tally.adds_up and tally.intended == trial.count and not set(accepted) - numbers
    proven = proven and seen["presses"]["approved"] == 1 == Approval.objects.filter(broadcast=broadcast).count()
    figures = {
        "proven": proven,
        **asdict(trial),
        "multiplicity": dict(Counter(accepted[one] for one in numbers)),
        "strangers": len(set(accepted) - numbers),
        "requests": standin.count()["requests"],
        **seen,
        **more,
        "left_out": dict(Counter(broadcast.recipients.exclude(left_out="").values_list("left_out", flat=True))),
        "tally": asdict(tally),
    }
    print(json.dumps(figures), flush=True)
    return 0 if proven else 1


def judge_seeing(batch, accepted: Counter, numbers: set[str]) -> tuple[bool, dict]:
    """Every number once, and nothing left in the dark."""
    return accepted == Counter(dict.fromkeys(numbers, 1)) and not outbox.tally(batch).uncertain, {}


def judge_blind(batch, accepted: Counter, numbers: set[str]) -> tuple[bool, dict]:
    """Who has nothing is listed as uncertain; who has two copies was sent to again because the lane says so."""
    rows = {address: (state, resends) for address, state, resends in batch.messages.values_list(*SEEN)}
    listed = {one for one, (state, _resends) in rows.items() if state == "uncertain"}
    resent = {one for one, (_state, resends) in rows.items() if resends}
    skipped = [one for one in numbers if not accepted[one] and one not in listed]
    too_many = [one for one in numbers if accepted[one] > 1 + rows[one][1]]
    most = max(resends for _state, resends in rows.values())
    right = not skipped and not too_many and most <= batch.rules.resends and set(rows) == numbers
    doubles = sum(accepted[one] - 1 for one in numbers if accepted[one] > 1)
    return right, {
        "skipped": len(skipped),
        "copies_beyond_the_lane": len(too_many),
        "resent": len(resent),
        "second_copies": doubles,
        "uncertain_without_a_copy": sum(not accepted[one] for one in listed),
    }


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(Trial(int(words[0]), int(words[1]), words[3], words[4] == "blind"), Remote(words[2])))
