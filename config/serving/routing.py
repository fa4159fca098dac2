"""The socket table: every `/ws/` address of the house."""

from helpdesk.tickets.consumers import sockets as helpdesk_sockets
from monitoring.routing import sockets as monitoring_sockets
from runbooks.consumers import sockets as runbooks_sockets

sockets = urlpatterns = [*monitoring_sockets, *helpdesk_sockets, *runbooks_sockets]
