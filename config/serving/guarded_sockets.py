"""daphne's sockets with our guards: the codes of RFC 6455, and a bound on what a client says."""

import time

from autobahn.websocket.protocol import WebSocketProtocol as Wire
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

MANY, MOMENT = 200, 10.0  # frames of any kind, fragments and pings with them, in so many seconds


class GuardedSocket(WebSocketProtocol):
    """One socket. autobahn lets an application close with 1000 and 3000 to 4999 only; a server may say more."""

    def __init__(self) -> None:
        super().__init__()
        self.frames_since, self.frames = time.monotonic(), 0

    def serverClose(self, code: int | None = None) -> None:
        self.sendCloseFrame(code=Wire.CLOSE_STATUS_CODE_NORMAL if code is None else code)

    def onFrameBegin(self) -> None:
        """Counts frames as they begin: 200,000 empty fragments are one message, and cost 2.5 s."""
        at = time.monotonic()
        if at - self.frames_since > MOMENT:
            self.frames_since, self.frames = at, 0
        self.frames += 1
        if self.frames > MANY:
            self.sendCloseFrame(code=Wire.CLOSE_STATUS_CODE_POLICY_VIOLATION)
            self.dropConnection(abort=False)  # nothing more of it is read
        super().onFrameBegin()


class GuardedSockets(WebSocketFactory):
    """Makes them; what is too big or no protocol is told so before the line is dropped."""

    protocol = GuardedSocket

    def __init__(self, server, *, server_name: str) -> None:
        super().__init__(server, server=server_name)
        self.setProtocolOptions(failByDrop=False)
