"""`manage.py sweep`: the timetable without Celery."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.timetable import SWEEPS, Sweep
from foundation.leases import leases


class Command(BaseCommand):
    help = "Go round what is due, without Celery: once, or for ever at each sweep's own pace."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end; exit code 1 if a sweep failed")
        parser.add_argument("--only", metavar="NAME", nargs="+", default=[], help="these sweeps alone")

    def handle(self, **options) -> None:
        sweeps = chosen(options["only"])
        if not options["once"]:
            return self._for_ever(sweeps)
        failed = [sweep.name for sweep in sweeps if not leases.run_sweep(sweep.name, sweep.work)]
        if failed:
            raise CommandError(_("failed: %s") % ", ".join(failed))
        return None

    def _for_ever(self, sweeps: list[Sweep]) -> None:
        due = dict.fromkeys(sweeps, 0.0)
        while True:
            for sweep in sweeps:
                if due[sweep] <= time.monotonic():
                    due[sweep] = time.monotonic() + sweep.every.total_seconds()
                    leases.run_sweep(sweep.name, sweep.work)
            time.sleep(0.2)


def chosen(names: list[str]) -> list[Sweep]:
    unknown = set(names) - {sweep.name for sweep in SWEEPS}
    if unknown:
        raise CommandError(_("no sweep is called %s") % ", ".join(sorted(unknown)))
    return [sweep for sweep in SWEEPS if sweep.name in names or not names]
