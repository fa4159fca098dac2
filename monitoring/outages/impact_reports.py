""" "Biz de etkilendik": one tap instead of a ticket."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from foundation.accounts import people
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.outbox.models.message import Channel
from monitoring.models import ImpactReport, Outage
from monitoring.refusals import OutageIsOver


@transaction.atomic
def report(outage: Outage, municipality: Municipality, by: Person | None) -> tuple[ImpactReport, bool]:
    """Note that a municipality feels this outage; who taps after the first is not counted, and hears the end, too.

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
    elif by and by.pk != report.by_id:
        report.also.add(by)
    return report, is_first


def keep_promise(outage: Outage, municipality_ids: Iterable[int]) -> None:
    """Whoever said "us too" hears that it is over at their place; once, in the caller's transaction.

    Where they have left, those who answer for the municipality hear it.
    """
    felt = outage.reports.filter(municipality__in=municipality_ids)
    reports = list(felt.select_related("by", "municipality").prefetch_related("also"))
    left = [report.municipality_id for report in reports if not successors.can_hear(report.by)]
    instead = people.administrators_of(left) if left else {}
    readers = [
        (report, successors.first_to_hear([report.by], instead.get(report.municipality_id, []))) for report in reports
    ]
    letters = [letter(outage, able[0], report.municipality) for report, able in readers if able]
    letters += [letter(outage, each, report.municipality) for report in reports for each in report.also.all()]
    if letters and outage.is_public:
        batch = outbox.open_batch(f"us-too:{outage.pk}", lane=Lane.OPERATIONAL)
        outbox.add(batch, Channel.EMAIL, letters)
        outbox.release(batch)


@successors.register("us-too:")
def after_the_reporter(key: str, reference: str) -> list[Person]:
    municipality = Municipality.objects.filter(code=reference).first()
    return people.administrators_of([municipality.pk]).get(municipality.pk, []) if municipality else []


def letter(outage: Outage, person: Person, municipality: Municipality) -> outbox.Addressee:
    with translation.override(person.language):
        subject = gettext("Over: %(title)s") % {"title": outage.title}
        text = gettext(
            "You told us that “%(title)s” affects you, too. By our measurements it works again at your place.\n\n"
            "If you still see the problem, please open a ticket: %(url)s"
        ) % {"title": outage.title, "url": f"{settings.PUBLIC_BASE_URL}/status/outages/{outage.pk}/"}
        subject = f"[Nöbet] {subject}"[:200]
        return outbox.Addressee(person.email, text, subject=subject, reference=municipality.code)
