"""The API says what it did not understand: an unknown parameter is named, for every operation."""

import re

import pytest

from config.api import api, operations_of
from tests.foundation.wire.people import a_clerk, a_token

pytestmark = [pytest.mark.django_db, pytest.mark.once("sqlite", "refused before anything but the token is read")]
OPERATIONS = list(operations_of(api.get_openapi_schema()))
NAMES = [f"{operation['method']} {operation['path']}" for operation in OPERATIONS]


def address(operation: dict) -> str:
    """Somewhere; what is meant by it is not looked for."""
    return re.sub(r"{\w+}", "1", operation["path"])


def call(client, operation: dict, query: str, headers: dict):
    return client.generic(operation["method"], f"{address(operation)}?{query}", headers=headers)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_unknown_parameter_is_refused_by_name(client, operation):
    _, headers = a_token(a_clerk(), operation["scope"])
    answer = call(client, operation, "updated_since=2026-01-01", headers)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["unknown"] == ["updated_since"]
    assert "updated_since" in problem["detail"]
    assert problem["known"] == sorted(told["name"] for told in operation["parameters"] if told["in"] == "query")


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_who_has_no_token_is_told_that_first(client, operation):
    assert call(client, operation, "updated_since=2026-01-01", {}).status_code == 401


def test_what_an_operation_knows_it_goes_on_to_honour(client):
    _, headers = a_token(a_clerk(), "municipalities:read")
    assert client.get("/api/v1/municipalities/?limit=1", headers=headers).status_code == 200


def test_a_long_name_is_not_said_again_whole(client):
    _, headers = a_token(a_clerk(), "municipalities:read")
    answer = client.get(f"/api/v1/municipalities/?{'x' * 3000}=1", headers=headers)
    assert len(answer.json()["unknown"][0]) == 80
