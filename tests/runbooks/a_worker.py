"""A worker of its own process: walks runs until it is killed. Started by test_killed_workers."""

import sys
import time
from datetime import timedelta

import django

django.setup()

from config.celery import app  # noqa: E402, F401  (the doorbell of this process)
from runbooks.broadcasts.delivery import sending  # noqa: E402
from runbooks.runs import engine  # noqa: E402


def main(lease: timedelta) -> None:
    sending.LEASE = lease
    print("ready", flush=True)
    while True:
        done = engine.go_on(lease=lease) + sending.dispatch_due()
        if not done:
            time.sleep(0.02)


if __name__ == "__main__":
    main(timedelta(seconds=float(sys.argv[1])))
