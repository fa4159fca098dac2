"""The socket of the page of calls: it says that something moved, and no number."""

from django.urls import path

from foundation.live import audiences
from foundation.live.consumers import LiveConsumer


class CallSocket(LiveConsumer):
    kind = "calls"
    audience = audiences.CALLS

    def allows(self) -> bool:
        return self.person is not None and self.person.works_at_the_desk

    def snapshot(self) -> dict:
        return {}


sockets = [path("ws/calls/", CallSocket.as_asgi(), name="calls")]
