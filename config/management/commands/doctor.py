"""`manage.py doctor [--before-upgrade]`: what is missing for a first incident, one line a part."""

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import translation

from config.setup import parts, report
from foundation.readiness import Readiness

MARKS = {Readiness.READY: "ok  ", Readiness.WORTH_A_LOOK: "bak ", Readiness.MISSING: "eksik"}


class Command(BaseCommand):
    help = "Says what is missing for a first incident; ends with 0 only if nothing is."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--before-upgrade", action="store_true", help="also what an upgrade would interrupt")
        parser.add_argument("--language", choices=["tr", "en"], default="tr")

    def handle(self, *, before_upgrade: bool, language: str, **options) -> None:
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            raise CommandError(f"the database does not answer: {str(error).strip().splitlines()[0]}") from None
        with translation.override(language):
            parts.read_certificate_if_due()
            looked = report.look(before_upgrade=before_upgrade)
            for one in looked:
                self.stdout.write(f"{MARKS[one.finding.readiness]:6} {one.part.name:14} {one.finding.sentence}")
        if count := sum(one.is_missing for one in looked):
            raise CommandError(f"{count} of {len(looked)} missing", returncode=1)
