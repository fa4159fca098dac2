"""Bad input never gives a 500: every route, operation and field of the house, fed with rubbish.

Generated from the same tables as the tenant wall, with the rubbish that broke others:
NUL, lone surrogates, numbers that fit nowhere, other alphabets, markup, SQL, paths.
"""

import json
import os
import random
import re
from typing import NamedTuple
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client

from config.api import api, scope_for
from tests import proofs
from tests.test_tenant_wall import a_secret
from tests.wall import Public, declared
from tests.wall.walking import address, signed_in

pytestmark = [pytest.mark.long(80), pytest.mark.both("bytes and numbers: what one of them stores the other refuses")]

SEED = int(os.environ.get(proofs.SEED, "26010"))
# Of the values, how many a door or an operation is fed with; `bin/prove garbage` feeds each with all of them.
DRAWN = 4
# Numbers and moments: SQLite's driver fits fewer of them than its columns, so both databases are fed with these.
SIZES = ("-1", "9" * 30, "NaN", "2026-13-45T99:99:99")
# What PostgreSQL refuses to store, and what no database is asked about: where there are two runs, with it alone.
WORDS = ("", "\x00", "a\x00b", "😀İı\u202e" * 200, "' OR 1=1 --", "../../etc/passwd", "%00%ff")
BODIES = (b"\xff\xfe\x00", b"[" * 2000, b"null", b"a=%ff&b=%00&c")
PARAMETERS = ("q", "page", "view", "module", "next", "status", "severity", "component", "at", "sort", "limit")
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\sname="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
FINE = (501,)  # event streams, where the server cannot stream


class Rubbish(NamedTuple):
    """Values for paths, parameters and fields; whole bodies."""

    values: tuple[str, ...] = (*WORDS, *SIZES)
    bodies: tuple[bytes, ...] = BODIES

    def drawn(self, dice: random.Random) -> "Rubbish":
        """What one door is fed with: over all doors each value comes hundreds of times."""
        if os.environ.get(proofs.RELEASE):
            return self
        return Rubbish(tuple(dice.sample(self.values, DRAWN)), tuple(self.bodies and dice.sample(self.bodies, 2)))


@pytest.fixture
def rubbish(request) -> Rubbish:
    two_runs = request.config.getoption("--half")
    return Rubbish(SIZES, ()) if two_runs and connection.vendor == "sqlite" else Rubbish()


class Feeder:
    """Sends rubbish as one person, undoes what it did, and remembers what broke."""

    def __init__(self, client: Client, rubbish: Rubbish):
        self.client, self.rubbish = client, rubbish
        self.client.raise_request_exception = False
        self.broken: list[str] = []
        self.sent = 0

    def feed(self, method: str, path: str, data=None, **options) -> None:
        with transaction.atomic():
            answer = self.client.generic(method, path, data or b"", **options)
            transaction.set_rollback(True)
        self.sent += 1
        if answer.status_code >= 500 and answer.status_code not in FINE:
            self.broken.append(f"{answer.status_code} {method} {path[:120]!r} {(data or b'')[:80]!r}")


def form(fields: list[str], values) -> bytes:
    return "&".join(
        f"{quote(name)}={quote(str(value), errors='replace')}" for name, value in zip(fields, values, strict=True)
    ).encode()


def rubbish_paths(door, stage, values: tuple[str, ...]) -> list[str]:
    """The address of a door with each of its values replaced by rubbish."""
    path, paths = address(door, stage).partition("?")[0], []
    for value in {str(value) for value in door.at(stage).values()}:
        paths += [path.replace(f"/{value}", f"/{quote(junk)}", 1) for junk in values if junk]
    return paths


def feed_page(feeder: Feeder, door, stage, dice: random.Random) -> None:
    path = address(door, stage).partition("?")[0]
    for rubbish in rubbish_paths(door, stage, feeder.rubbish.values):
        feeder.feed(dice.choice(("GET", "POST")), rubbish)
    for junk in feeder.rubbish.values:
        feeder.feed("GET", path + "?" + form(list(PARAMETERS), [junk] * len(PARAMETERS)).decode())
    feeder.feed("GET", path + "?cursor=" + quote(dice.choice(feeder.rubbish.values)))
    fields = fields_of(feeder, door, stage)
    for junk in feeder.rubbish.values if fields else ():
        feeder.feed("POST", path, form(fields, [junk] * len(fields)), content_type=FORM)
        feeder.feed("POST", path, form(fields, [dice.choice(feeder.rubbish.values) for _ in fields]), content_type=FORM)
    for raw in feeder.rubbish.bodies:
        kind = dice.choice(("application/json", "multipart/form-data", "text/plain", FORM))
        feeder.feed("POST", path, raw, content_type=kind)


