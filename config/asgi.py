"""Pages, API and sockets for daphne or uvicorn: one application object."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application  # noqa: E402  Django must be set up before routing is read

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - Django first

from config.serving.routing import application as sockets  # noqa: E402 - Django first
from foundation import garbage  # noqa: E402 - Django first
from foundation.live import autobahn_patch  # noqa: E402 - Django first
from foundation.wire.guards import FrontDoor  # noqa: E402 - Django first

application = FrontDoor(ProtocolTypeRouter({"http": pages, "websocket": sockets}))
garbage.calm()
autobahn_patch.spare_the_printing()
