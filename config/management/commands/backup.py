"""`manage.py backup [FOLDER] [--verify] [--keep DAYS]`"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.database import backups
from foundation import readiness
from foundation.language import file_errors


class Command(BaseCommand):
    help = "Writes database, files and a manifest into a new folder and prints it; everything goes on meanwhile."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.VAR_DIR / "backups")
        parser.add_argument("--verify", action="store_true", help="prove the new pack, as restore --verify does")
        parser.add_argument("--keep", type=int, metavar="DAYS", help="afterwards throw away packs older than that")

    def handle(self, *, folder, verify, keep, **options) -> None:
        try:
            pack = backups.make(folder)
            if verify:
                backups.verify(pack)
            if keep is not None:
                backups.forget(folder, days=keep)
        except OSError as error:
            raise CommandError(file_errors.sentence(error)) from None
        except backups.BackupRefused as error:
            raise CommandError(str(error)) from None
        readiness.keep_proof("backup", passed=True, said=pack.name)
        for name in backups.left_out_of(pack):
            self.stderr.write(str(_("%s was destroyed while the pack was made and is not in it.") % name))
        self.stdout.write(str(pack))
