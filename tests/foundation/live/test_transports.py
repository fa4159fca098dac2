"""The wires' own promises about a connection, on real sockets."""

import socket
from contextlib import closing

import pytest

from foundation.live import autobahn_patch, transports

pytestmark = pytest.mark.once("postgresql", "asks no database")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such clock")
def test_the_kernel_ends_a_connection_whose_other_end_vanished():
    with closing(socket.socket()) as connection:
        transports.let_go_of_the_dead(connection)
        set_to = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert set_to == transports.GONE_AFTER


def test_a_connection_without_such_a_clock_is_left_alone():
    one, other = socket.socketpair()
    with closing(one), closing(other):
        transports.let_go_of_the_dead(one)
    transports.let_go_of_the_dead(None)


def test_autobahn_still_has_what_we_spare_it():
    """Fails when the library moved the name: then handshakes cost a third more, and nobody would notice."""
    autobahn_patch.spare_the_printing()
    assert autobahn_patch.protocol.pformat([("setting", 1)]) == autobahn_patch.unprinted([])
    assert "pformat" in autobahn_patch.protocol.WebSocketProtocol._connectionMade.__code__.co_names
