"""A POST with a key happens once: repeated, raced, changed, refused, killed half-way."""

import json
import threading
from types import ModuleType

import pytest
from django.db import connection
from django.test import Client
from django.urls import include, path
from ninja import NinjaAPI, Router, Schema

from config.api import api
from foundation import Refusal
from foundation.directory.models import Component
from foundation.wire.api.idempotency import forget_old_answers
from foundation.wire.models import GivenAnswer
from tests.foundation.wire.people import a_clerk, a_token

URL = "/api/v1/rehearsals/"


class Wish(Schema):
    name: str


class NotToday(Refusal):
    sentence = "Not today."


@pytest.fixture
def rehearsals(settings):
    """A router that only these tests have, on an API of its own with our manners."""
    router = Router()

    @router.post("/rehearsals/")
    def create(request, wish: Wish):
        if wish.name == "refuse":
            Component.objects.create(code="half-done", name_tr="x", name_en="x", tier="A")
            raise NotToday
        if wish.name == "crash":
            Component.objects.create(code="half-done", name_tr="x", name_en="x", tier="A")
            raise RuntimeError("lost")
        number = Component.objects.count() + 1
        Component.objects.create(code=f"made-{number}", name_tr=wish.name, name_en="x", tier="A")
        return {"made": number}

    settings.ROOT_URLCONF = with_router(router)


def with_router(router):
    """A URL table with the house's API plus `router`."""
    rehearsal = NinjaAPI(urls_namespace="rehearsal", auth=api.auth, parser=api.parser, docs_url=None, openapi_url=None)
    rehearsal._exception_handlers = api._exception_handlers
    for decorator, mode in api.default_router._decorators:
        rehearsal.add_decorator(decorator, mode=mode)
    rehearsal.add_router("", router)
    module = ModuleType("rehearsal_urls")
    module.urlpatterns = [path("api/v1/", rehearsal.urls), path("", include("config.urls"))]
    return module


def post(headers, body=None, key="k1", client=None):
    headers = headers | ({"Idempotency-Key": key} if key else {})
    return (client or Client()).post(
        URL, json.dumps(body or {"name": "a"}), content_type="application/json", headers=headers
    )


@pytest.mark.django_db
class TestOneAtATime:
    @pytest.fixture
    def headers(self, rehearsals):
        return a_token(a_clerk(), "rehearsals:write")[1]

    def test_the_second_gets_the_first_answer_and_nothing_happens_twice(self, headers):
        first, second = post(headers), post(headers)
        assert first.json() == second.json() == {"made": 1}
        assert second["Idempotency-Replayed"] == "true"
        assert Component.objects.count() == 1

    def test_another_key_is_another_wish(self, headers):
        assert post(headers, key="k1").json() != post(headers, key="k2").json()

    def test_another_persons_equal_key_is_another_wish(self, headers):
        others = a_token(a_clerk("other@example.org"), "rehearsals:write")[1]
        assert post(headers).json() != post(others).json()

    def test_a_changed_body_under_the_same_key_is_refused(self, headers):
        post(headers)
        response = post(headers, {"name": "b"})
        assert response.status_code == 422
        assert response.json()["type"] == "urn:nobet:problem:key-reused"

    @pytest.mark.parametrize("key", ["", "x" * 256, "ş"])
    def test_a_missing_or_unreadable_key_is_refused(self, headers, key):
        assert post(headers, key=key).status_code == 400
        assert Component.objects.count() == 0

    def test_a_refusal_undoes_everything_and_frees_the_key(self, headers):
        response = post(headers, {"name": "refuse"})
        assert (response.status_code, response.json()["detail"]) == (409, "Not today.")
        assert Component.objects.count() == GivenAnswer.objects.count() == 0
        assert post(headers).json() == {"made": 1}

    def test_a_crash_undoes_everything_and_frees_the_key(self, headers):
        client = Client(raise_request_exception=False)
        assert post(headers, {"name": "crash"}, client=client).status_code == 500
        assert Component.objects.count() == GivenAnswer.objects.count() == 0

    def test_a_reading_token_may_not_write(self, rehearsals):
        assert post(a_token(a_clerk("r@r.example"), "rehearsals:read")[1]).status_code == 403
        assert Component.objects.count() == 0

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"name": NaN}',
            b'{"name": "a", "name": "b"}',
            b'{"name": "\\u0000"}',
            b'{"name": "\\ud800"}',
            b"[" * 10_000,
            b'{"name":' + b"[" * 100 + b"]" * 100 + b"}",
            b'{"name": 1' + b"0" * 5000 + b"}",
            b"\xff\xfe",
        ],
    )
    def test_hostile_bodies_are_refused_politely(self, headers, body):
        response = Client().post(URL, body, content_type="application/json", headers=headers | {"Idempotency-Key": "k"})
        assert response.status_code in (400, 422)
        assert response["Content-Type"] == "application/problem+json"

    def test_old_answers_are_forgotten(self, headers):
        post(headers)
        assert forget_old_answers() == 0
        GivenAnswer.objects.update(created_at="2026-01-01T00:00:00Z")
        assert forget_old_answers() == 1


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_execute_once(rehearsals):
    headers = a_token(a_clerk(), "rehearsals:write")[1]
    answers, gate = [], threading.Barrier(12)

    def send():
        gate.wait()
        response = post(headers)
        answers.append((response.status_code, response.content))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert set(answers) == {(200, b'{"made": 1}')}
    assert Component.objects.count() == 1
