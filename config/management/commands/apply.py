"""`manage.py apply DIR [--dry-run] [--by E-MAIL]`"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from config.as_code import applying
from config.as_code.houses import FilesAreWrong
from foundation.directory.models import Membership, Person


class Command(BaseCommand):
    help = "Brings the house in line with a folder of files, all or nothing; shows the difference first."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
        parser.add_argument("--by", default="", help="e-mail of the platform administrator who answers for it")

    def handle(self, *, folder: Path, dry_run: bool, by: str, **options) -> None:
        with translation.override("tr"):
            try:
                diffs = applying.apply(folder, by=responsible(by), dry_run=dry_run)
            except FilesAreWrong as wrong:
                raise CommandError("\n".join([str(wrong), _("Nothing was changed.")])) from None
            for line in applying.told(diffs):
                self.stdout.write(line)
        changed = sum(len(diff.added) + len(diff.changed) for diff in diffs)
        self.stdout.write(f"{changed} {'would change' if dry_run else 'changed'}")


def responsible(email: str) -> Person:
    """The administrator who is named; without a name the only one there is."""
    current = Membership.objects.current().filter(role=Membership.Role.PLATFORM_ADMIN, person__is_active=True)
    people = Person.objects.filter(pk__in=current.values("person"))
    found = list(people.filter(email__iexact=email) if email else people[:2])
    if len(found) != 1:
        raise CommandError(_("Say who answers for it: --by E-MAIL of an active platform administrator."))
    return found[0]
