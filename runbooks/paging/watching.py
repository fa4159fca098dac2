"""The recurring look for what nobody reports, and for what is over.

Each kind of matter says which of it holds now; what is new is reported, what no longer holds
is ended. So a lost event costs seconds, never a call, and nobody is called for what is over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from foundation import now
from foundation.leases.models import SweepMark
from foundation.outbox.models import Route
from helpdesk.models import Ticket
from monitoring.models import Check, Outage
from monitoring.status import report as status_report
from runbooks.models import Broadcast, Matter, Step
from runbooks.paging import ladders, matters
from runbooks.paging.matters import Report

Kind = Matter.Kind
WORD_LATE_AFTER = timedelta(minutes=2)
STALE_AFTER = timedelta(minutes=60)  # a grave outage without any next word
UNSIGNED_AFTER = timedelta(minutes=3)  # a message that waits for its second person
PROBES_SILENT_AFTER = timedelta(minutes=3)
SWEEP_LATE_AFTER = timedelta(minutes=5)  # beside three of its periods, as the rule NobetSweepLate has it
AWAY = timedelta(minutes=2)  # a house that has just started catches up first
MAJOR = ("S1", "S2")


@dataclass(frozen=True)
class MatterSource:
    """One kind of matter: what holds now, and which of the open ones still do, by their keys."""

    kind: str
    found: Callable[[datetime], Iterable[Report]]
    still: Callable[[list[str]], set[str]] | None = None


def look_around(periods: Mapping[str, timedelta]) -> int:
    """What the sweep calls; `periods` says how often each sweep should go through. Returns how much changed."""
    at = now()
    known = {(matter.kind, matter.key): matter for matter in Matter.objects.open().order_by("pk")}
    changed = 0
    for source in [*SOURCES, MatterSource(Kind.SWEEP, lambda moment: late_sweeps(moment, periods))]:
        reports = {report.key: report for report in source.found(at)}
        keys = [key for kind, key in known if kind == source.kind]
        holding = source.still(keys) if source.still else set(reports)
        for key in keys:
            if key not in holding:
                ladders.end(known[source.kind, key])
                changed += 1
        for key, report in reports.items():
            matter = known.get((source.kind, key))
            if matter is None or matters.is_worse(report.severity, matter.severity):
                matters.report(report)
                changed += 1
    return changed


def open_outages(at: datetime) -> Iterable[Report]:
    outages = Outage.objects.open().filter(is_drill=False, merged_into=None)
    for outage in outages.select_related("opened_by").prefetch_related("components"):
        yield matters.of_outage(outage)


def late_words(at: datetime) -> Iterable[Report]:
    """The public was promised a word that did not come, or hears nothing of a grave outage for an hour."""
    said = Coalesce(Max("updates__created_at"), F("confirmed_at"))
    outages = Outage.objects.open().announced().filter(severity__in=MAJOR).annotate(said=said)
    late = Q(next_update_at__lt=at - WORD_LATE_AFTER) | Q(next_update_at=None, said__lt=at - STALE_AFTER)
    for outage in outages.filter(late).select_related("province").prefetch_related("components"):
        told = matters.of_outage(outage)
        promised = outage.next_update_at
        since = f"{timezone.localtime(promised):%H.%M}" if promised else ""
        sentence = _("word promised for %(since)s is late") if promised else _("no word for an hour")
        title_tr, title_en = both(sentence, since=since)
        yield Report(
            kind=Kind.WORD,
            key=f"word:{outage.pk}:{promised.timestamp() if promised else 0:.0f}",
            severity=outage.severity,
            scope=told.scope,
            province=told.province,
            components=told.components,
            title_tr=f"{outage.title_tr}: {title_tr}",
            title_en=f"{outage.title_en}: {title_en}",
            url=told.url,
            subject=outage,
            outage=outage,
        )


def unsigned_messages(at: datetime) -> Iterable[Report]:
    """Crisis messages that wait for their second person."""
    waiting = Broadcast.objects.filter(
        status=Broadcast.Status.SUBMITTED, is_drill=False, submitted_at__lt=at - UNSIGNED_AFTER
    )
    for broadcast in waiting.select_related("outage"):
        title_tr, title_en = both(_("“%(subject)s” waits for its second person"), subject=broadcast.subject)
        yield Report(
            kind=Kind.APPROVAL,
            key=f"approval:{broadcast.pk}",
            severity=broadcast.outage.severity if broadcast.outage else "S2",
            title_tr=title_tr,
            title_en=title_en,
            url=f"/broadcasts/{broadcast.pk}/",
            subject=broadcast,
            outage=broadcast.outage,
        )


def silent_probes(at: datetime) -> Iterable[Report]:
    last = status_report.last_probe()
    if last is None or at - last <= PROBES_SILENT_AFTER or not Check.objects.to_probe().exists():
        return
    since = f"{timezone.localtime(last):%H.%M}"
    title_tr, title_en = both(_("no probe has ended since %(since)s: we see nothing"), since=since)
    yield Report(
        kind=Kind.PROBER,
        key="prober",
        severity="S1",
        title_tr=title_tr,
        title_en=title_en,
        url="/board/",
        settles=AWAY / 2,
    )


def troubled_gateways(at: datetime) -> Iterable[Report]:
    """Routes whose breaker is open: nothing leaves on them until a person looks."""
    for route in Route.objects.exclude(opened_at=None):
        sentence = _("nothing leaves by %(gateway)s: %(why)s")
        title_tr, title_en = both(sentence, gateway=route.gateway, why=route.opened_because)
        yield Report(
            kind=Kind.GATEWAY,
            key=f"gateway:{route.pk}",
            severity="S1",
            title_tr=title_tr,
            title_en=title_en,
            url="/broadcasts/",
            subject=route,
        )


def late_sweeps(at: datetime, periods: Mapping[str, timedelta]) -> Iterable[Report]:
    """Recurring work of our own that has not gone through for three of its periods and five minutes."""
    for mark in SweepMark.objects.exclude(succeeded_at=None):
        period = periods.get(mark.name)
        if period is None or mark.succeeded_at is None or at - mark.succeeded_at <= 3 * period + SWEEP_LATE_AFTER:
            continue
        title_tr, title_en = both(_("Nöbet's own work “%(name)s” does not go through"), name=mark.name)
        yield Report(
            kind=Kind.SWEEP,
            key=f"sweep:{mark.name}",
            severity="S2",
            title_tr=title_tr,
            title_en=title_en,
            url="/board/",
            settles=AWAY,
        )


def untaken_tickets(keys: list[str]) -> set[str]:
    """Reported by their clock; over once somebody has them."""
    wanted = {key: key.partition(":")[2] for key in keys}
    numbers = Ticket.objects.filter(number__in=wanted.values(), ended_at=None, assignee=None)
    return {key for key, number in wanted.items() if number in set(numbers.values_list("number", flat=True))}


def open_steps(keys: list[str]) -> set[str]:
    """Reported by the run; over once the step is."""
    wanted = {key: int(key.partition(":")[2]) for key in keys}
    there = set(Step.objects.filter(pk__in=wanted.values(), outcome="").values_list("pk", flat=True))
    return {key for key, pk in wanted.items() if pk in there}


def both(sentence: object, **facts: object) -> tuple[str, str]:
    """A lazy sentence with its facts, in Turkish and in English."""
    with override("tr"):
        turkish = str(sentence) % facts
    with override("en"):
        return turkish, str(sentence) % facts


def nothing(at: datetime) -> Iterable[Report]:
    """For kinds that are reported where they happen."""
    return ()


def of_ticket(ticket: Ticket) -> Report:
    """A ticket that nobody took."""
    sentence = _("%(number)s has not been taken: %(municipality)s")
    title_tr, title_en = both(sentence, number=ticket.number, municipality=ticket.municipality)
    return Report(
        kind=Kind.TICKET,
        key=f"ticket:{ticket.number}",
        severity=ticket.severity,
        title_tr=title_tr,
        title_en=title_en,
        url=f"/tickets/{ticket.number}/",
        subject=ticket,
    )


def forget_ticket(ticket: Ticket) -> None:
    """It is restricted: what was called for it says no more which it was, and is over with the next look."""
    title_tr, title_en = both(_("a restricted ticket"))
    of_it = Matter.objects.filter(subject_type=Ticket._meta.label_lower, subject_id=str(ticket.pk))
    for matter in of_it:
        key = f"ticket:restricted-{matter.pk}"
        Matter.objects.filter(pk=matter.pk).update(title_tr=title_tr, title_en=title_en, url="/desk/", key=key)


def of_step(step: Step) -> Report:
    """A step of a run that waits for people longer than its plan says."""
    run = step.run
    title_tr, title_en = both(_("%(code)s waits at “%(step)s”"), code=run.code, step=step.title)
    return Report(
        kind=Kind.STEP,
        key=f"step:{step.pk}",
        severity=run.outage.severity if run.outage else "S2",
        title_tr=title_tr,
        title_en=title_en,
        url=f"/runbooks/runs/{run.pk}/",
        subject=run,
        outage=run.outage,
    )


SOURCES = (
    MatterSource(Kind.OUTAGE, open_outages),
    MatterSource(Kind.WORD, late_words),
    MatterSource(Kind.APPROVAL, unsigned_messages),
    MatterSource(Kind.PROBER, silent_probes),
    MatterSource(Kind.GATEWAY, troubled_gateways),
    MatterSource(Kind.TICKET, nothing, untaken_tickets),
    MatterSource(Kind.STEP, nothing, open_steps),
)
