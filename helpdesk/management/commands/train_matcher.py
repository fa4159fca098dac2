"""`manage.py train_matcher [FILE …]`: the matcher learns from labelled tickets and is judged by outages kept aside."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from helpdesk.incidents import classifier, training
from helpdesk.incidents.training import Labelled

SHARES = (0.25, 0.5, 1.0)


class Command(BaseCommand):
    help = "Learn from labelled tickets (those of the release and the files named) and write the matcher's weights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="= outage component, then module|subject|body lines")
        parser.add_argument("--to", type=Path, default=classifier.WEIGHTS, help="where the weights are written")
        parser.add_argument("--curve", action="store_true", help="only print how it learns from more and more outages")

    def handle(self, *, files: list[Path], to: Path, curve: bool, **options) -> None:
        tickets = [*training.shipped_tickets(), *(each for file in files for each in read(file))]
        if curve:
            self.draw(tickets)
        else:
            self.learn(tickets, to)

    def learn(self, tickets: Sequence[Labelled], to: Path) -> None:
        to.write_text(training.train(tickets).as_text(), encoding="ascii")
        learned = {"tickets": len(tickets), "outages": len({ticket.matter for ticket in tickets} - {""}), "file": to}
        self.stdout.write(_("learned from %(tickets)s tickets of %(outages)s outages: %(file)s") % learned)

    def draw(self, tickets: Sequence[Labelled]) -> None:
        """Cross-validated by outage, a line for each share of what there is to learn from."""
        for share in SHARES:
            missed = wrong = outages = singles = 0
            for learned, judged in training.folds(tickets, training.SEED):
                model = training.train(learned[:: round(1 / share)] if share < 1 else learned)
                more_missed, more_wrong = training.mistakes(model, judged)
                missed, wrong = missed + more_missed, wrong + more_wrong
                outages += sum(bool(ticket.matter) for ticket in judged)
                singles += sum(not ticket.matter for ticket in judged)
            facts = {
                "share": round(share * 100),
                "missed": missed,
                "wrong": wrong,
                "outages": outages,
                "singles": singles,
            }
            self.stdout.write(
                _("%(share)s %%: %(missed)s of %(outages)s not heard, %(wrong)s of %(singles)s heard wrongly") % facts
            )


def read(file: Path) -> list[Labelled]:
    try:
        return list(training.read(file))
    except (OSError, UnicodeDecodeError, training.UnreadableTicket) as reason:
        raise CommandError(_("%(file)s cannot be read: %(reason)s") % {"file": file, "reason": reason}) from reason