def fields_of(feeder: Feeder, door, stage) -> list[str]:
    """The fields that a page shows and those that its declaration sends."""
    shown = feeder.client.get(address(door, stage))
    named = set() if shown.streaming else set(FIELD.findall(shown.content.decode(errors="replace")))
    return sorted(named | set(door.post(stage) if getattr(door, "post", None) else ()))


# A fifth of the doors at a time: none takes longer than a test may.
@pytest.mark.parametrize("share", range(5))
def test_no_page_breaks_on_rubbish(stage, rubbish, share):
    dice = random.Random(SEED + share)
    fed = []
    for door in declared("doors")[share::5]:
        client = Client() if isinstance(door, Public) else signed_in(getattr(stage, door.admits[0]))
        feeder = Feeder(client, rubbish.drawn(dice))
        feed_page(feeder, door, stage, dice)
        fed.append(feeder)
    assert sum(feeder.sent for feeder in fed) > 200
    assert [broken for feeder in fed for broken in feeder.broken] == []


def example_bodies(schema: dict, dice: random.Random, rubbish: Rubbish):
    """JSON bodies of the right shape, each value rubbish of some type."""
    values = [*rubbish.values, None, True, 1e308, 10**400, -(2**63), [], {}, [[]], {"a": {"a": {}}}]
    for _ in range(20 if os.environ.get(proofs.RELEASE) else 8):
        yield {name: dice.choice(values) for name in schema.get("properties", {"a": {}})}


def body_schema(operation: dict, schemas: dict) -> dict:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return schemas.get(content.get("$ref", "").rpartition("/")[2], content)


def test_no_operation_breaks_on_rubbish(stage, rubbish):
    dice, described = random.Random(SEED), api.get_openapi_schema()
    broken, sent = [], 0
    for call in declared("calls"):
        operation = described["paths"][call.path][call.method.lower()]
        scope = scope_for(call.method, call.path)
        headers = {"Authorization": f"Bearer {a_secret(getattr(stage, call.admits[0]), scope)}"}
        feeder = Feeder(Client(), rubbish.drawn(dice))
        feed_operation(
            feeder, call, stage, operation, body_schema(operation, described["components"]["schemas"]), headers, dice
        )
        broken, sent = broken + feeder.broken, sent + feeder.sent
    assert sent > 200
    assert broken == []


def feed_operation(feeder, call, stage, operation, schema, headers, dice) -> None:
    path = call.path.format(**call.at(stage))
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    for number, junk in enumerate(feeder.rubbish.values):
        key = {"Idempotency-Key": f"rubbish-{number}"}
        feeder.feed(call.method, path + "?" + form(names, [junk] * len(names)).decode(), headers=headers | key)
        for name in call.at(stage):
            elsewhere = call.path.format(**{**call.at(stage), name: quote(junk)})
            feeder.feed(call.method, elsewhere, b"{}", content_type="application/json", headers=headers | key)
    for number, raw in enumerate(feeder.rubbish.bodies):
        key = {"Idempotency-Key": f"raw-{number}"}
        feeder.feed(call.method, path, raw, content_type="application/json", headers=headers | key)
    for number, body in enumerate(example_bodies(schema, dice, feeder.rubbish) if call.body else ()):
        key = {"Idempotency-Key": f"body-{number}"}
        content = json.dumps(body).encode()
        feeder.feed(call.method, path, content, content_type="application/json", headers=headers | key)


def test_the_feeder_notices_what_breaks(db, monkeypatch):
    monkeypatch.setattr("config.home.redirect", lambda *arguments: 1 / 0)
    feeder = Feeder(Client(), Rubbish())
    feeder.feed("GET", "/start/")
    assert len(feeder.broken) == 1
