"""Callbacks of the gateway: POST only, opened by its signature or secret (`tests/foundation/outbox/`); their pages."""

from foundation.outbox.models import Route
from tests.wall import WATCH, Door, Public, nothing


def the_console(stage):
    return {"name": "console"}


def a_wrong_secret(stage):
    return {"gateway": "netgsm", "secret": "wrong-secret-0123456789"}


def a_route(stage):
    route, _ = Route.objects.get_or_create(gateway="console", sender="WALL", defaults={"rate": 1, "ceiling": 1})
    return {"name": "console", "pk": route.pk}


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
]
