"""`manage.py restore PACK --verify`, `manage.py restore PACK --replace`"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.database import backups
from config.database.roles import RolesAreWrong
from foundation import readiness
from foundation.language import file_errors


class Command(BaseCommand):
    help = "Proves a pack (--verify), or puts it in the place of our database and files (--replace)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("pack", type=Path)
        wish = parser.add_mutually_exclusive_group(required=True)
        wish.add_argument("--verify", action="store_true", help="check hashes and count rows; change nothing")
        wish.add_argument("--replace", action="store_true", help="stop every other process first")

    def handle(self, *, pack, verify, **options) -> None:
        try:
            rows = backups.verify(pack) if verify else backups.restore(pack)
        except OSError as error:
            sentence = file_errors.sentence(error)
            readiness.keep_proof("backup-proved", passed=False, said=sentence)
            raise CommandError(sentence) from None
        except (backups.BackupRefused, RolesAreWrong) as error:
            readiness.keep_proof("backup-proved", passed=False, said=str(error))
            raise CommandError(str(error)) from None
        readiness.keep_proof("backup-proved", passed=True, said=pack.name)
        self.stdout.write(f"{'verified' if verify else 'restored'}: {len(rows)} tables, {sum(rows.values())} rows")
