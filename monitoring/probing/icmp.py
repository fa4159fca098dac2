"""ICMP echo through the kernel's unprivileged socket, where the machine allows it."""

import asyncio
import socket
import struct
import time

from foundation.wire.addresses import places
from monitoring.checks.verdicts import Result
from monitoring.probing.probe import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import Stopwatch, admitted

# By family: the protocol, what asks, what answers (RFC 792, RFC 4443).
KINDS = {
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129),
}


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """One packet there and back. NA where this machine lets nobody ping (ping_group_range)."""
    watch, began = Stopwatch(), time.perf_counter()
    family, *_rest, place = admitted(await places(question.host, 0), allow_private=allow_private)[0]
    watch.lap("resolve")
    try:
        opened = socket.socket(family, socket.SOCK_DGRAM, KINDS[family][0])
    except PermissionError:
        return ProbeOutcome(Result.NA, error="this machine lets nobody ping")
    with opened:
        opened.setblocking(False)
        await exchange(opened, place, question.id & 0xFFFF)
    watch.lap("rtt")
    return ProbeOutcome(Result.OK, time.perf_counter() - began, "", watch.phases)


async def exchange(opened: socket.socket, place: tuple, number: int) -> None:
    loop, (_protocol, asks, answers) = asyncio.get_running_loop(), KINDS[opened.family]
    await loop.sock_connect(opened, place)
    await loop.sock_sendall(opened, packet(asks, number))
    answer = await loop.sock_recv(opened, 1024)
    if len(answer) < 8 or answer[0] != answers or struct.unpack("!H", answer[6:8])[0] != number:
        raise WrongAnswer("an unexpected reply")


def packet(kind: int, number: int) -> bytes:
    """An echo request; the kernel fills in the identifier, and with IPv6 the checksum, too."""
    head = struct.pack("!BBHHH", kind, 0, 0, 0, number)
    total = sum(struct.unpack("!4H", head))
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return struct.pack("!BBHHH", kind, 0, checksum, 0, number)
