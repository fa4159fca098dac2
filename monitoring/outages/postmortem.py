"""The report after an outage: drafted from what was recorded, finished by people, published once."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from foundation.live import audiences, live
from monitoring.models import Outage, PostIncidentReport
from monitoring.refusals import OutageIsStillOpen, ReportHasGaps

GAP = "[…]"  # what only people know; a report that still has one is not published


@transaction.atomic
def draft(outage: Outage, *, by: Person) -> PostIncidentReport:
    """The report of an ended outage, drafted in both languages if there is none yet. Refused with OutageIsStillOpen."""
    if outage.is_open:
        raise OutageIsStillOpen
    texts = {f"text_{language}": drafted(outage, language) for language in ("tr", "en")}
    report, is_new = PostIncidentReport.objects.get_or_create(outage=outage, defaults={**texts, "by": by})
    if is_new:
        journal.record("report.drafted", outage, by=by)
    return report


@transaction.atomic
def save(report: PostIncidentReport, *, text_tr: str, text_en: str, by: Person) -> None:
    report.text_tr, report.text_en, report.by = text_tr, text_en, by
    report.save(update_fields=["text_tr", "text_en", "by"])
    journal.record("report.saved", report.outage, by=by, is_public=report.published_at is not None)


@transaction.atomic
def publish(report: PostIncidentReport, *, by: Person) -> None:
    """Show it on the outage's page and in the history. Refused with ReportHasGaps."""
    if GAP in report.text_tr or GAP in report.text_en:
        raise ReportHasGaps
    if PostIncidentReport.objects.filter(pk=report.pk, published_at=None).update(published_at=now()):
        report.refresh_from_db()
        journal.record("report.published", report.outage, by=by)
        live.announce(audiences.STATUS_NATIONAL, "report", report.outage_id, {"published": True})


def drafted(outage: Outage, language: str) -> str:
    """Markdown with what the records know, and gaps for what only people do."""
    with translation.override(language):
        return "\n\n".join(sections(outage))


def sections(outage: Outage) -> Iterator[str]:
    end = outage.ended_at or now()
    numbers = {
        "begin": formatting.exact(outage.started_at),
        "end": formatting.exact(end),
        "count": outage.affected_count,
    }
    numbers["minutes"] = round((end - outage.started_at).total_seconds() / 60)
    summary = gettext("From %(begin)s to %(end)s (%(minutes)d minutes). Municipalities affected: %(count)d.") % numbers
    yield chapter(gettext("What happened"), f"{summary} {GAP}")
    modules = ", ".join(component.name for component in outage.components.all())
    yield chapter(gettext("Who was affected"), f"{modules or outage.get_scope_display()}. {GAP}")
    yield chapter(gettext("Timeline"), "\n".join(timeline(outage)))
    yield chapter(gettext("Why"), GAP)
    yield chapter(gettext("What we change"), f"- {GAP}")


def chapter(heading: str, text: str) -> str:
    return f"## {heading}\n\n{text}"


def entry(at: datetime, text: str) -> str:
    return f"- **{clock(at)}** {text}"


def timeline(outage: Outage) -> Iterator[str]:
    yield entry(outage.started_at, gettext("First sign"))
    yield entry(outage.confirmed_at, gettext("Confirmed and announced"))
    for update in outage.updates.order_by("created_at", "pk"):
        yield entry(update.created_at, f"{update.get_stage_display()}: {' '.join(update.text.split())}")


def clock(at) -> str:
    return timezone.localtime(at).strftime("%d.%m. %H.%M")
