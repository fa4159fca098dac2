"""What the page of one broadcast shows, read in few queries."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from foundation import now
from foundation.directory.models import Contact, Municipality
from foundation.language import collation
from foundation.outbox.models import Batch, OutboxMessage
from runbooks.broadcasts.compose import audience, drafts
from runbooks.broadcasts.compose.audience import Difference
from runbooks.broadcasts.compose.drafts import BroadcastPreview
from runbooks.broadcasts.delivery import acknowledgements, follow_ups, sending
from runbooks.broadcasts.delivery.acknowledgements import Heard
from runbooks.broadcasts.report import outcome_classes
from runbooks.models import Broadcast, Recipient

State = OutboxMessage.State
_CLASS = dict.fromkeys(OutboxMessage.IN_FLIGHT, "in_flight") | {
    State.DELIVERED: "delivered",
    State.UNCONFIRMED: "unconfirmed",
    State.FAILED: "failed",
}
REGION = "province__region"
TONES = (1, 50, 80, 95)  # per cent delivered at which the map's tone changes
FAILED_SHARE = 0.05  # from here on a province is marked


@dataclass(frozen=True)
class PlaceLine:
    """One region or municipality: its classes, and everything that is in none of the four."""

    name: str
    delivered: int
    in_flight: int
    unconfirmed: int
    failed: int
    other: int
    plate_code: str = ""
    code: str = ""
    acknowledged: bool = False

    @property
    def intended(self) -> int:
        return self.delivered + self.in_flight + self.unconfirmed + self.failed + self.other

    @property
    def share(self) -> int:
        """Of a hundred, how many were delivered."""
        return 100 * self.delivered // self.intended if self.intended else 0

    @property
    def step(self) -> int:
        """Which of the map's five tones stands for the share."""
        return bisect_right(TONES, self.share)

    @property
    def is_unreached(self) -> bool:
        """Nobody has it, and nobody will get it any more."""
        return self.intended == self.failed + self.other

    @property
    def is_in_trouble(self) -> bool:
        return self.failed > FAILED_SHARE * self.intended


@dataclass(frozen=True)
class ToCall:
    """A silent municipality and its people in the order of calling, each with what became of the message.

    `municipality` is None for numbers that belong to none. `is_in_the_dark`: no message
    of theirs is known to have arrived, so they may not even know.
    """

    municipality: Municipality | None
    people: tuple[tuple[Recipient, str], ...]
    is_in_the_dark: bool


@dataclass(frozen=True)
class Left:
    """One reason and how many numbers it keeps out."""

    reason: str
    count: int


@dataclass(frozen=True)
class BroadcastPage:
    """Everything about one broadcast at this moment."""

    broadcast: Broadcast
    recipients: int
    duties: list[tuple[str, int]]
    left_out: list[Left]
    preview: BroadcastPreview
    tally: sending.BroadcastTally | None = None
    regions: tuple[PlaceLine, ...] = ()
    provinces: tuple[PlaceLine, ...] = ()
    stages: tuple[follow_ups.FollowUpStage, ...] = ()
    deputies: int = 0
    heard: Heard | None = None
    difference: Difference | None = None
    until_last: timedelta | None = None
    reached: int = 0
    correction: Broadcast | None = None

    @property
    def summands(self) -> list[tuple[str, int]]:
        """(class, how many) of the equation in its order; of the quiet ones those with somebody in them."""
        counted = asdict(self.tally) if self.tally else {}
        return [
            (name, counted[name])
            for name in outcome_classes.ON_PAGES
            if counted.get(name) or name not in outcome_classes.QUIET
        ]

    @property
    def is_quiet(self) -> bool:
        """Nobody in the classes of the small print: suppressed, expired, aborted, uncertain."""
        return not any(name in outcome_classes.QUIET for name, _count in self.summands)


def standing(broadcast: Broadcast) -> BroadcastPage:
    """The page's content: a draft shows whom the rule finds now, later ones the frozen list."""
    is_open = broadcast.status in (Broadcast.Status.DRAFT, Broadcast.Status.LAPSED)
    recipients = audience.find_for(broadcast) if is_open else audience.frozen(broadcast)
    seen = drafts.preview(
        broadcast.text,
        recipients,
        spelling=broadcast.spelling,
        is_drill=broadcast.is_drill,
        correction=broadcast.correction,
        sender=broadcast.sender,
        code=broadcast.code,
    )
    labels = dict(Contact.Duty.choices)
    duties = Counter(one.duty for one in recipients.included)
    reasons = Counter(one.left_out for one in recipients.left_out)
    names = dict(broadcast.recipients.model.Reason.choices)
    return BroadcastPage(
        broadcast=broadcast,
        recipients=len(recipients.included),
        duties=[(str(labels[duty]), duties[duty]) for duty in audience.ORDER if duties[duty]],
        left_out=[Left(str(names[reason]), count) for reason, count in reasons.items()],
        preview=seen,
        difference=audience.difference(broadcast) if broadcast.status == Broadcast.Status.SUBMITTED else None,
        deputies=len(follow_ups.deputies_of(broadcast)) if broadcast.chases and not broadcast.is_released else 0,
        **(_sent(broadcast, seen) | _correctable(broadcast) if broadcast.is_released else {}),
    )


