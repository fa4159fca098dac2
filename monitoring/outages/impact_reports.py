""" "Biz de etkilendik": one tap instead of a ticket."""

from django.db import transaction
from django.db.models import F

from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from monitoring.models import ImpactReport, Outage
from monitoring.refusals import OutageIsOver


@transaction.atomic
def report(outage: Outage, municipality: Municipality, by: Person | None) -> tuple[ImpactReport, bool]:
    """Note that a municipality feels this outage; the second tap changes nothing.

    Returns the report and whether it is the municipality's first. Refused with
    OutageIsOver when there is nothing left to feel.
    """
    if not Outage.objects.open().filter(pk=outage.pk).exists():
        raise OutageIsOver
    report, is_first = ImpactReport.objects.get_or_create(outage=outage, municipality=municipality, defaults={"by": by})
    if is_first:
        Outage.objects.filter(pk=outage.pk).update(report_count=F("report_count") + 1)
        outage.refresh_from_db(fields=["report_count"])
        journal.record("outage.felt", outage, by=by, municipality=municipality.code)
        live.announce(audiences.BOARD, "outage", outage.pk, outage.live_state())
    return report, is_first
