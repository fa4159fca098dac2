"""One sender of N messages in a process of its own: bare aiohttp, the SDK, or the engine.

`python -m tests.bench._sms_clients KIND URL COUNT` prints {"seconds": …, "cpu": …}.
"""

import asyncio
import json
import os
import sys
import time

import aiohttp
import django
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from foundation.outbox import outbox  # noqa: E402
from foundation.outbox.delivery import dispatch  # noqa: E402  Django must be set up before models are read
from foundation.outbox.models import Batch  # noqa: E402
from tests.standins import twilio  # noqa: E402

CONCURRENCY = 100
WARM_UP = 100  # the SDK imports six hundred modules at its first message
TEXT = "e-Belediye: Tahsilat kesintisi giderildi."


def number(place: int) -> str:
    return f"+90534{place:07d}"


async def side_by_side(count: int, send) -> None:
    """`send(place)` for every place, at most CONCURRENCY at a time."""
    places = iter(range(count))

    async def carry():
        for place in places:
            await send(place)

    await asyncio.gather(*(carry() for _ in range(CONCURRENCY)))


async def bare(url: str, count: int) -> None:
    """The limit: one POST a message and nothing else."""
    door = f"{url}/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(twilio.ACCOUNT, twilio.TOKEN)}
    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def send(place: int) -> None:
            form = {"To": number(place), "From": "NOBET", "Body": TEXT}
            async with session.post(door, data=form) as answer:
                assert (await answer.json())["sid"]

        await side_by_side(count, send)


async def sdk(url: str, count: int) -> None:
    """The SDK's own asynchronous client."""
    async with AsyncTwilioHttpClient() as http:
        client = Client(twilio.ACCOUNT, twilio.TOKEN, http_client=http)
        client.api.base_url = url

        async def send(place: int) -> None:
            assert (await client.messages.create_async(to=number(place), from_="NOBET", body=TEXT)).sid

        await side_by_side(count, send)


def hand_in(count: int) -> Batch:
    """Released; each batch has words of its own, because the same words to the same number wait two minutes."""
    moment = time.time_ns()
    text = f"{TEXT} ({moment % 10**6:06})"
    batch = outbox.open_batch(f"bench-{moment}", lane="life_safety")
    outbox.add(batch, "sms", [outbox.Addressee(number(place), text) for place in range(count)])
    outbox.release(batch)
    return batch


def engine(batch: Batch) -> None:
    """The whole engine: claims, attempts committed before each POST, outcomes after it."""
    while batch.messages.filter(state__in=["queued", "posting"]).exists():
        dispatch.deliver_sms()
    assert set(batch.messages.values_list("state", flat=True)) == {"submitted"}


def send(kind: str, url: str, batch: Batch | None, count: int) -> None:
    if batch is not None:
        engine(batch)
    else:
        asyncio.run({"bare": bare, "sdk": sdk}[kind](url, count))


def main() -> None:
    kind, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    send(kind, url, hand_in(WARM_UP) if kind == "engine" else None, WARM_UP)
    batch = hand_in(count) if kind == "engine" else None
    began, cpu = time.perf_counter(), time.process_time()
    send(kind, url, batch, count)
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
