from foundation.outbox.models.batch import Batch
from foundation.outbox.models.hooks import EventHook, FeedEvent, FeedMark, HookDelivery
from foundation.outbox.models.inbox import ConsoleMessage, InboundMessage, Suppression
from foundation.outbox.models.message import Attempt, OutboxMessage
from foundation.outbox.models.push import PushSubscription
from foundation.outbox.models.receipts import ProviderEvent
from foundation.outbox.models.routes import GatewayAccount, Route

__all__ = [
    "Attempt",
    "Batch",
    "ConsoleMessage",
    "EventHook",
    "FeedEvent",
    "FeedMark",
    "GatewayAccount",
    "HookDelivery",
    "InboundMessage",
    "OutboxMessage",
    "ProviderEvent",
    "PushSubscription",
    "Route",
    "Suppression",
]
