"""Callbacks of the gateway: POST only, opened by its signature or secret (`tests/foundation/outbox/`); their pages."""

from foundation import now
from foundation.outbox.models import EventHook, FeedEvent, FeedMark, HookDelivery, Route
from foundation.wire import encryption
from tests.wall import EVERYONE, NATIONAL, OWN, SECRET, WATCH, Call, Door, Public, nothing

KEEPERS = ("zehra", "yonca")
A_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def the_console(stage):
    return {"name": "console"}


def a_wrong_secret(stage):
    return {"gateway": "netgsm", "secret": "wrong-secret-0123456789"}


def a_route(stage):
    route, _ = Route.objects.get_or_create(gateway="console", sender="WALL", defaults={"rate": 1, "ceiling": 1})
    return {"name": "console", "pk": route.pk}


def a_webhook(stage):
    return {"pk": stage.webhook.pk}


def a_sending(stage):
    return {"pk": stage.webhook.pk, "delivery": stage.hook_delivery.pk}


def the_address(stage):
    return {"url": "https://ebys.example/nobet"}


def a_new_one(stage):
    return {"name": "yeni", "municipality": "26010", "url": "https://ebys.example/nobet"}


def furnish(stage):
    stage.webhook = EventHook.objects.create(
        municipality=stage.odunpazari,
        name="duvar",
        url=f"https://ebys.example/{SECRET}",
        secret=encryption.seal(A_SECRET),
        owner=stage.zehra,
        disabled_at=now(),
    )
    event = FeedEvent.objects.create(
        number=10**12,
        kind="ticket.submitted",
        at=now(),
        municipality=stage.odunpazari,
        reach=FeedEvent.Reach.MUNICIPALITY,
        data={"ticket": SECRET},
    )
    FeedMark.objects.update(read_to=event.number)
    facts = {"event": event, "key": "evt_1", "kind": event.kind, "body": "{}", "said": SECRET}
    stage.hook_delivery = HookDelivery.objects.create(webhook=stage.webhook, state="kept", status=200, **facts)


doors = [
    Public("outbox:twilio_status", answers=(405,)),
    Public("outbox:twilio_inbound", answers=(405,)),
    Public("outbox:operator_status", answers=(405,)),
    Public("outbox:operator_inbound", answers=(405,)),
    Public("outbox:gateway_status", at=a_wrong_secret, answers=(405,)),
    Public("outbox:gateway_inbound", at=a_wrong_secret, answers=(405,)),
    Door("outbox:gateways", WATCH),
    Door("outbox:gateway", WATCH, at=the_console),
    Door("outbox:gateway_test", WATCH, at=the_console, get=False, post=nothing, answers=(409,)),
    Door("outbox:gateway_route", WATCH, at=a_route, get=False, post=nothing),
    Door("outbox:webhooks", KEEPERS, post=a_new_one),
    Door("outbox:webhook", KEEPERS, at=a_webhook, post=the_address),
    Door("outbox:webhook_secret", KEEPERS, at=a_webhook, get=False, post=nothing),
    Door("outbox:webhook_test", KEEPERS, at=a_webhook, get=False, post=nothing),
    Door("outbox:webhook_standing", KEEPERS, at=a_webhook, get=False, post=nothing),
    Door("outbox:webhook_replay", KEEPERS, at=a_sending, get=False, post=nothing),
    Door("outbox:webhook_end", KEEPERS, at=a_webhook, get=False, post=nothing),
]
calls = [
    Call("GET", "/api/v1/events/", EVERYONE, reads=OWN + NATIONAL),
    Call("GET", "/api/v1/webhooks/", EVERYONE, reads=KEEPERS),
    Call("GET", "/api/v1/webhooks/{pk}/", KEEPERS, at=a_webhook),
    Call("POST", "/api/v1/webhooks/", KEEPERS, body=lambda stage: a_new_one(stage) | {"secret": A_SECRET}),
    Call("PUT", "/api/v1/webhooks/{pk}/", KEEPERS, at=a_webhook, body=the_address),
    Call("POST", "/api/v1/webhooks/{pk}/secret/", KEEPERS, at=a_webhook, body=lambda stage: {"secret": A_SECRET}),
    Call("POST", "/api/v1/webhooks/{pk}/standing/", KEEPERS, at=a_webhook),
    Call("POST", "/api/v1/webhooks/{pk}/test/", KEEPERS, at=a_webhook),
    Call("GET", "/api/v1/webhooks/{pk}/deliveries/", KEEPERS, at=a_webhook),
    Call("POST", "/api/v1/webhooks/{pk}/deliveries/{delivery}/replay/", KEEPERS, at=a_sending),
    Call("DELETE", "/api/v1/webhooks/{pk}/", KEEPERS, at=a_webhook),
]
