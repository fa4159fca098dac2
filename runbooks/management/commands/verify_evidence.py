"""`manage.py verify_evidence FILE`: is this evidence ours, unchanged, and does it add up?"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.language import file_errors
from runbooks.broadcasts.report import evidence, evidence_pdf


class Command(BaseCommand):
    help = (
        "Check the signature and the closing equation of a broadcast's evidence (JSON, PDF or ZIP), and that pages "
        "and list say what was signed; ends with 1 if anything fails."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--key", help="public key, base64 (default: this installation's own)")
        parser.add_argument("--public-key", action="store_true", help="print this installation's public key")

    def handle(self, *, file: Path | None, key: str | None, public_key: bool, **options) -> None:
        if public_key:
            return self.stdout.write(evidence.public_key())
        if file is None:
            raise CommandError(_("name the file that was downloaded"))
        try:
            told, printed = evidence_pdf.open_file(file.read_bytes())
            proof = evidence.verify(told, key or evidence.public_key())
        except OSError as error:
            raise CommandError(file_errors.sentence(error))
        except evidence.NotGenuine as error:
            raise CommandError(f"{file}: {error}")
        if not proof.adds_up:
            raise CommandError(
                _("%(file)s: genuine, but %(number)s does not add up") % {"file": file, "number": proof.number}
            )
        if wrong := evidence_pdf.misprints(told, printed):
            raise CommandError(
                _("%(file)s: the signed document is genuine, but not printed as this version prints it: %(wrong)s")
                % {"file": file, "wrong": ", ".join(wrong)}
            )
        return self.stdout.write(
            f"{proof.number}: genuine, {proof.recipients} recipients, adds up, signed {proof.signed_at}, {proof.sha256}"
        )
