"""The feed of events by cursor, and the webhooks that hear the same events."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Municipality
from foundation.language.schema_types import Line
from foundation.outbox.hooks import feed, webhooks
from foundation.outbox.models import EventHook, FeedEvent, HookDelivery
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset

router = Router(tags=["events"])

LARGEST = 2**63 - 1
Kinds = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=60)]
Secret = Annotated[
    str,
    Field(
        max_length=100,
        description="“whsec_” and 24 to 64 random bytes in base64, made by the program: no answer ever holds one",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    ),
]


class FeedEventOut(Schema):
    number: int
    type: str = Field(alias="kind")
    timestamp: datetime = Field(alias="at")
    data: dict[str, Any]


class FeedOut(Schema):
    """`last` is the number to go on after, also when nothing in between was for you."""

    items: list[FeedEventOut]
    last: int


class EventHookOut(Schema):
    id: int
    municipality: str | None
    name: str
    url: str
    kinds: list[str]
    changed_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: str

    @staticmethod
    def resolve_municipality(hook: EventHook) -> str | None:
        return hook.municipality.code if hook.municipality else None


class EventHookTerms(Body):
    url: Annotated[
        str, Field(max_length=300, pattern=r"^https?://[^\s/@]+(/\S*)?$", examples=["https://ebys.example/nobet"])
    ]
    kinds: Annotated[Kinds, Field(description="empty: all", examples=[["ticket.submitted", "ticket.resolved"]])] = []


class EventHookIn(EventHookTerms):
    municipality: Annotated[str, Field(max_length=5, description="five-digit code; empty: of the house")] = ""
    name: Annotated[Line, Field(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["ebys"])]
    secret: Secret


class HookSecretIn(Body):
    secret: Secret


class HookDeliveryOut(Schema):
    id: int
    key: str
    type: str = Field(alias="kind")
    state: str
    attempt: int
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    status: int | None
    said: str
    last_error: str
    is_replay: bool


@router.get("/events/", response=FeedOut)
def events(
    request,
    after: Annotated[
        int, Query(ge=0, le=LARGEST, description="`last` of the answer before; 0: from the oldest kept")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """What happened after a number, oldest first: the events that webhooks carry, kept for thirty days.

    Ask again with `after` = `last`. 410 says that the feed no longer reaches back that far.
    """
    feed.require_known(after)
    last = feed.last()
    visible = FeedEvent.objects.visible_to(request.user).filter(number__gt=after, number__lte=last)
    items = list(visible.order_by("number")[:limit])
    return {"items": items, "last": items[-1].number if len(items) == limit else last}


def hook_of(request, pk: int) -> EventHook:
    visible = EventHook.objects.current().visible_to(request.user).select_related("municipality", "owner")
    return get_object_or_404(visible, pk=pk)


@router.get("/webhooks/", response=list[EventHookOut])
@paginate(Keyset, order=("pk",))
def list_webhooks(request) -> QuerySet[EventHook]:
    """Those of one's own municipality; for platform administrators all."""
    return EventHook.objects.current().visible_to(request.user).select_related("municipality")


@router.post("/webhooks/", response={201: EventHookOut})
def make_webhook(request, hook: EventHookIn) -> Status:
    """A new address. The program brings the secret; a page can make one, too, and shows it once."""
    facts = hook.dict()
    code = facts.pop("municipality")
    places = Municipality.objects.current().administered_by(request.user)
    municipality = get_object_or_404(places, code=code) if code else None
    return Status(201, webhooks.make(municipality, **facts, by=request.user)[0])


@router.get("/webhooks/{pk}/", response=EventHookOut)
def one_webhook(request, pk: int) -> EventHook:
    """One, and how it stands."""
    return hook_of(request, pk)


@router.put("/webhooks/{pk}/", response=EventHookOut)
def change_webhook(request, pk: int, terms: EventHookTerms) -> EventHook:
    """Another address or other events."""
    hook = hook_of(request, pk)
    webhooks.change(hook, **terms.dict(), by=request.user)
    return hook


@router.delete("/webhooks/{pk}/", response={204: None})
def end_webhook(request, pk: int) -> Status:
    """Nothing is sent there any more."""
    webhooks.end(hook_of(request, pk), by=request.user)
    return Status(204, None)


@router.post("/webhooks/{pk}/secret/", response=EventHookOut)
def rotate_webhook_secret(request, pk: int, wanted: HookSecretIn) -> EventHook:
    """Another secret; the one before signs too for twenty-four hours."""
    hook = hook_of(request, pk)
    webhooks.rotate(hook, secret=wanted.secret, by=request.user)
    return hook


@router.post("/webhooks/{pk}/standing/", response=EventHookOut)
def enable_webhook(request, pk: int) -> EventHook:
    """In use again after it was switched off."""
    hook = hook_of(request, pk)
    webhooks.enable(hook, by=request.user)
    return hook


@router.post("/webhooks/{pk}/test/", response={202: HookDeliveryOut})
def test_webhook(request, pk: int) -> Status:
    """An event of no meaning; its answer stands among the deliveries within seconds."""
    return Status(202, webhooks.test(hook_of(request, pk), by=request.user))


@router.get("/webhooks/{pk}/deliveries/", response=list[HookDeliveryOut])
@paginate(Keyset, order=("-pk",))
def deliveries(request, pk: int) -> QuerySet[HookDelivery]:
    """What was sent there and how the receiver answered, newest first."""
    return HookDelivery.objects.filter(webhook=hook_of(request, pk)).defer("body")


@router.post("/webhooks/{pk}/deliveries/{delivery}/replay/", response={202: HookDeliveryOut})
def replay_delivery(request, pk: int, delivery: int) -> Status:
    """The same event once more, under its own `webhook-id`."""
    sent = HookDelivery.objects.select_related("webhook", "webhook__municipality")
    found = get_object_or_404(sent, webhook=hook_of(request, pk), pk=delivery)
    return Status(202, webhooks.replay(found, by=request.user))