def _sent(broadcast: Broadcast, seen: BroadcastPreview) -> dict:
    batch, tally = sending.batch_of(broadcast), sending.tally_of(broadcast)
    if batch is None or tally is None:
        return {"heard": acknowledgements.heard(broadcast)}
    cost = seen.plain if broadcast.spelling == Broadcast.Spelling.PLAIN else seen.full
    queued = batch.messages.filter(state=State.QUEUED).count() + tally.not_yet_queued
    return {
        "tally": tally,
        "regions": tuple(by_region(broadcast)),
        "provinces": tuple(by_province(broadcast)),
        "stages": tuple(follow_ups.stages(broadcast)),
        "heard": acknowledgements.heard(broadcast),
        "until_last": timedelta(seconds=queued * max(cost.each, 1) / drafts.pace(broadcast.sender)),
    }


def _correctable(broadcast: Broadcast) -> dict:
    """Whom a correction would go to, found as its draft finds them; or the correction, once there is one."""
    correction = broadcast.corrections.first()
    if correction or not broadcast.correction:
        return {"correction": correction}
    return {
        "reached": len(
            audience.find(audience.AudienceRule(reached_by=broadcast.pk), is_drill=broadcast.is_drill).included
        )
    }


def to_call(broadcast: Broadcast) -> list[ToCall]:
    """Whom to ring up: those in the dark first, then by name; one person reached speaks for the municipality."""
    ended = dict(OutboxMessage.objects.filter(batch__in=sending.batches(broadcast)).values_list("address", "state"))
    labels = dict(State.choices)
    places: dict[Municipality | None, list[Recipient]] = defaultdict(list)
    for row in acknowledgements.call_sheet(broadcast):
        places[row.municipality].append(row)
    sheet = [
        ToCall(
            municipality=municipality,
            people=tuple((row, str(labels.get(ended.get(row.address, ""), ""))) for row in rows),
            is_in_the_dark=all(ended.get(row.address) != State.DELIVERED for row in rows),
        )
        for municipality, rows in places.items()
    ]
    return sorted(sheet, key=lambda place: (place.municipality is None, not place.is_in_the_dark))


def first_due(batch: Batch) -> datetime | None:
    """When the next queued message may leave, if nothing may leave now."""
    due = batch.messages.filter(state=State.QUEUED).aggregate(first=Min("due_at"))["first"]
    return due if due and due > now() + timedelta(minutes=1) else None


def by_region(broadcast: Broadcast) -> list[PlaceLine]:
    regions = dict(Municipality.objects.order_by().values_list("code", REGION))
    return lines(broadcast, lambda code: regions.get(code, "–"))


def by_province(broadcast: Broadcast) -> list[PlaceLine]:
    """As the map shows it; who belongs to no municipality is in the table of regions only."""
    rows = Municipality.objects.order_by().values_list("code", "province_id", "province__name")
    places = {code: (plate_code, name) for code, plate_code, name in rows}
    names = dict(places.values())
    counted = lines(broadcast, lambda code: places[code][0] if code in places else "")
    return [replace(line, name=names[line.name], plate_code=line.name) for line in counted if line.name]


def filled_classes(broadcast: Broadcast) -> list[tuple[str, int]]:
    """(class, how many) of the equation, those with somebody in them."""
    tally = sending.tally_of(broadcast)
    counted = asdict(tally) if tally else {}
    return [(name, counted[name]) for name in outcome_classes.ON_PAGES if counted.get(name)]


def in_class(broadcast: Broadcast, name: str) -> QuerySet[Recipient]:
    """The recipients whose message is in this class, one by one, as a queryset."""
    messages = OutboxMessage.objects.filter(batch__in=sending.batches(broadcast))
    if name == outcome_classes.NOT_YET_QUEUED:
        return broadcast.recipients.included().exclude(address__in=messages.values("address"))
    messages = messages.filter(state__in=outcome_classes.states_of(name))
    return broadcast.recipients.filter(address__in=messages.values("address"))


def ends_of(broadcast: Broadcast, rows: Iterable[Recipient]) -> dict[str, OutboxMessage]:
    """What became of these recipients, by number."""
    messages = OutboxMessage.objects.filter(
        batch__in=sending.batches(broadcast), address__in=[row.address for row in rows]
    )
    return {message.address: message for message in messages.only("address", "state", "reason", "moved_at", "attempt")}


def lines(broadcast: Broadcast, name_of) -> list[PlaceLine]:
    """The messages of a broadcast counted under what `name_of` makes of a municipality's code, in Turkish order."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for code, state, number in sending.by_reference(sending.batch_of(broadcast)):
        counted[name_of(code)][_CLASS.get(State(state), "other")] += number
    named = sorted(counted.items(), key=lambda item: collation.sort_key(item[0]))
    return [
        PlaceLine(
            name,
            delivered=counts["delivered"],
            in_flight=counts["in_flight"],
            unconfirmed=counts["unconfirmed"],
            failed=counts["failed"],
            other=counts["other"],
        )
        for name, counts in named
    ]


def seconds_left(broadcast: Broadcast) -> timedelta | None:
    """Until the submission lapses."""
    return max(timedelta(0), broadcast.approvable_until - now()) if broadcast.approvable_until else None
