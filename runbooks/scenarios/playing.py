"""Start, advance, heal, end. The clerks are simulated; what they set in motion is not."""

import random
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.journal import journal
from helpdesk import tickets
from helpdesk.models import Ticket
from monitoring import outages
from monitoring.outages import impact_reports
from monitoring.refusals import OutageIsOver
from monitoring.simulator import control
from runbooks.models import Scenario
from runbooks.scenarios import clerks, curve

BROKEN = "TAHSILAT"
SILENT_PROVINCE = "31"  # Hatay stays down when the rest heals
BATCH_SIZE = 25  # clerks a look, so that one look stays short
LONGEST = timedelta(hours=1)


class AlreadyPlaying(Refusal):
    sentence = _("The rehearsal is already running.")


class CityIsSilent(Refusal):
    sentence = _("The stand-in city does not answer. Start it with: python manage.py simulate")
    status = 503


def current() -> Scenario | None:
    return Scenario.objects.filter(ended_at=None).select_related("component", "still_broken").first()


def start(*, by: Person, speed: int = 1) -> Scenario:
    """Break collections in the stand-in city and let the clerks react.

    Refused with AlreadyPlaying, or CityIsSilent when nobody listens there.
    """
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(
                component=Component.objects.get(pk=BROKEN), started_by=by, speed=speed, seed=random.randrange(1_000_000)
            )
            journal.record("scenario.started", scenario, by=by, component=BROKEN, speed=speed)
    except IntegrityError as running:
        raise AlreadyPlaying from running
    try:
        turn(BROKEN, "refuse")
    except CityIsSilent:
        scenario.delete()
        raise
    return scenario


def heal(scenario: Scenario, *, by: Person) -> None:
    """Everything comes back but one province, which falls silent on its own."""
    turn("all", "ok")
    turn(SILENT_PROVINCE, "refuse")
    with transaction.atomic():
        still = Province.objects.filter(pk=SILENT_PROVINCE).first()
        Scenario.objects.filter(pk=scenario.pk, healed_at=None).update(healed_at=now(), still_broken=still)
        journal.record("scenario.healed", scenario, by=by, still_broken=SILENT_PROVINCE)


def end(scenario: Scenario, *, by: Person) -> None:
    """Heal the rest too; what was filed, sent and said stays."""
    turn("all", "ok")
    with transaction.atomic():
        Scenario.objects.filter(pk=scenario.pk, ended_at=None).update(ended_at=now())
        journal.record("scenario.ended", scenario, by=by)


def turn(what: str, mode: str) -> None:
    try:
        told = control.ask(settings.CITY_CONTROL_PORT, what=what, mode=mode)
    except control.NobodyListens as silence:
        raise CityIsSilent from silence
    if "error" in told:
        raise CityIsSilent


def advance() -> int:
    """Let the clerks act whose minute has come. Called every second; returns how many acted."""
    scenario = current() if settings.DEMO else None
    if scenario is None or scenario.healed_at or now() - scenario.started_at > LONGEST:
        return 0
    minutes = (now() - scenario.started_at).total_seconds() / 60 * scenario.speed
    upto = min(curve.reacted(minutes), scenario.reacted + BATCH_SIZE)
    # Claimed before they act: two schedulers never play the same clerk twice.
    claimed = Scenario.objects.filter(pk=scenario.pk, reacted=scenario.reacted, ended_at=None).update(reacted=upto)
    if not claimed or upto == scenario.reacted:
        return 0
    for place, municipality in places(scenario, scenario.reacted, upto):
        play(scenario, place, municipality)
    return upto - scenario.reacted


def places(scenario: Scenario, start: int, stop: int) -> list[tuple[int, Municipality]]:
    """The municipalities that react from the `start`-th to before the `stop`-th."""
    keys = list(Municipality.objects.order_by("code").values_list("pk", flat=True))
    random.Random(scenario.seed).shuffle(keys)
    wanted = keys[start:stop]
    municipalities = Municipality.objects.in_bulk(wanted)
    return [(start + offset, municipalities[key]) for offset, key in enumerate(wanted)]


def play(scenario: Scenario, place: int, municipality: Municipality) -> None:
    """One clerk: the same verbs that the portal calls."""
    outage = outages.covering(municipality, scenario.component)
    act = clerks.act_of(place, seed=scenario.seed, notice_is_out=outage is not None, broken=scenario.component_id)
    if act.taps and outage is not None:
        try:
            impact_reports.report(outage, municipality, by=None)
        except OutageIsOver:
            return
        Scenario.objects.filter(pk=scenario.pk).update(taps=F("taps") + 1)
        return
    tickets.submit(
        municipality=municipality,
        component=Component.objects.get(pk=act.component),
        subject=act.subject,
        body=act.body,
        impact=Ticket.Impact.ALL if act.component == scenario.component_id else Ticket.Impact.ONE,
        urgency=Ticket.Urgency.STOPPED,
        token=f"scenario-{scenario.pk}-{place}",
    )
    Scenario.objects.filter(pk=scenario.pk).update(tickets=F("tickets") + 1)
