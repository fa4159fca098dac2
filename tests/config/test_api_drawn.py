"""Requests drawn from the OpenAPI schema: right ones, nearly right ones and rubbish; none is a 5xx."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import strategies as st

from config.api import api, scope_for
from tests import proofs
from tests.test_tenant_wall import a_secret
from tests.wall import Call, declared, furnished

pytestmark = [pytest.mark.django_db, pytest.mark.long(90)]
WHOLE, SHARE = 50_000, 250
HARD = ["", " ", "\u0000", "İıŞğ", "a" * 5000, "'; --", "<b>", "../..", "%00", "🧿", "1e400", "-1", "NaN", "\ud83d"]
NUMBERS = [0, -1, 2**31, 2**63 - 1, 2**63, -(2**64), 10**30, 1e308]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.sampled_from(HARD),
    st.lists(st.sampled_from(HARD), max_size=3),
    st.dictionaries(st.sampled_from(HARD), st.integers(), max_size=2),
)
FORMATS: dict[str, st.SearchStrategy[str]] = {
    "date-time": st.datetimes().flatmap(lambda at: st.sampled_from([f"{at.isoformat()}Z", f"{at.isoformat()}+14:00"])),
    "date": st.dates().map(str),
    "time": st.times().map(str),
    "uri": st.sampled_from(["https://x.example/", "http://[::1", "https://ü.example/a b"]),
    "base64": st.binary(max_size=20).map(lambda data: base64.b64encode(data).decode()),
}


@dataclass(frozen=True)
class Drawer:
    """Draws values of a JSON schema; every fourth is not what was asked for."""

    schemas: Mapping[str, dict]

    def mixed(self, schema: dict) -> st.SearchStrategy:
        right = self.right(schema)
        return st.one_of(right, right, right, JUNK)

    def right(self, schema: dict) -> st.SearchStrategy:
        if "$ref" in schema:
            return self.right(self.schemas[schema["$ref"].rpartition("/")[2]])
        if one := schema.get("anyOf") or schema.get("allOf") or schema.get("oneOf"):
            return st.one_of([self.right(each) for each in one])
        if "enum" in schema or "const" in schema:
            return st.sampled_from(schema.get("enum") or [schema["const"]])
        draw: Callable[[dict], st.SearchStrategy] | None = getattr(self, f"_{schema.get('type')}", None)
        return draw(schema) if draw else JUNK

    def few(self, schema: dict) -> st.SearchStrategy:
        """At most two fields of an object; the others stay as the wall sends them."""
        described = self.schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        fields = list(described.get("properties", {}).items())
        if not fields:
            return st.just({})
        pairs = [st.tuples(st.just(name), self.mixed(each)) for name, each in fields]
        return st.lists(st.one_of(pairs), max_size=2).map(dict)

    def _null(self, schema: dict) -> st.SearchStrategy:
        return st.none()

    def _boolean(self, schema: dict) -> st.SearchStrategy:
        return st.booleans()

    def _integer(self, schema: dict) -> st.SearchStrategy:
        return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63))

    def _number(self, schema: dict) -> st.SearchStrategy:
        return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)

    def _string(self, schema: dict) -> st.SearchStrategy:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if "pattern" in schema:
            return st.from_regex(schema["pattern"]).map(lambda text: text[: schema.get("maxLength", 300)])
        most = min(schema.get("maxLength", 60), 60)
        return st.text(min_size=min(schema.get("minLength", 0), most), max_size=most)

    def _array(self, schema: dict) -> st.SearchStrategy:
        return st.lists(self.mixed(schema.get("items", {})), max_size=3)

    def _object(self, schema: dict) -> st.SearchStrategy:
        fields = {name: self.mixed(each) for name, each in schema.get("properties", {}).items()}
        return st.fixed_dictionaries({}, optional=fields) if fields else st.dictionaries(st.text(max_size=5), JUNK)


@dataclass(frozen=True)
class Operation:
    call: Call
    path: Mapping[str, Any]
    body: Mapping[str, Any]
    headers: dict[str, str]
    described: dict
    drawer: Drawer

    def requests(self) -> st.SearchStrategy:
        """(method, path, body): the wall's own, with parts of it drawn anew."""
        content: dict[str, dict] = self.described.get("requestBody", {}).get("content", {})
        schema = next(iter(content.values()), {"schema": {"type": "object"}})["schema"]
        queries = {
            each["name"]: self.drawer.mixed(each["schema"])
            for each in self.described.get("parameters", [])
            if each["in"] == "query"
        }
        return st.tuples(
            st.fixed_dictionaries({name: self._part(value) for name, value in self.path.items()}),
            st.fixed_dictionaries({}, optional=queries),
            st.one_of(
                self.drawer.few(schema).map(lambda fields: {**self.body, **fields}), self.drawer.right(schema), JUNK
            ),
        )

    def _part(self, value: object) -> st.SearchStrategy:
        return st.one_of(st.just(value), st.just(value), st.just(value), st.sampled_from([*NUMBERS, *HARD[1:]]))

    def send(self, client: Client, drawn: tuple) -> tuple[str, int, str]:
        path, query, body = drawn
        parts = {name: quote(str(value), safe="", errors="replace") for name, value in path.items()}
        line = urlencode({name: str(value) for name, value in query.items()}, errors="replace")
        address = f"{self.call.path.format(**parts)}?{line}"
        with transaction.atomic():
            answer = client.generic(
                self.call.method, address, json.dumps(body), content_type="application/json", headers=self.headers
            )
            transaction.set_rollback(True)
        return address, answer.status_code, answer.headers.get("Content-Type", "")


def operations() -> list[Operation]:
    stage, schema = furnished(), api.get_openapi_schema()
    drawer = Drawer(schema["components"]["schemas"])
    found = []
    for call in declared("calls"):
        secret = a_secret(getattr(stage, call.admits[0]), scope_for(call.method, call.path))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "drawn"}
        described = schema["paths"][call.path][call.method.lower()]
        where = call.at(stage)  # first, as the wall does: the body may name what it has put there
        body = dict(call.body(stage)) if call.body else {}
        found.append(Operation(call, where, body, headers, described, drawer))
    return found


def test_nothing_a_program_sends_is_answered_with_a_5xx():
    every, client = operations(), Client(raise_request_exception=False)
    statuses: dict[int, int] = {}

    @hypothesis.seed(proofs.seed())
    @hypothesis.settings(
        max_examples=WHOLE if os.environ.get(proofs.RELEASE) else SHARE,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.sampled_from(every).flatmap(lambda one: st.tuples(st.just(one), one.requests())))
    def tried(drawn: tuple) -> None:
        operation, request = drawn
        cache.clear()  # the limits count these as one program's
        address, status, kind = operation.send(client, request)
        statuses[status] = statuses.get(status, 0) + 1
        assert status < 500, f"{operation.call.method} {address} {request}"
        assert status < 400 or kind == "application/problem+json", f"{operation.call.method} {address}: {kind}"

    tried()
    print(statuses)
    assert sum(number for status, number in statuses.items() if status < 300) > SHARE // 20, statuses
