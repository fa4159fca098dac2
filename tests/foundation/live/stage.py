"""The stage as an ASGI application, for real servers in processes of their own."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.foundation.live.stage_settings"

from django.core.asgi import get_asgi_application  # noqa: E402  Django must be set up before the doors are read

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from foundation import garbage  # noqa: E402 - Django first
from foundation.live import autobahn_patch, poller  # noqa: E402 - Django first
from tests.foundation.live.sockets import doors  # noqa: E402

if pause := os.environ.get("STAGE_LOOK_PAUSE"):
    poller.LOOK_PAUSE = float(pause)
if patience := os.environ.get("STAGE_REDIS_PATIENCE"):
    from foundation.live import redis_doorbell

    redis_doorbell.TIMEOUT_SECONDS = float(patience)

application = ProtocolTypeRouter({"http": pages, "websocket": doors})
garbage.calm()
autobahn_patch.spare_the_printing()
