"""The stand-ins of Twilio and of the domestic gateways, each one process for the tests of this folder;
and somebody's program that keeps what it hears."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from foundation.outbox.delivery import dispatch
from tests.servers import free_port
from tests.standins import batch_gateways, twilio
from tests.standins.batch_gateways import RemoteGateway

DOMESTIC = ("netgsm", "iletimerkezi", "verimor", "jetsms", "mapped")
MAPPING = """
url: {base}/send
body: xml
root: order
number: national
batch: 100
texts: unlike
requests_a_minute: 6000
rate: 5000
fields:
  login: {{user: "${{MAPPED_USER}}", key: "${{MAPPED_KEY}}"}}
  title: "{{sender}}"
  name: "{{request}}"
  messages:
    message:
      - each: {{to: "{{to}}", body: "{{text}}", ref: "{{reference}}"}}
answer: text
pattern: '^(?P<code>\\d+)(?:\\s+(?P<job>\\d+))?$'
sid: job
codes:
  {{"00": accepted, "40": no-credit, "41": bad-sender, "42": "20003", "43": not-allowed, "44": throttled,
    "45": "21211"}}
look_up:
  url: {base}/report
  method: POST
  body: json
  fields: {{name: "{{request}}"}}
  answer: json
  at: data.messages
  number: msisdn
  reference: ref
  job: job
  status: state
statuses: {{DELIVRD: delivered, UNDELIV: undelivered}}
callback: {{at: receipts, sid: job, number: msisdn, status: state, reference: ref}}
"""


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it was sent; answers with the status in the path ("/410")."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(int(self.path.strip("/") or 200))
        self.send_header("Content-Length", "0")
        self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        """Be quiet."""


@pytest.fixture
def receiver(settings):
    settings.PROBE_ALLOW_PRIVATE = True
    dispatch._closing.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.heard = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def standin_process():
    with twilio.running(free_port()) as remote:
        yield remote


@pytest.fixture
def standin(standin_process, settings):
    """A fresh ledger, and settings that lead to it; callbacks have nowhere to go unless a server runs."""
    standin_process.reset()
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID = twilio.ACCOUNT
    settings.TWILIO_AUTH_TOKENS = [twilio.TOKEN]
    settings.TWILIO_FROM = "NOBET"
    settings.TWILIO_API_BASE = standin_process.url
    settings.SMS_SEGMENTS_PER_SECOND = 1000
    settings.OUTBOX_POST_TIMEOUT = 20
    settings.OUTBOX_SETTLE = 0.5
    standin_process.set(callbacks_on=False)
    dispatch._closing.clear()
    return standin_process


@pytest.fixture
def hasty(standin, settings):
    """The same for who waits for an answer that never comes; else a busy machine is given time."""
    settings.OUTBOX_POST_TIMEOUT = 1.5
    return standin


@pytest.fixture(scope="session")
def gateways_process():
    with batch_gateways.running(free_port()) as url:
        yield url


@pytest.fixture
def gateways(gateways_process, settings, tmp_path, monkeypatch):
    """All of them, with empty ledgers and accounts that lead to them: {our name: stand-in}."""
    remotes = {name: RemoteGateway(gateways_process, name) for name in DOMESTIC}
    for remote in remotes.values():
        remote.reset()
    quick = {"batch_size": 100, "requests_a_minute": 6000.0, "rate": 5000.0}
    settings.SMS_ACCOUNTS = {name: remotes[name].account(**quick) for name in DOMESTIC if name != "mapped"}
    settings.JETSMS_CODES = {
        "05": "no-credit",
        "06": "bad-sender",
        "07": "not-allowed",
        "08": "throttled",
        "09": "21211",
    }
    path = tmp_path / "operator.yaml"
    path.write_text(MAPPING.format(base=remotes["mapped"].base))
    monkeypatch.setenv("MAPPED_USER", batch_gateways.USER)
    monkeypatch.setenv("MAPPED_KEY", batch_gateways.PASSWORD)
    settings.SMS_OPERATOR = str(path)
    settings.OUTBOX_POST_TIMEOUT = 5
    settings.OUTBOX_SETTLE = 0.2
    dispatch._closing.clear()
    return remotes


@pytest.fixture(params=DOMESTIC)
def gateway(request, gateways, settings) -> RemoteGateway:
    settings.SMS_GATEWAY = "operator" if request.param == "mapped" else request.param
    return gateways[request.param]


@pytest.fixture
def hasty_gateway(gateway, settings) -> RemoteGateway:
    settings.OUTBOX_POST_TIMEOUT = 1.5
    return gateway
