"""7,000 recipients through a gateway that takes batches, in a process of its own, beside a server that hears receipts.

`python -m tests.bench._sms_batches URL COUNT` prints {"handed": seconds until the gateway has all, "bound": seconds
until every receipt is bound, "share": of receipts bound, "twice": people who got it twice}. Two answers are lost.
"""

import json
import os
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up before models are read
from django.core.wsgi import get_wsgi_application  # noqa: E402

from foundation.outbox import outbox  # noqa: E402
from foundation.outbox.delivery import dispatch  # noqa: E402
from foundation.outbox.models import Batch, OutboxMessage  # noqa: E402
from foundation.outbox.reconciliation import receipts, uncertain  # noqa: E402
from tests.bench._sms_clients import number  # noqa: E402
from tests.standins.batch_gateways import RemoteGateway  # noqa: E402

State = OutboxMessage.State
WITHIN = 120.0


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the secret stands in the path."""


class Server(ThreadingHTTPServer, WSGIServer):
    """One thread a request, as a WSGI worker has."""

    def server_bind(self) -> None:
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
        self.setup_environ()


def door() -> str:
    """A server for the gateway's receipts; its address."""
    server = Server(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = settings.SMS_ACCOUNTS["verimor"]["callback_secrets"][0]
    return f"http://127.0.0.1:{server.server_port}/sms/verimor/{secret}/status"


def hand_in(count: int) -> Batch:
    batch = outbox.open_batch(f"bench-batches-{time.time_ns()}", lane="life_safety", urgent=True)
    text = f"e-Belediye: tahsilat kesintisi giderildi. ({time.time_ns() % 10**6:06})"
    outbox.add(batch, "sms", [outbox.Addressee(number(place), text) for place in range(count)])
    outbox.release(batch)
    return batch


def main() -> None:
    remote, count = RemoteGateway(sys.argv[1], "verimor"), int(sys.argv[2])
    remote.reset()
    remote.set(
        push=door(),
        latency=0.05,
        a_minute=240,
        doubled=True,
        reversed=True,
        next=["", "", "drop_reply", "", "drop_reply"],
    )
    batch = hand_in(count)
    began, at = time.monotonic(), time.time()
    bound = 0.0
    while time.monotonic() - began < WITHIN and not bound:
        dispatch.deliver("sms")
        receipts.apply()
        uncertain.run()
        if not batch.messages.exclude(state=State.DELIVERED).exists():
            bound = time.monotonic() - began
    handed = max(row["at"] for row in remote.ledger()["taken"]) - at
    delivered = batch.messages.filter(state=State.DELIVERED).count()
    twice = sum(times > 1 for times in remote.sent().values())
    lost = count - len(remote.sent())
    print(json.dumps({"handed": handed, "bound": bound, "share": delivered / count, "twice": twice + lost}))


if __name__ == "__main__":
    main()
