"""ICMP echo through the kernel's unprivileged socket, where the machine allows it."""

import asyncio
import socket
import struct
import time

from foundation.wire.addresses import places
from monitoring.checks.verdicts import Result
from monitoring.probing.questions import Probe, ProbeOutcome, WrongAnswer
from monitoring.probing.sockets import Stopwatch, policy

ECHO_REQUEST, ECHO_REPLY = 8, 0


async def ask(question: Probe, *, allow_private: bool) -> ProbeOutcome:
    """One packet there and back. NA where this machine lets nobody ping (ping_group_range)."""
    watch, began = Stopwatch(), time.perf_counter()
    address = (await places(question.host, 0))[0][4][0]
    policy(allow_private).admit(address, 0)
    watch.lap("resolve")
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    except PermissionError:
        return ProbeOutcome(Result.NA, error="this machine lets nobody ping")
    with opened:
        opened.setblocking(False)
        await exchange(opened, address, question.id & 0xFFFF)
    watch.lap("rtt")
    return ProbeOutcome(Result.OK, time.perf_counter() - began, "", watch.phases)


async def exchange(opened: socket.socket, address: str, number: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_connect(opened, (address, 0))
    await loop.sock_sendall(opened, packet(number))
    answer = await loop.sock_recv(opened, 1024)
    if len(answer) < 8 or answer[0] != ECHO_REPLY or struct.unpack("!H", answer[6:8])[0] != number:
        raise WrongAnswer("an unexpected reply")


def packet(number: int) -> bytes:
    """An echo request; the kernel fills in the identifier, we the checksum (RFC 792)."""
    head = struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, 0, number)
    total = sum(struct.unpack("!4H", head))
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return struct.pack("!BBHHH", ECHO_REQUEST, 0, checksum, 0, number)
