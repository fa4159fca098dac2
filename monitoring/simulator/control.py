"""The line to a running city: one JSON object in, one out, on a loopback port."""

import asyncio
import json
import socket

from monitoring.simulator.endpoints import MODES, City
from monitoring.simulator.map import LOOPBACK, find

ANSWER_WITHIN = 10.0


class NobodyListens(OSError):
    """No city runs at that control port."""


async def listen(city: City, port: int) -> asyncio.Server:
    """Open the control line of `city`."""

    async def converse(reader, writer) -> None:
        answer = await obey(city, await reader.readline())
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(converse, LOOPBACK, port)


async def obey(city: City, line: bytes) -> dict:
    """Carry out `{"what": "TAHSILAT", "mode": "hang"}`; without `what`, only tell how things are."""
    try:
        order = json.loads(line)
        what, mode = order.get("what", ""), order.get("mode", "ok")
    except (ValueError, AttributeError):
        return {"error": "one JSON object a line, please"}
    if mode not in MODES:
        return {"error": f"modes are {', '.join(MODES)}"}
    turned = await city.turn(find(city.places, what), mode) if what else 0
    if what and not turned:
        return {"error": f"nothing here is called {what}"}
    return {"turned": turned, "places": len(city.endpoints), "broken": city.broken()}


def ask(port: int, *, what: str = "", mode: str = "ok") -> dict:
    """Say one order to the city (without `what`: how are things?) and return its answer. Raises NobodyListens."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=ANSWER_WITHIN) as line:
            line.sendall(json.dumps({"what": what, "mode": mode}).encode() + b"\n")
            with line.makefile("r") as answers:
                return json.loads(answers.readline())
    except OSError as silence:
        raise NobodyListens(f"no city listens at {LOOPBACK}:{port}; start one with `manage.py simulate`") from silence


def break_down(what: str, *, mode: str = "refuse", port: int) -> dict:
    return ask(port, what=what, mode=mode)


def heal(what: str = "all", *, port: int) -> dict:
    return ask(port, what=what, mode="ok")
