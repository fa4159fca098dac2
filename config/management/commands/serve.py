"""`manage.py serve`: pages, sockets and, in embedded mode, everything else."""

import os
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand

from config.asgi import application
from config.serving import background
from config.serving.server import GuardedServer, on_start, on_stop, open_many_files
from foundation import garbage
from foundation.directory.demo import ACCOUNTS, PASSWORD
from monitoring.simulator.resident import is_another_house_at, places_of_another

GONE_WITHIN = 4.5
LARGEST_FRAME = 16 * 1024
WAITING = 4096  # connections that may wait to be taken: after a restart every page comes at once
PATIENT = 20  # seconds until an opened socket must be accepted: five are too few when thousands come back
NEVER = 24 * 3600  # heads and the kernel's clock find a browser that vanished (foundation/live/transports.py)

ANOTHER_CITY = (
    "The stand-in city of another house listens at port %(port)d of this machine. Its places would be probed as if "
    "they were ours: stop that house, or start this one with CITY_PORT=30000 and a PORT of its own."
)


class Command(BaseCommand):
    help = "Serve Nöbet on HOST:PORT (127.0.0.1:8000). Ctrl-C or SIGTERM stops everything within 5 s."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *, host: str, port: int, **options) -> None:
        if settings.DEMO and settings.EMBEDDED:
            refuse_a_shared_city()
        living = [each for each in background.RESIDENTS if settings.EMBEDDED or not each.embedded_only]
        server = GuardedServer(
            application,
            endpoints=[f"tcp:port={port}:interface={host}:backlog={WAITING}"],
            websocket_max_message_size=LARGEST_FRAME,
            websocket_max_frame_size=LARGEST_FRAME,
            websocket_connect_timeout=PATIENT,
            ping_interval=NEVER,
            server_name="nobet",
            verbosity=0,
        )
        on_start(lambda loop: background.start(living, loop))
        on_start(lambda loop: self._say_where(host, port))
        on_stop(lambda: background.stop(living))
        on_stop(insist)
        garbage.calm()
        open_many_files()
        # A shell that starts us in the background ignores Ctrl-C for us; we do not.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        server.run()
        if not server.listening_addresses:
            raise SystemExit(f"Port {port} is taken.")
        os._exit(0)

    def _say_where(self, host: str, port: int) -> None:
        self.stdout.write(f"Nöbet: http://{host}:{port}/")
        if settings.DEMO:
            for email, name, role, _place in ACCOUNTS:
                self.stdout.write(f"  {email:24} {name} · {role.label}")
            self.stdout.write(f"  {PASSWORD}")
        self.stdout.flush()


def refuse_a_shared_city() -> None:
    """Neither the control port nor the places that the prober asks may be another house's."""
    if is_another_house_at(settings.CITY_CONTROL_PORT):
        raise SystemExit(ANOTHER_CITY % {"port": settings.CITY_CONTROL_PORT})
    if len(taken := places_of_another()) > 1:
        raise SystemExit(ANOTHER_CITY % {"port": taken[0]})


async def insist() -> None:
    """Leave at the latest after a few seconds, whatever a thread is still waiting for."""
    watchdog = threading.Timer(GONE_WITHIN, os.kill, [os.getpid(), signal.SIGKILL])
    watchdog.daemon = True
    watchdog.start()
