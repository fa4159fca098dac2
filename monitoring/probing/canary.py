"""Is it them, or is it our own line? A few well-known services decide."""

import asyncio
from collections.abc import Sequence

from monitoring.probing.sockets import Stopwatch, connect

WITHIN = 3.0


async def own_line_works(targets: Sequence[str], *, allow_private: bool) -> bool:
    """Whether at least two thirds of the `host:port` targets open. Without targets we trust our line."""
    if not targets:
        return True
    opened = await asyncio.gather(*(opens(target, allow_private) for target in targets))
    return sum(opened) * 3 >= len(targets) * 2


async def opens(target: str, allow_private: bool) -> bool:
    host, _, port = target.rpartition(":")
    try:
        async with asyncio.timeout(WITHIN):
            (await connect(host, int(port), Stopwatch(), allow_private=allow_private)).close()
    except (OSError, TimeoutError, ValueError):
        return False
    return True
