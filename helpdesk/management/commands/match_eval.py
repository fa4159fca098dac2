"""`manage.py match_eval FILE`: how well the matcher links labelled tickets, as one JSON line."""

import json
from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.language.formatting import ISTANBUL
from helpdesk.incidents.evaluation import score
from helpdesk.incidents.similarity import TicketText, replay


class Command(BaseCommand):
    help = (
        'Replay {"tickets": [{"id", "subject", "body", "module", "municipality_code", "created_at", "cluster"}]} '
        "in time order on an empty desk, with no outage declared; print one JSON line."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options) -> None:
        labelled = read(file)
        groups = replay(report_of(ticket) for ticket in labelled)
        result = score(groups, {ticket["id"]: ticket.get("cluster") for ticket in labelled})
        answer = {
            "linked": result.linked,
            "right": result.right,
            "wrong": result.wrong,
            "missed": result.missed,
            "precision": round(result.precision, 4),
            "recall": round(result.recall, 4),
            "groups": groups,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def read(file: Path) -> list[dict]:
    """The labelled tickets; a file that cannot be read is named with the reason."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))["tickets"]
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise CommandError(_("%(file)s cannot be read: %(reason)r") % {"file": file, "reason": reason}) from reason


def report_of(ticket: dict) -> TicketText:
    """A labelled ticket as the matcher reads it; missing words are no words."""
    try:
        at = datetime.fromisoformat(ticket["created_at"])
        key = ticket["id"]
    except (KeyError, ValueError, TypeError) as reason:
        wrong = {"ticket": ticket.get("id") if isinstance(ticket, dict) else ticket, "reason": reason}
        raise CommandError(_("ticket %(ticket)s is not as it should be: %(reason)r") % wrong) from reason
    if at.tzinfo is None:
        at = at.replace(tzinfo=ISTANBUL)
    return TicketText(
        key=key,
        subject=ticket.get("subject") or "",
        body=ticket.get("body") or "",
        module=ticket.get("module") or "",
        municipality=str(ticket.get("municipality_code") or ""),
        at=at,
    )
