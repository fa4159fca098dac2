"""`manage.py audit_verify`: is the record what was sealed?"""

from django.core.management.base import BaseCommand, CommandError

from foundation.journal import sealing


class Command(BaseCommand):
    help = "Walk the chain of the journal; names the first broken entry and ends with 1 if there is one."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--anchor", metavar="POSITION:DIGEST", help="a head kept outside the database")

    def handle(self, *, anchor: str | None, **options) -> None:
        verdict = sealing.verify(anchor=parsed(anchor) if anchor else None)
        if verdict.first_break is not None:
            raise CommandError(f"entry {verdict.first_break.position}: {verdict.first_break.why}")
        self.stdout.write(f"{verdict.checked} entries, head {verdict.checked}:{verdict.digest}")


def parsed(anchor: str) -> tuple[int, str]:
    position, _, digest = anchor.partition(":")
    if not position.isdigit() or len(digest) != 64:
        raise CommandError("the anchor is POSITION:DIGEST, as the log of the sealing gives it")
    return int(position), digest
