"""Limits that an outsider can neither turn against their subject nor push out."""

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from foundation.accounts.signin import attempts
from foundation.wire import limits
from tests.cast import PASSWORD, assemble

pytestmark = [pytest.mark.django_db, pytest.mark.once("sqlite", "counts live in the cache")]
STRANGER, OWNER, ANOTHER = "203.0.113.9", "198.51.100.7", "192.0.2.1"


@pytest.fixture
def cast():
    return assemble()


@pytest.fixture
def kemal(cast):
    """An approver, whom somebody wants to keep out of a crisis."""
    return cast.kemal


def sign_in(client: Client, person, password: str, place: str) -> bool:
    answer = client.post("/accounts/login/", {"login": person.email, "password": password}, REMOTE_ADDR=place)
    return answer.status_code == 302


def guess(person, times: int, place: str) -> None:
    for _ in range(times):
        assert not sign_in(Client(), person, "wrong password", place)


def test_five_wrong_passwords_slow_the_stranger_even_with_the_right_one(kemal):
    guess(kemal, 5, STRANGER)
    assert not sign_in(Client(), kemal, PASSWORD, STRANGER)


def test_and_the_owner_signs_in_from_elsewhere(kemal):
    guess(kemal, 7, STRANGER)
    assert sign_in(Client(), kemal, PASSWORD, OWNER)


def test_and_the_owner_of_a_known_browser_signs_in_behind_the_same_address(kemal):
    browser = Client()
    assert sign_in(browser, kemal, PASSWORD, OWNER)
    browser.post("/accounts/logout/")
    guess(kemal, 7, OWNER)
    assert not sign_in(Client(), kemal, PASSWORD, OWNER)
    assert sign_in(browser, kemal, PASSWORD, OWNER)


def test_guessers_from_everywhere_meet_a_limit_that_a_known_browser_does_not(kemal):
    browser = Client()
    assert sign_in(browser, kemal, PASSWORD, OWNER)
    browser.post("/accounts/logout/")
    everywhere = attempts.counts_for(RequestFactory().post("/"), kemal.email)[-1]
    for _ in range(everywhere.limit):
        limits.spend(everywhere.name, everywhere.whom, limit=everywhere.limit, per=everywhere.per)
    assert not sign_in(Client(), kemal, PASSWORD, ANOTHER)
    assert sign_in(browser, kemal, PASSWORD, OWNER)


def test_a_known_browser_is_known_for_its_own_people_alone(cast, kemal):
    browser, nermin = Client(), cast.nermin
    assert sign_in(browser, kemal, PASSWORD, OWNER)
    browser.post("/accounts/logout/")
    for _ in range(6):
        assert not sign_in(browser, nermin, "wrong password", OWNER)
    assert browser.cookies[attempts.COOKIE].value
    assert limits.wait_for("signin.account_and_place", whom_of(nermin, OWNER), limit=5, per=300)


def whom_of(person, place: str) -> str:
    return attempts.counts_for(RequestFactory().post("/", REMOTE_ADDR=place), person.email)[0].whom


def test_a_forged_cookie_is_no_known_browser(kemal):
    request = RequestFactory().post("/")
    request.COOKIES[attempts.COOKIE] = f'["0123", [{kemal.pk}]]:forged:signature'
    assert attempts.known_device(request, kemal.email) == ""


def test_right_passwords_are_never_counted(kemal):
    for _ in range(8):
        assert sign_in(Client(), kemal, PASSWORD, OWNER)


def test_one_line_with_ipv6_is_one_place(kemal):
    guess(kemal, 3, "2001:db8:1:2::1")
    guess(kemal, 2, "2001:db8:1:2:ffff::2")
    assert not sign_in(Client(), kemal, PASSWORD, "2001:db8:1:2::3")
    assert sign_in(Client(), kemal, PASSWORD, "2001:db8:1:3::3")


def test_a_lock_outlives_thousands_of_other_entries(kemal):
    guess(kemal, 5, STRANGER)
    for number in range(5_000):
        cache.set(f"other {number}".replace(" ", "-"), number, 600)
    assert not sign_in(Client(), kemal, PASSWORD, STRANGER)


def test_when_memory_is_full_what_has_ended_goes_first():
    memory = limits.MemoryCache("cases", {})
    memory.clear()
    memory._max_entries = 100
    memory.set("lock", 6, 300)
    for number in range(80):
        memory.set(f"ended-{number}", 1, -1)
    for number in range(60):
        memory.set(f"live-{number}", 1, 300)
    assert memory.get("lock") == 6
