"""The Twilio stand-in, one process for the tests of this folder."""

import pytest

from foundation.outbox.delivery import dispatch
from tests.servers import free_port
from tests.standins import twilio


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
    settings.OUTBOX_POST_TIMEOUT = 0.5
    return standin
