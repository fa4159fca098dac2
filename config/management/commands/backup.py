"""`manage.py backup [FOLDER]`"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import backups
from foundation import readiness


class Command(BaseCommand):
    help = "Writes database, files and a manifest into a new folder and prints it; everything goes on meanwhile."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.VAR_DIR / "backups")

    def handle(self, *, folder, **options) -> None:
        try:
            pack = backups.make(folder)
        except (OSError, backups.PackIsWrong) as error:
            raise CommandError(str(error)) from None
        readiness.keep_proof("backup", passed=True, said=pack.name)
        self.stdout.write(str(pack))
