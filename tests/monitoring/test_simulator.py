"""The stand-in city answers, and fails, over real sockets."""

import asyncio
import contextlib
import json

import pytest

from monitoring.simulator import control
from monitoring.simulator.endpoints import City
from monitoring.simulator.map import SimulatedNode, find, port_of
from tests import servers

pytestmark = pytest.mark.once("postgresql", "asks no database")

FIRST = servers.free_range(5)
PLACES = [
    SimulatedNode("TAHSILAT", "Tahsilat (vezne)", FIRST),
    SimulatedNode("44000", "Malatya Belediyesi", FIRST + 1, "44", "Malatya"),
    SimulatedNode("44001", "Akçadağ Belediyesi (Malatya)", FIRST + 2, "44", "Malatya"),
    SimulatedNode("55000", "Samsun Büyükşehir Belediyesi", FIRST + 3, "55", "Samsun"),
]


@pytest.fixture
async def city():
    city = City(PLACES)
    await city.open()
    yield city
    city.close()


async def ask(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /saglik HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        return (await asyncio.wait_for(reader.readline(), 0.4)).decode().strip()
    finally:
        writer.close()


async def test_every_place_answers_at_its_own_port(city):
    answers = await asyncio.gather(*(ask(place.port) for place in PLACES))
    assert answers == ["HTTP/1.1 200 OK"] * 4


async def test_a_refusing_place_closes_its_port_and_healing_opens_it_again(city):
    await city.turn(find(PLACES, "44000"), "refuse")
    with pytest.raises(ConnectionRefusedError):
        await ask(FIRST + 1)
    await city.turn(find(PLACES, "44000"), "ok")
    assert await ask(FIRST + 1) == "HTTP/1.1 200 OK"


async def test_a_port_that_somebody_else_had_is_taken_as_soon_as_it_is_free():
    squatter = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", FIRST)
    city = City(PLACES)
    await city.open()
    assert await city.find_the_lost() == 1
    squatter.close()
    await squatter.wait_closed()
    assert await city.find_the_lost() == 0
    assert await ask(FIRST) == "HTTP/1.1 200 OK"
    city.close()


async def test_a_refusing_place_is_not_lost(city):
    await city.turn(PLACES[:1], "refuse")
    assert await city.find_the_lost() == 0


async def test_a_hanging_place_accepts_and_stays_silent(city):
    await city.turn(PLACES[:1], "hang")
    with pytest.raises(asyncio.TimeoutError):
        await ask(FIRST)


async def test_a_broken_place_says_500(city):
    await city.turn(PLACES[:1], "500")
    assert (await ask(FIRST)).startswith("HTTP/1.1 500")


async def test_the_control_line_breaks_a_province_while_it_runs(city):
    line = await control.listen(city, FIRST + 4)
    with contextlib.closing(line):
        answer = await asyncio.to_thread(control.break_down, "malatya", mode="500", port=FIRST + 4)
        assert answer["broken"] == {"44000": "500", "44001": "500"}
        answer = await asyncio.to_thread(control.heal, port=FIRST + 4)
        assert answer["broken"] == {}


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"mode":"melt"}', b'{"what":"Atlantis","mode":"hang"}'])
async def test_nonsense_on_the_control_line_is_answered(city, line):
    assert "error" in await control.obey(city, line)
    assert json.dumps(city.broken()) == "{}"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("tahsilat", ["TAHSILAT"]),
        ("TAHSİLAT", ["TAHSILAT"]),
        ("44", ["44000", "44001"]),
        ("MALATYA", ["44000", "44001"]),
        ("44001", ["44001"]),
        ("Akçadağ Belediyesi (Malatya)", ["44001"]),
        ("hepsi", [place.code for place in PLACES]),
        ("Atlantis", []),
    ],
)
def test_what_people_call_a_place(words, codes):
    assert [place.code for place in find(PLACES, words)] == codes


@pytest.mark.parametrize(
    ("target", "port"),
    [("http://127.0.0.1:20001/saglik", 20001), ("127.0.0.1:20001", 20001), ("https://example.com:8443/", None)],
)
def test_only_loopback_targets_belong_to_the_city(target, port):
    assert port_of(target) == port
