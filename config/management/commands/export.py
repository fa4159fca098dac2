"""`manage.py export DIR`"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.as_code import houses
from foundation.language import file_errors


class Command(BaseCommand):
    help = "Writes the house into files that `apply` takes in again; secrets are never written out."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options) -> None:
        try:
            written = houses.write(folder)
        except OSError as error:
            raise CommandError(file_errors.sentence(error)) from None
        for path in written:
            self.stdout.write(str(path))
