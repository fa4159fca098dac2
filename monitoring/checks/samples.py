"""Answers packed small: what a prober saw in a few seconds, and what an hour of one check held.

One answer is 16 bits: two of state, fourteen of latency in milliseconds (at most
16,383). In a block it stands after the check's number (32 bits) and its offset from
the start of the block in hundredths of a second (16 bits).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from monitoring.checks.verdicts import Result

ROW = struct.Struct("<IHH")
SLOT = struct.Struct("<HH")
STATES = (Result.NA, Result.OK, Result.FAIL)
NUMBERS = {raw: number for number, raw in enumerate(STATES)}
MOST_MS = (1 << 14) - 1
LONGEST_BLOCK = 0xFFFF / 100  # seconds


class Sample(NamedTuple):
    """One answer: the check, seconds since the epoch, what, and milliseconds."""

    check: int
    at: float
    raw: Result
    ms: int


def value(raw: Result, seconds: float) -> int:
    return NUMBERS[raw] << 14 | min(MOST_MS, round(seconds * 1000))


class Block:
    """Answers of a few seconds, gathered without making an object for each."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.packed = bytearray()

    def add(self, check: int, at: float, raw: Result, seconds: float) -> None:
        offset = min(0xFFFF, max(0, round((at - self.at) * 100)))
        self.packed += ROW.pack(check, offset, value(raw, seconds))

    def __len__(self) -> int:
        return len(self.packed) // ROW.size

    def seal(self) -> bytes:
        return zlib.compress(bytes(self.packed), 1)


def read_block(at: float, sealed: bytes) -> Iterator[Sample]:
    for check, offset, packed in ROW.iter_unpack(zlib.decompress(sealed)):
        yield Sample(check, at + offset / 100, STATES[packed >> 14], packed & MOST_MS)


def pack_hour(start: float, samples: Iterable[Sample]) -> bytes:
    """One check's hour: seconds into the hour and value of each answer, compressed."""
    slots = b"".join(SLOT.pack(min(3599, max(0, int(s.at - start))), NUMBERS[s.raw] << 14 | s.ms) for s in samples)
    return zlib.compress(slots, 6)


def read_hour(check: int, start: float, packed: bytes) -> list[Sample]:
    return [
        Sample(check, start + second, STATES[packed_value >> 14], packed_value & MOST_MS)
        for second, packed_value in SLOT.iter_unpack(zlib.decompress(packed))
    ]
