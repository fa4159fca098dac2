"""`manage.py notices [--check]`: THIRD-PARTY-NOTICES.md from the lock."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import dependencies


class Command(BaseCommand):
    help = "Write the notices of what we ship of others; with --check only name what is not as in the lock."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options) -> None:
        path = settings.BASE_DIR / dependencies.NOTICES
        if not check:
            path.write_text(dependencies.notices(), encoding="utf-8")
            self.stdout.write(str(path))
        elif outdated := dependencies.outdated(path.read_text(encoding="utf-8")):
            raise CommandError(_("Not as in the lock: %s. Type: manage.py notices") % ", ".join(outdated))
