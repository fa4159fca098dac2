"""`manage.py import_municipalities FILE`: bring the registers up to date."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.directory import registers
from foundation.directory.csv_files import BadRegister
from foundation.language import file_errors

SHOWN = 20


class Command(BaseCommand):
    help = "Import municipalities (CSV, XLSX or ODS), with the provinces and components that lie beside the file."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=registers.SHIPPED, metavar="FILE")
        parser.add_argument("--provinces", type=Path)
        parser.add_argument("--components", type=Path)
        parser.add_argument("--preview", action="store_true", help="say what would change and change nothing")

    def handle(self, *, file, provinces, components, preview, **options) -> None:
        try:
            comparisons = registers.compare(file, provinces=provinces, components=components)
        except OSError as problem:
            raise CommandError(file_errors.sentence(problem)) from None
        except BadRegister as problem:
            raise CommandError(str(problem)) from None
        for comparison in comparisons:
            self.show(comparison)
        if preview:
            self.stdout.write(_("Preview only: nothing was saved."))
        else:
            registers.carry_out(comparisons)

    def show(self, comparison: registers.RegisterDiff) -> None:
        self.stdout.write(
            _("%(register)s: %(added)s added, %(changed)s changed, %(missing)s missing from the file and kept")
            % {
                "register": comparison.model._meta.verbose_name_plural,
                "added": len(comparison.added),
                "changed": len(comparison.changed),
                "missing": len(comparison.missing),
            }
        )
        self.show_some("+", comparison.added)
        self.show_some("~", [sentence(change) for change in comparison.changed])
        self.show_some("?", comparison.missing)

    def show_some(self, sign: str, lines: list[str]) -> None:
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {sign} {line}")
        if len(lines) > SHOWN:
            self.stdout.write(_("  %(sign)s … and %(count)s more") % {"sign": sign, "count": len(lines) - SHOWN})


def sentence(change: registers.RecordChange) -> str:
    return f"{change.code} " + ", ".join(f"{name}: {was} → {becomes}" for name, (was, becomes) in change.fields.items())
