"""What outbox announces to those above."""

from django.dispatch import Signal

# Messages of one batch reached a state, in the sending transaction.
# Arguments: batch_id, state (Message.State), message_ids (a list).
message_moved = Signal()

# Someone wrote to us on a two-way route. Argument: inbound (InboundMessage).
message_received = Signal()

# A route's breaker opened: nothing leaves on it until a person closes it. Argument: route.
route_opened = Signal()
