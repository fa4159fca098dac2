"""The socket table: every `/ws/` door of the house."""

from helpdesk.sockets import sockets as helpdesk_sockets
from monitoring.sockets import sockets as monitoring_sockets
from runbooks.sockets import sockets as runbooks_sockets

sockets = urlpatterns = [*monitoring_sockets, *helpdesk_sockets, *runbooks_sockets]
