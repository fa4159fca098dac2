"""`manage.py plan_capacity`: how many people a desk or a telephone line needs, by Erlang's formulas."""

import json
from dataclasses import asdict
from datetime import timedelta
from math import ceil

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils.translation import gettext as _

from foundation import now
from foundation.language.formatting import ISTANBUL, number, percent
from helpdesk.models import Ticket
from helpdesk.service_levels.staffing import Demand, Staffing, needed, staffed

LOOKED_BACK = timedelta(days=28)
ROWS = 8  # lines of the table below the one that suffices


class Command(BaseCommand):
    help = (
        "Say how many people answer a share of all requests in time. Without --per-hour the busiest hour of the "
        "last 28 days is planned for. With --patience people hang up (Erlang A), without it they wait (Erlang C)."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--per-hour", type=float, help="requests an hour")
        parser.add_argument("--minutes", type=float, default=12, help="work on one, on average (default 12)")
        parser.add_argument("--patience", type=float, help="minutes until somebody hangs up, on average")
        parser.add_argument("--within", type=float, default=15, help="minutes to be answered in (default 15)")
        parser.add_argument("--share", type=float, default=0.9, help="of all requests, 0 to 1 (default 0.9)")
        parser.add_argument("--people", type=int, help="what so many make of it, instead of how many are needed")
        parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")

    def handle(self, *, per_hour, minutes, patience, within, share, people, **options) -> None:
        if within < 0 or not 0 < share < 1 or (people is not None and people < 1):
            raise CommandError(_("--within is zero or more, --share lies between 0 and 1, --people is at least 1."))
        try:
            demand = Demand(busiest_hour() if per_hour is None else per_hour, minutes, patience)
            staffing = staffed(demand, people, target=within) if people else needed(demand, share=share, target=within)
        except ValueError as reason:
            raise CommandError(_("This cannot be planned: %(reason)s.") % {"reason": reason}) from reason
        if options["json"]:
            self.stdout.write(json.dumps({"demand": asdict(demand), "erlangs": demand.erlangs, **asdict(staffing)}))
        else:
            self.tell(demand, staffing, within)

    def tell(self, demand: Demand, staffing: Staffing, within: float) -> None:
        load = {"rate": number(demand.per_hour), "minutes": number(demand.minutes), "erlangs": number(demand.erlangs)}
        self.stdout.write(_("%(rate)s an hour, %(minutes)s min each: %(erlangs)s people busy on average.") % load)
        self.stdout.write(" ".join(f"{head:>12}" for head in heads(within)))
        first = max(1, min(staffing.people, max(ceil(demand.erlangs), staffing.people - ROWS)))
        for people in range(first, staffing.people + 3):
            mark = " ◀" if people == staffing.people else ""
            self.stdout.write(" ".join(f"{cell:>12}" for cell in cells(staffed(demand, people, target=within))) + mark)


def busiest_hour() -> float:
    """Tickets in the busiest hour of the last four weeks. Raises ValueError when there was none."""
    recent = Ticket.objects.filter(created_at__gte=now() - LOOKED_BACK)
    hours = recent.annotate(hour=TruncHour("created_at", tzinfo=ISTANBUL)).values("hour").order_by()
    busiest = hours.annotate(count=Count("pk")).order_by("-count").values_list("count", flat=True).first()
    if busiest is None:
        raise ValueError(_("no ticket in the last 28 days; say --per-hour"))
    return float(busiest)


def heads(within: float) -> list[str]:
    return [
        _("people"),
        _("in %(minutes)s min") % {"minutes": number(within)},
        _("waiting"),
        _("mean wait"),
        _("hang up"),
        _("busy"),
    ]


def cells(staffing: Staffing) -> list[str]:
    minutes = _("min")
    wait = "–" if staffing.mean_wait is None else f"{number(staffing.mean_wait, 1)} {minutes}"
    shares = (percent(share) for share in (staffing.leaving, staffing.busy))
    return [str(staffing.people), percent(staffing.within), percent(staffing.waiting), wait, *shares]
