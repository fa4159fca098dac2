"""Workers of their own processes, which walk runs until they are killed: a nursery for test_killed_workers.

Django is loaded once; who is killed is replaced by a fork, so that every kill strikes one at work.
"""

import sys
import time
from datetime import timedelta

import django

django.setup()

from config.celery import app  # noqa: E402, F401  (the doorbell of this process)
from runbooks.broadcasts.delivery import sending  # noqa: E402
from runbooks.runs import engine  # noqa: E402
from tests.standins.workers import nurse  # noqa: E402


def main(lease: timedelta) -> None:
    sending.LEASE = lease
    while True:
        done = engine.go_on(lease=lease) + sending.dispatch_due()
        if not done:
            time.sleep(0.02)


if __name__ == "__main__":
    nurse(lambda: main(timedelta(seconds=float(sys.argv[1]))))
