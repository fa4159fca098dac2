"""The API's manners: who may enter, what errors look like, how lists are paged."""

import json
from datetime import timedelta

import pytest
import time_machine

from foundation import now
from foundation.wire import limits
from foundation.wire.api import tokens
from foundation.wire.models import Token
from tests.foundation.wire.people import a_clerk, a_municipality, a_province, a_token

pytestmark = pytest.mark.django_db
MUNICIPALITIES = "/api/v1/municipalities/"


def get(client, path, headers=None):
    return client.get(path, headers=headers or {})


def assert_problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == status


def test_openapi_and_its_page_are_open_to_everyone(client):
    schema = get(client, "/api/v1/openapi.json")
    assert schema.json()["openapi"].startswith("3.")
    page = get(client, "/api/v1/docs")
    assert page.status_code == 200
    assert "/api/v1/municipalities/" in page.content.decode()
    assert "<script" not in page.content.decode()


def test_a_token_opens_what_its_scopes_name(client):
    a_municipality()
    _, headers = a_token(a_clerk(), "municipalities:read")
    assert get(client, MUNICIPALITIES, headers).json()["items"][0]["code"] == "26010"
    assert_problem(get(client, "/api/v1/components/", headers), 403)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nbt_wrong", "Basic abc", "Bearer \udcff"])
def test_without_a_good_token_nothing_opens(client, header):
    response = get(client, MUNICIPALITIES, {"Authorization": header})
    assert_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_expired_revoked_and_orphaned_tokens_are_refused_at_once(client):
    person = a_clerk()
    token, headers = a_token(person, "municipalities:read")
    assert get(client, MUNICIPALITIES, headers).status_code == 200
    with time_machine.travel(now() + timedelta(days=31)):
        assert_problem(get(client, MUNICIPALITIES, headers), 401)
    person.is_active = False
    person.save()
    assert_problem(get(client, MUNICIPALITIES, headers), 401)
    person.is_active = True
    person.save()
    tokens.revoke(token)
    assert_problem(get(client, MUNICIPALITIES, headers), 401)


def test_the_database_holds_no_usable_secret():
    token, headers = a_token(a_clerk(), "tickets:read")
    secret = headers["Authorization"].removeprefix("Bearer ")
    stored = json.dumps(list(Token.objects.values()), default=str)
    assert secret not in stored
    assert tokens.recognise(secret) == token
    assert tokens.recognise(token.digest) is None


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_lives_a_day_to_a_year(days):
    with pytest.raises(tokens.TokenLivesTooLong):
        a_token(a_clerk(), "tickets:read", days=days)


def test_use_is_noted_at_most_once_a_minute(django_assert_num_queries):
    _, headers = a_token(a_clerk(), "municipalities:read")
    secret = headers["Authorization"].removeprefix("Bearer ")
    with django_assert_num_queries(2):
        tokens.recognise(secret)
    with django_assert_num_queries(1):
        tokens.recognise(secret)
    with time_machine.travel(now() + timedelta(seconds=61)), django_assert_num_queries(2):
        tokens.recognise(secret)


def test_writing_includes_reading_but_not_the_reverse():
    assert Token(scopes=["tickets:write"]).allows("tickets:read")
    assert not Token(scopes=["tickets:read"]).allows("tickets:write")
    assert not Token(scopes=["tickets:write"]).allows("outages:read")


@pytest.mark.parametrize(
    "path", ["/api/v1/nowhere/", "/api/v1/municipalities/99999/", "/api/v1/", "/api/v1/municipalities"]
)
def test_unknown_paths_answer_in_the_apis_shape(client, path):
    _, headers = a_token(a_clerk(), "municipalities:read")
    response = client.get(path, headers=headers, follow=True)
    if response.status_code != 200:
        assert_problem(response, 404)


def test_a_wrong_method_says_which_are_right(client):
    _, headers = a_token(a_clerk(), "municipalities:write")
    response = client.delete(MUNICIPALITIES, headers=headers)
    assert_problem(response, 405)
    assert "GET" in response["Allow"]


def test_a_wrong_host_answers_in_the_apis_shape(client):
    assert_problem(client.get(MUNICIPALITIES, headers={"Host": "evil.example"}), 400)


def test_a_crash_answers_in_the_apis_shape_and_says_nothing(client, monkeypatch):
    _, headers = a_token(a_clerk(), "municipalities:read")
    client.raise_request_exception = False
    monkeypatch.setattr("foundation.wire.api.paging.page", lambda *a, **k: 1 / 0)
    response = get(client, MUNICIPALITIES, headers)
    assert_problem(response, 500)
    assert b"division" not in response.content


def test_invalid_values_are_named_but_never_echoed(client):
    _, headers = a_token(a_clerk(), "municipalities:read")
    response = get(client, MUNICIPALITIES + "?limit=05321234567", headers)
    assert_problem(response, 422)
    assert response.json()["errors"][0]["pointer"] == "#/query/limit"
    assert "05321234567" not in response.content.decode()


def test_too_many_requests_say_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr("config.api.REQUESTS_A_MINUTE", 2)
    _, headers = a_token(a_clerk(), "municipalities:read")
    with time_machine.travel("2026-11-21T09:00:10Z", tick=False):
        token_headers = a_token(a_clerk("b@b.example"), "municipalities:read")[1]
        assert [get(client, MUNICIPALITIES, token_headers).status_code for _ in range(2)] == [200, 200]
        response = get(client, MUNICIPALITIES, token_headers)
        assert_problem(response, 429)
        assert 1 <= int(response["Retry-After"]) <= 60
        assert get(client, MUNICIPALITIES, headers).status_code != 429


def test_a_dead_cache_limits_nobody(monkeypatch):
    class Dead:
        def add(self, *args, **kwargs):
            raise ConnectionError

    monkeypatch.setattr(limits, "cache", Dead())
    limits.spend("form", "someone", limit=0, per=60)


class TestPages:
    @pytest.fixture
    def headers(self):
        province = a_province()
        for number in range(7):
            a_municipality(code=f"26{number:03}", name=f"{'İIŞSÇCĞ'[number]}lçe", province=province)
        return a_token(a_clerk(municipality=a_municipality("26000")), "municipalities:read")[1]

    def test_following_next_meets_every_row_once_in_turkish_order(self, client, headers):
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get(MUNICIPALITIES, {"limit": 2} | ({"cursor": cursor} if cursor else {}), headers=headers)
            seen += [item["name"] for item in page.json()["items"]]
            cursor = page.json()["next"]
        assert seen == ["Clçe", "Çlçe", "Ğlçe", "Ilçe", "İlçe", "Slçe", "Şlçe"]

    def test_a_cursor_of_another_list_or_invention_is_refused(self, client, headers):
        provinces = a_token(a_clerk("c@c.example"), "provinces:read", "municipalities:read")[1]
        a_province("05", "Amasya")
        foreign = client.get("/api/v1/provinces/", {"limit": 1}, headers=provinces).json()["next"]
        for cursor in (foreign, "WyJ4Il0", "a:b:c", "\x00"):
            assert client.get(MUNICIPALITIES, {"cursor": cursor}, headers=provinces).status_code in (400, 422)

    def test_queries_do_not_grow_with_the_page(self, client, headers, django_assert_num_queries):
        client.get(MUNICIPALITIES, headers=headers)
        for limit in (1, 7):
            with django_assert_num_queries(2):
                client.get(MUNICIPALITIES, {"limit": limit}, headers=headers)
