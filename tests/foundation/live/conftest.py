import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from tests.foundation.live.sockets import await_pollers


@pytest.fixture(autouse=True)
def quiet_afterwards():
    """No thread of this room keeps a connection to the test's database."""
    yield
    await_pollers()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
