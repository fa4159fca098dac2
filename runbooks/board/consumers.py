"""`/ws/board/`: what changes on the board, for the watch and for wall screens."""

from foundation.live import audiences
from foundation.live.access import cookies_of
from foundation.live.consumers import LiveConsumer
from monitoring import outages
from monitoring.status import report
from runbooks.board import kiosk


class BoardSocket(LiveConsumer):
    """Open outages and the states of the municipalities; the page fetches what it shows of them."""

    kind = "board"
    audience = audiences.BOARD

    def recognise_scope(self, scope: dict) -> None:
        super().recognise_scope(scope)
        self.person = self.person or kiosk.maker_of(cookies_of(scope))

    def recognise_request(self, request, kwargs) -> None:
        super().recognise_request(request, kwargs)
        self.person = self.person or kiosk.maker_of(request.COOKIES)

    def allows(self) -> bool:
        return self.person is not None and self.person.keeps_the_watch

    def snapshot(self) -> dict:
        return {
            "outages": [outage.live_state() for outage in outages.open_now()],
            "municipalities": report.municipality_states(),
        }
