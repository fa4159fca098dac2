"""The stand-in that judges those who send tells the truth, also where the machine lets it run late."""

import os
import signal
import socket
import time
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from tests.standins import twilio

pytestmark = pytest.mark.once("sqlite", "asks no database")

MESSAGES = f"/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json"
NUMBER = "+905330000001"


def sent(standin, method: str, path: str, body: str = "") -> socket.socket:
    """The connection over which a request went out; nobody has read it yet."""
    head = {
        "Host": "localhost",
        "Authorization": aiohttp.encode_basic_auth(twilio.ACCOUNT, twilio.TOKEN),
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", body]
    where = urlsplit(standin.url)
    connection = socket.create_connection((where.hostname, where.port), timeout=30)
    connection.sendall("\r\n".join(lines).encode())
    return connection


def answer(connection: socket.socket) -> str:
    with connection, connection.makefile("rb") as lines:
        return lines.read().decode()


@pytest.fixture
def asleep(standin):
    """Until it is woken, nothing is read of what comes."""
    os.kill(standin.pid, signal.SIGSTOP)
    yield lambda: os.kill(standin.pid, signal.SIGCONT)
    os.kill(standin.pid, signal.SIGCONT)


@pytest.mark.parametrize("controls, listed", [
    ({"latency": 0.3}, True),
    ({"faults": {"drop_reply": 1.0}, "latency": 0.3}, True),
    ({"faults": {"500_accepted": 1.0}, "latency": 0.3}, True),
    ({"faults": {"slow": 1.0}, "slow_by": 60.0}, False),
    ({"faults": {"500": 1.0}}, False),
])  # fmt: skip
def test_a_list_holds_what_came_before_it_was_asked_for(standin, request, controls, listed):
    """Also what its sender gave up while it lay unread: the doubts of a killed worker hang on it."""
    standin.set(**controls)
    wake = request.getfixturevalue("asleep")
    sent(standin, "POST", MESSAGES, urlencode({"To": NUMBER, "From": "NOBET", "Body": "Bir"})).close()
    asked = sent(standin, "GET", f"{MESSAGES}?{urlencode({'To': NUMBER})}")
    wake()
    assert (NUMBER in answer(asked).partition("\r\n\r\n")[2].partition("]")[0]) == listed


def test_what_is_slow_is_listed_when_its_time_has_come(standin):
    standin.set(faults={"slow": 1.0}, slow_by=0.2)
    sent(standin, "POST", MESSAGES, urlencode({"To": NUMBER, "Body": "Bir"})).close()
    until = time.monotonic() + 30
    while NUMBER not in answer(sent(standin, "GET", MESSAGES)):
        assert time.monotonic() < until
    assert standin.accepted() == {NUMBER: 1}
