"""Extract, compile and check the Turkish catalogues: one a context."""

import tempfile
from pathlib import Path

import polib
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import makemessages
from django.test.utils import override_settings
from django.utils.translation import gettext as _

ELSEWHERE = ["tests/*", "var/*", ".venv/*", "deploy/*", "docs/*", "bin/*", "locale/*", "requirements*.txt"]


class Extract(makemessages.Command):
    # A guessed sentence is worse than a missing one: no fuzzy matches.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def find_files(self, root) -> list:
        """Django also writes to a folder called `locale` above the file; ours go to one catalogue."""
        self.locale_paths = [str(self.default_locale_path)]
        return super().find_files(root)


class Command(BaseCommand):
    help = "Extract and compile catalogues; with --check only name what is missing, fuzzy or not compiled."

    def add_arguments(self, parser) -> None:
        parser.add_argument("contexts", nargs="*", metavar="context", help=", ".join(settings.CATALOGUES))
        parser.add_argument("--check", action="store_true")

    def handle(self, *, contexts, check, **options) -> None:
        contexts = contexts or settings.CATALOGUES
        if unknown := set(contexts) - set(settings.CATALOGUES):
            raise CommandError(_("no such catalogue: %s") % ", ".join(sorted(unknown)))
        if check:
            faults = [fault for context in contexts for fault in faults_of(context)]
            if faults:
                raise CommandError("\n".join(faults))
            return
        for context in contexts:
            extract(context, settings.CATALOGUES[context])
            if not po_of(context).exists():
                continue
            catalogue = polib.pofile(str(po_of(context)))
            catalogue.save_as_mofile(str(po_of(context).with_suffix(".mo")))
            self.stdout.write(f"{context}: {len(catalogue.untranslated_entries())} untranslated of {len(catalogue)}")


def po_of(context: str) -> Path:
    return settings.CATALOGUES[context] / "tr" / "LC_MESSAGES" / "django.po"


def extract(context: str, into: Path) -> None:
    """Merge the sentences of `context` into the catalogue folder `into`."""
    (into / "tr" / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    others = [f"{name}/*" for name in settings.CATALOGUES if name != context]
    with override_settings(LOCALE_PATHS=[into]):
        call_command(
            Extract(),
            locale=["tr"],
            ignore_patterns=[*ELSEWHERE, *others],
            add_location="file",
            no_obsolete=True,
            verbosity=0,
        )


def faults_of(context: str) -> list[str]:
    """Sentences without a translation, doubtful ones, and a stale compiled file."""
    path = po_of(context)
    catalogue = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        extract(context, Path(folder) / "locale")
        fresh = Path(folder) / "locale" / "tr" / "LC_MESSAGES" / "django.po"
        wanted = polib.pofile(str(fresh)) if fresh.exists() else []
    faults = []
    for entry in wanted:
        mine = catalogue.get((entry.msgctxt, entry.msgid))
        if mine is None or not mine.translated() or mine.fuzzy:
            faults.append(f"{context}: not translated: {entry.msgid!r}")
    return faults + stale_compilation(context, catalogue)


def stale_compilation(context: str, catalogue: dict) -> list[str]:
    compiled = po_of(context).with_suffix(".mo")
    if not catalogue:
        return []
    if not compiled.exists():
        return [f"{context}: django.mo is missing; run: manage.py translations {context}"]
    told = {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(compiled))}
    written = {key: (e.msgstr, e.msgstr_plural) for key, e in catalogue.items() if e.translated()}
    return [] if told == written else [f"{context}: django.mo is stale; run: manage.py translations {context}"]
