"""The API says what it did not understand: an unknown field of a body is named, for every operation that takes one."""

import json

import pytest
from django.test import Client

from config.api import api, scope_for
from tests.test_tenant_wall import a_secret
from tests.wall import declared

calls = [call for call in declared("calls") if call.body is not None]
SCHEMA = api.get_openapi_schema()


def bodies() -> dict[str, dict]:
    """The schema of every body that any operation takes, by its operation."""
    found = {}
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                [wanted] = media["schema"].get("allOf", [media["schema"]])  # one that may be left out
                found[f"{method.upper()} {path}"] = SCHEMA["components"]["schemas"][wanted["$ref"].rsplit("/", 1)[1]]
    return found


@pytest.mark.once("sqlite", "reads the schema")
def test_no_operation_takes_a_field_that_it_does_not_have():
    assert [name for name, body in bodies().items() if body.get("additionalProperties") is not False] == []
    assert set(bodies()) == {str(call) for call in calls}
    print(f"{len(bodies())} operations with a body")


@pytest.mark.once("sqlite", "refused before anything is written")
@pytest.mark.parametrize("call", calls, ids=str)
def test_an_unknown_field_is_refused_by_name(stage, call):
    secret = a_secret(getattr(stage, call.admits[0]), scope_for(call.method, call.path))
    body = {**call.body(stage), "prioriti": "high", "x" * 3000: 1}
    answer = Client().generic(
        call.method,
        call.path.format(**call.at(stage)),
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"},
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert problem["type"] == "urn:nobet:problem:unknown-field"
    assert problem["unknown"] == ["prioriti", "x" * 80] and "prioriti" in problem["detail"]
