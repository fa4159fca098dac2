"""The socket table: every `/ws/` address of the house."""

from channels.routing import URLRouter

from config.serving.origins import OwnPages
from foundation.live.consumers import nowhere
from helpdesk.calls.consumers import sockets as call_sockets
from helpdesk.notices.consumers import sockets as notice_sockets
from helpdesk.tickets.consumers import sockets as helpdesk_sockets
from monitoring.routing import sockets as monitoring_sockets
from runbooks.consumers import sockets as runbooks_sockets

sockets = urlpatterns = [*monitoring_sockets, *helpdesk_sockets, *notice_sockets, *call_sockets, *runbooks_sockets]
table = URLRouter(sockets)


async def find(scope, receive, send) -> None:
    """To the socket of this address; NUL, which no database stores, is in no address."""
    path = scope["path"].lstrip("/")
    is_there = "\x00" not in path and any(route.pattern.match(path) for route in sockets)
    await (table if is_there else nowhere)(scope, receive, send)


application = OwnPages(find)
