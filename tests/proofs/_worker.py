"""One worker of the broadcast proof, forked from a process that has everything loaded.

A machine under load needs longer to import Django than the proof lets a worker live;
forked, it is at work at once, and every kill strikes one that was.
"""

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django must be set up before models are read

import config.urls  # noqa: E402, F401  read here once, not by every worker


def work(sweeps: tuple[str, ...]) -> None:
    call_command("sweep", only=list(sweeps))
