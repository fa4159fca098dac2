"""The second step at sign-in, and who must confirm before reaching far."""

import time

import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.http import HttpResponse
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.urls import include, path

from foundation.accounts import adapter
from foundation.outbox.models import OutboxMessage
from tests.cast import PASSWORD, Cast
from tests.foundation.accounts.test_people import signed_in


def far_reaching(request):
    adapter.confirm_first(request)
    return HttpResponse(f"done: {request.POST.get('what', '')}")


urlpatterns = [path("far/", far_reaching), path("", include("config.urls"))]


def code_of(secret: str) -> str:
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def with_app(person) -> str:
    """Gives a person an authenticator app; returns its secret."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(person, secret)
    return secret


def second_step(client: Client, secret: str, url: str = "/accounts/2fa/authenticate/"):
    return client.post(url, {"code": code_of(secret)})


class TheApp(Cast, TransactionTestCase):
    def test_is_set_up_on_our_page_and_then_asked_for(self):
        client = signed_in(self.nermin)
        page = client.get("/accounts/2fa/totp/activate/")
        secret = page.context["form"].secret
        assert secret in page.text
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
        assert adapter.has_second_factor(self.nermin)
        assert list(OutboxMessage.objects.values_list("address", "subject")) == [
            (self.nermin.email, "Doğrulama uygulaması kuruldu"),
        ]

        codes = client.get("/accounts/2fa/recovery-codes/")
        assert codes.status_code == 200
        assert "10 kurtarma kodunuz kaldı" in codes.text

        new_browser = signed_in(self.nermin)
        assert new_browser.get("/profile/").status_code == 302

    def test_a_wrong_code_lets_nobody_in_and_the_right_one_does(self):
        secret = with_app(self.nermin)
        client = signed_in(self.nermin)
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert client.get("/profile/").status_code == 302
        second_step(client, secret)
        assert client.get("/profile/").status_code == 200

    def test_every_page_of_the_second_step_opens(self):
        client = signed_in(self.nermin)
        for page in ("", "totp/activate/", "webauthn/", "webauthn/add/", "recovery-codes/generate/"):
            answer = client.get(f"/accounts/2fa/{page}")
            assert answer.status_code in (200, 302), page
            if answer.status_code == 200:
                assert 'class="nb"' in answer.text, page


@override_settings(ROOT_URLCONF="tests.foundation.accounts.test_second_factor")
class ConfirmingFirst(Cast, TestCase):
    def test_a_fresh_sign_in_is_proof_enough_without_a_second_factor(self):
        assert signed_in(self.kemal).post("/far/", {"what": "send"}).text == "done: send"

    def test_after_five_minutes_the_password_is_asked_and_the_act_goes_on(self):
        client = signed_in(self.kemal)
        with time_machine.travel(time.time() + 301):
            asked = client.post("/far/", {"what": "send"})
            assert asked.status_code == 302
            page = client.get(asked.headers["Location"]).text
            assert "Siz olduğunuzu doğrulayın" in page
            answer = client.post(asked.headers["Location"], {"password": PASSWORD, "next": "/far/"})
            assert answer.text == "done: send"

    def test_with_a_second_factor_only_it_counts(self):
        secret = with_app(self.kemal)
        client = signed_in(self.kemal)
        second_step(client, secret)
        assert client.post("/far/").status_code == 200
        with time_machine.travel(time.time() + 301):
            asked = client.post("/far/")
            assert asked.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            assert client.post("/far/").status_code == 302
            second_step(client, secret, "/accounts/2fa/reauthenticate/")
            assert client.post("/far/").status_code == 200

    def test_a_session_that_never_proved_anything_is_asked(self):
        self.client.force_login(self.kemal)
        assert self.client.post("/far/").status_code == 302


@override_settings(REQUIRE_SECOND_FACTOR=True)
class FarReachingRoles(Cast, TestCase):
    def test_change_nothing_before_they_have_a_second_factor(self):
        for person in (self.nermin, self.kemal, self.yonca):
            client = signed_in(person)
            refusal = client.post("/municipalities/26010/people/", {"email": "x@y.test", "role": "staff"})
            assert refusal.status_code == 403
            assert "ikinci adımı" in refusal.text
            assert client.get("/profile/").status_code == 200

    def test_act_once_they_have_one(self):
        secret = with_app(self.yonca)
        client = signed_in(self.yonca)
        second_step(client, secret)
        answer = client.post("/municipalities/26010/people/", {"email": "x@y.test", "role": "staff"})
        assert answer.status_code == 302

    def test_the_others_need_none(self):
        answer = signed_in(self.zehra).post("/municipalities/26010/people/", {"email": "x@y.test", "role": "staff"})
        assert answer.status_code == 302


def test_recovery_codes_alone_are_no_second_factor(db):
    assert Authenticator.Type.RECOVERY_CODES not in adapter.SECOND_FACTORS
