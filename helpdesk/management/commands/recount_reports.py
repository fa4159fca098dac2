"""`manage.py recount_reports --days 400`: count the days of the reports anew."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation import now
from helpdesk.reports import counting

MOST = 4000  # days


class Command(BaseCommand):
    help = "Count the last days of the reports anew, by what their tickets are filed under now."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--days", type=int, default=30, help="how many days back from yesterday (default 30)")

    def handle(self, *, days: int, **options) -> None:
        if not 1 <= days <= MOST:
            raise CommandError(_("--days is a number from 1 to %(most)d.") % {"most": MOST})
        at = now()
        yesterday = counting.local_day(at) - timedelta(days=1)
        first = counting.first_day(yesterday - timedelta(days=days - 1))
        self.stdout.write(_("%(days)d days counted.") % {"days": counting.recount(first, yesterday, at)})
