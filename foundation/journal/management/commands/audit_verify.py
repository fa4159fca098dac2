"""`manage.py audit_verify`: is the record what was sealed?"""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.journal import sealing


class Command(BaseCommand):
    help = "Walk the chain of the journal; names the first broken entry and ends with 1 if there is one."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--anchor", metavar="POSITION:DIGEST", help="a head kept outside the database")

    def handle(self, *, anchor: str | None, **options) -> None:
        verdict = sealing.verify(anchor=parsed(anchor) if anchor else None)
        if verdict.first_break is not None:
            found = {"position": verdict.first_break.position, "why": _(verdict.first_break.why)}
            raise CommandError(_("entry %(position)s: %(why)s") % found)
        self.stdout.write(f"{verdict.checked} entries, head {verdict.checked}:{verdict.digest}")


def parsed(anchor: str) -> tuple[int, str]:
    position, _colon, digest = anchor.partition(":")
    if not position.isdigit() or len(digest) != 64:
        raise CommandError(_("the anchor is POSITION:DIGEST, as the log of the sealing gives it"))
    return int(position), digest
