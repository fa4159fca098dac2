"""`manage.py verify_evidence FILE`: is this evidence ours, unchanged, and does it add up?"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from runbooks.broadcasts import evidence


class Command(BaseCommand):
    help = "Check the signature and the closing equation of a broadcast's evidence; ends with 1 if either fails."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--key", help="public key, base64 (default: this installation's own)")
        parser.add_argument("--public-key", action="store_true", help="print this installation's public key")

    def handle(self, *, file: Path | None, key: str | None, public_key: bool, **options):
        if public_key:
            return self.stdout.write(evidence.public_key())
        if file is None:
            raise CommandError("name the file that was downloaded")
        try:
            found = evidence.verify(json.loads(file.read_text(encoding="utf-8")), key or evidence.public_key())
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}")
        except evidence.NotGenuine as error:
            raise CommandError(f"{file}: {error}")
        if not found.adds_up:
            raise CommandError(f"{file}: genuine, but {found.number} does not add up")
        return self.stdout.write(
            f"{found.number}: genuine, {found.recipients} recipients, adds up, signed {found.signed_at}, {found.sha256}"
        )
