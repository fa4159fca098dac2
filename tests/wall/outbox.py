"""Callbacks of the gateway: POST only, opened by its signature (`tests/foundation/outbox/`)."""

from tests.wall import Public

doors = [
    Public("outbox:twilio_status", answers=(405,)),
    Public("outbox:twilio_inbound", answers=(405,)),
    Public("outbox:operator_status", answers=(405,)),
    Public("outbox:operator_inbound", answers=(405,)),
]
