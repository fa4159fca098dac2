"""`manage.py sbom`: what this installation consists of, as CycloneDX."""

import json

from django.core.management.base import BaseCommand

from config import dependencies


class Command(BaseCommand):
    help = "Print a CycloneDX 1.6 document (JSON) of all packages of the lock, with addresses, hashes and licences."

    def handle(self, **options) -> None:
        self.stdout.write(json.dumps(dependencies.sbom(), ensure_ascii=False, indent=1))
