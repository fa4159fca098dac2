"""The frames of the live protocol, each encoded once (contracts, "WebSocket")."""

import json
import struct
from dataclasses import dataclass
from functools import cached_property

from django.core.serializers.json import DjangoJSONEncoder

TEXT_FRAME = 0x81  # RFC 6455 section 5.2: FIN and opcode 1; a server does not mask


@dataclass(frozen=True)
class Frame:
    """One JSON text, and the same as the bytes of an unmasked WebSocket frame."""

    text: str

    @cached_property
    def raw(self) -> bytes:
        payload = self.text.encode()
        size = len(payload)
        if size < 126:
            header = struct.pack("!BB", TEXT_FRAME, size)
        elif size < 65536:
            header = struct.pack("!BBH", TEXT_FRAME, 126, size)
        else:
            header = struct.pack("!BBQ", TEXT_FRAME, 127, size)
        return header + payload


def snapshot(epoch: str, last: int, state: dict) -> Frame:
    return _frame({**state, "t": "s", "e": epoch, "l": last})


def delta(epoch: str, first: int, last: int, changes: dict) -> Frame:
    """`changes` maps (kind, id) to values; each becomes `{"k": kind, "i": id, "v": values}`."""
    spoken = [{"k": kind, "i": id, "v": values} for (kind, id), values in changes.items()]
    return _frame({"t": "d", "e": epoch, "f": first, "l": last, "n": spoken})


def head(epoch: str, last: int, now_ms: int, probed_ms: int | None) -> Frame:
    return _frame({"t": "h", "e": epoch, "l": last, "now": now_ms, "probed": probed_ms})


RESYNC = Frame('{"t":"resync"}')


def _frame(content: dict) -> Frame:
    return Frame(json.dumps(content, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder))
