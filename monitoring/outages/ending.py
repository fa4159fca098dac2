"""Who is back, and when an outage is over."""

from datetime import datetime

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from monitoring import events, notices, wording
from monitoring.models import Outage, State
from monitoring.nodes import health
from monitoring.outages import impact_reports, updates
from monitoring.outages.declaring import count_affected
from monitoring.refusals import OutageIsOver


@transaction.atomic
def settle(outage: Outage, at: datetime | None = None) -> list[int]:
    """Let go of everything in the outage that works again; end it when nothing is left.

    A node line ends when its node answers. A municipality that felt a component is
    back when the component works and its own node answers. What a person or an alert
    declared without a node stays until they end it. Returns the municipalities that
    came back.
    """
    at = at or now()
    before = municipalities_in(outage)
    if not (end_node_lines(outage, at) + end_municipality_lines(outage, at)):
        return []
    back = sorted(before - municipalities_in(outage))
    count_affected(outage)
    if back:
        journal.record("outage.recovered", outage, count=len(back), left=outage.still_affected)
        events.municipalities_recovered.send(Outage, outage=outage, municipality_ids=back)
        impact_reports.keep_promise(outage, back)
    if outage.affected.current().exists():
        note_recovery(outage)
        if back:
            notices.owe(outage)
    else:
        end(outage, at=at)
    return back


def municipalities_in(outage: Outage) -> set[int]:
    lines = outage.affected.current().exclude(municipality=None)
    return set(lines.values_list("municipality_id", flat=True))


def end_node_lines(outage: Outage, at: datetime) -> int:
    answering = (
        outage.affected.current().filter(node__isnull=False).exclude(node__state__in=[State.OUTAGE, State.NO_DATA])
    )
    return outage.affected.filter(pk__in=list(answering.values_list("pk", flat=True))).update(until=at)


def end_municipality_lines(outage: Outage, at: datetime) -> int:
    """Only where probes saw the component fail, and see it work again."""
    probed = outage.affected.filter(municipality=None, node__isnull=False)
    if not probed.exists() or outage.affected.current().filter(municipality=None).exists():
        return 0
    lines = outage.affected.current().filter(node=None, municipality__in=health.municipalities_that_answer())
    return outage.affected.filter(pk__in=list(lines.values_list("pk", flat=True))).update(until=at)


def note_recovery(outage: Outage) -> None:
    """Tell how far it is; the first time a broken component works again, say so."""
    broken = outage.affected.current().filter(municipality=None).exists()
    felt_component = outage.affected.filter(municipality=None).exists()
    if felt_component and not broken and outage.stage != Outage.Stage.MONITORING:
        word = wording.recovering(outage.still_affected)
        updates.publish(
            outage,
            stage=Outage.Stage.MONITORING,
            text_tr=word.tr,
            text_en=word.en,
            next_update_at=outage.next_update_at,
        )
    else:
        updates.tell(outage)


@transaction.atomic
def end(
    outage: Outage,
    *,
    by: Person | None = None,
    at: datetime | None = None,
    text_tr: str = "",
    text_en: str = "",
    seen_by: Person | None = None,
    alone_because: str = "",
) -> None:
    """Close the outage with a last word; whoever was left in it counts as back.

    `seen_by` looked first, or `alone_because` says why nobody did. Refused with
    OutageIsOver for the second of two people (or a person and a probe).
    """
    at = max(at or now(), outage.started_at)
    claimed = (
        Outage.objects.open().filter(pk=outage.pk).update(ended_at=at, stage=Outage.Stage.RESOLVED, next_update_at=None)
    )
    if not claimed:
        raise OutageIsOver
    left = sorted(municipalities_in(outage))
    outage.affected.current().update(until=at)
    outage.refresh_from_db()
    count_affected(outage)
    journal.record("outage.ended", outage, by=by, affected=outage.affected_count)
    if left:
        events.municipalities_recovered.send(Outage, outage=outage, municipality_ids=left)
    impact_reports.keep_promise(outage, outage.reports.values_list("municipality_id", flat=True))
    word = wording.last_word()
    updates.say(
        outage,
        stage=Outage.Stage.RESOLVED,
        text_tr=text_tr or word.tr,
        text_en=text_en if text_tr else word.en,
        by=by,
        seen_by=seen_by,
        alone_because=alone_because,
    )
    events.outage_ended.send(Outage, outage=outage)
