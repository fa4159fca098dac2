"""Loaded before the settings: gives each xdist worker its own corner of Redis."""

import os

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and os.environ.get("REDIS_URL"):
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{number}"
