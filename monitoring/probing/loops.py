"""The event loop that probers run on: uvloop where it is installed, else asyncio's own.

Production has it (uvicorn brings it); a probe costs about half of what it costs on
asyncio's loop. Everything works on both, and the tests ask on both.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    import uvloop
except ImportError:  # embedded mode has what pip alone brings
    new_event_loop = asyncio.new_event_loop
else:
    new_event_loop = uvloop.new_event_loop

Result = TypeVar("Result")


def run(main: Coroutine[None, None, Result]) -> Result:
    """As asyncio.run."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)
