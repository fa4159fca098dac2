"""How far the rehearsal is: measured times, real counts, and what to look at next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.models import MajorIncident
from monitoring.models import ImpactReport, Outage, State
from runbooks.broadcasts.delivery import sending
from runbooks.models import Broadcast, Run, Scenario
from runbooks.scenarios import curve


@dataclass(frozen=True)
class Beat:
    """One line of the story: what it is, when it happened, where to look, as whom."""

    name: object
    at: datetime | None
    where: str = ""
    who: str = ""

    def after(self, start: datetime) -> timedelta | None:
        return self.at - start if self.at else None


@dataclass(frozen=True)
class Story:
    """Everything the page shows. Minutes are simulated ones, as the clerks live them."""

    scenario: Scenario
    at: datetime
    outage: Outage | None
    run: Run | None
    broadcast: Broadcast | None
    tally: sending.BroadcastTally | None

    @property
    def minutes(self) -> float:
        end = self.scenario.healed_at or self.at
        return (end - self.scenario.started_at).total_seconds() / 60 * self.scenario.speed

    @property
    def expected(self) -> int:
        """Tickets by now if nobody had been told anything."""
        return curve.expected_tickets(self.minutes)

    @property
    def expected_in_the_hour(self) -> int:
        return curve.TICKETS_WITHOUT_US

    @property
    def spared(self) -> int:
        return max(0, self.expected - self.scenario.tickets)

    @property
    def beats(self) -> list[tuple[Beat, timedelta | None]]:
        return [(beat, beat.after(self.scenario.started_at)) for beat in self._beats()]

    @property
    def first_tap(self) -> datetime | None:
        taps = ImpactReport.objects.filter(outage=self.outage) if self.outage else ImpactReport.objects.none()
        return taps.order_by("created_at").values_list("created_at", flat=True).first()

    @property
    def card_since(self) -> datetime | None:
        cards = MajorIncident.objects.filter(outage=self.outage, outage__isnull=False)
        return cards.values_list("declared_at", flat=True).first()

    def _beats(self) -> list[Beat]:
        outage, run, broadcast = self.outage, self.run, self.broadcast
        updates = list(outage.updates.order_by("created_at")[:1]) if outage else []
        return [
            Beat(_("The fault is detected"), outage.confirmed_at if outage else None, reverse("monitoring:status"), ""),
            Beat(
                _("First public word, banner on the forms, text for the telephone line"),
                updates[0].created_at if updates else None,
                reverse("monitoring:status_announcement"),
            ),
            Beat(
                _("A clerk meets the outage before the form"), self.first_tap, "/tickets/new/", "selim@odunpazari.demo"
            ),
            Beat(_("One card gathers the storm at the desk"), self.card_since, "/desk/", "ayse@nobet.demo"),
            Beat(
                _("DR-03 starts"),
                run.started_at if run else None,
                reverse("runbooks:run", args=[run.pk]) if run else "/runbooks/",
                "nermin@nobet.demo",
            ),
            Beat(
                _("The crisis message has its second approval"),
                broadcast.approved_at if broadcast else None,
                reverse("runbooks:broadcast", args=[broadcast.pk]) if broadcast else "/broadcasts/new/",
                "kemal@nobet.demo",
            ),
            Beat(_("The last message has left"), broadcast.ended_at if broadcast else None),
            Beat(_("All is well again but for one province"), self.scenario.healed_at),
            Beat(
                _("The outage is over"),
                outage.ended_at if outage else None,
                reverse("runbooks:situation", args=[outage.pk]) if outage else "",
                "nermin@nobet.demo",
            ),
        ]


def story(scenario: Scenario, at: datetime) -> Story:
    outage = (
        Outage.objects.filter(components=scenario.component_id, confirmed_at__gte=scenario.started_at)
        .exclude(state=State.OK)
        .order_by("confirmed_at")
        .first()
    )
    run = Run.objects.filter(outage=outage).order_by("pk").first() if outage else None
    broadcast = Broadcast.objects.filter(prepared_at__gte=scenario.started_at, is_drill=False).order_by("pk").first()
    tally = sending.tally_of(broadcast) if broadcast else None
    return Story(scenario, at, outage, run, broadcast, tally)
