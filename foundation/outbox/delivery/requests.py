"""Which messages go together in one request. Pure: no database, no clock.

A request carries one sender; equal texts, or unlike ones where the gateway takes
them; lives of about the same length, because a gateway is told one for all; and no
number twice, because a shared job number and the telephone number name a message.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

LIVES_ALIKE = 300  # seconds
SMALLER = re.compile(r"in batches of (\d+)")


class Sendable(Protocol):
    """What a message has to say for this."""

    address: str
    text: str
    reason: str
    expires_at: datetime | None


Message = TypeVar("Message", bound=Sendable)


@dataclass
class _Request(Generic[Message]):
    most: int
    messages: list[Message] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)

    def takes(self, message: Message, most: int) -> bool:
        return len(self.messages) < min(self.most, most) and message.address not in self.addresses

    def add(self, message: Message) -> None:
        self.messages.append(message)
        self.addresses.add(message.address)


def smaller_batches(size: int) -> str:
    """The reason of a message whose batch was refused because of one in it: `together` reads it again."""
    return f"in batches of {max(size, 1)}"


def together(messages: Iterable[Message], *, batch_size: int, mixes_texts: bool) -> list[list[Message]]:
    """The requests, in the order of their first messages."""
    requests: list[_Request[Message]] = []
    filling: dict[object, list[_Request[Message]]] = {}
    for message in messages:
        most = min(batch_size, _asked_for(message))
        alike = filling.setdefault((None if mixes_texts else message.text, _life(message)), [])
        request = next((request for request in alike if request.takes(message, most)), None)
        if request is None:
            request = _Request(most)
            requests.append(request)
            alike.append(request)
        request.add(message)
        request.most = min(request.most, most)
        if len(request.messages) >= request.most:
            alike.remove(request)
    return [request.messages for request in requests]


def _asked_for(message: Sendable) -> int:
    found = SMALLER.fullmatch(message.reason)
    return int(found[1]) if found else 1_000_000


def _life(message: Sendable) -> int | None:
    return int(message.expires_at.timestamp() // LIVES_ALIKE) if message.expires_at else None
