"""The sockets of runbooks."""

from dataclasses import asdict

from django.urls import path

from foundation.live import audiences
from foundation.live.consumers import LiveConsumer
from runbooks.board.consumers import BoardSocket
from runbooks.broadcasts.delivery import sending
from runbooks.models import Broadcast


class BroadcastSocket(LiveConsumer):
    """`/ws/broadcasts/<id>/`: how far one broadcast is. The page fetches what it shows."""

    kind = "broadcast"

    @property
    def audience(self) -> str:
        return audiences.broadcast(self.key)

    @property
    def key(self) -> int:
        return int(str(self.kwargs["pk"]))

    def allows(self) -> bool:
        """Numbers of recipients are for the watch; a broadcast that is not there admits nobody."""
        person = self.person
        if person is None or not person.keeps_the_watch:
            return False
        return Broadcast.objects.visible_to(person).filter(pk=self.key).exists()

    def snapshot(self) -> dict:
        broadcast = Broadcast.objects.get(pk=self.key)
        counted = sending.tally_of(broadcast)
        return {"broadcast": broadcast.live_state(), "tally": asdict(counted) if counted else {}}


sockets = [
    path("ws/board/", BoardSocket.as_asgi(), name="board"),
    path("ws/broadcasts/<int:pk>/", BroadcastSocket.as_asgi(), name="broadcast"),
]
