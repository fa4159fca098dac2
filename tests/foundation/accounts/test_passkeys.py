"""Passkeys in a real browser with a virtual key, under our Content-Security-Policy."""

import pytest

from foundation.accounts import adapter
from tests.cast import PASSWORD, assemble
from tests.journeys.browser import chromium, reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page, **options) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY | options})


@pytest.fixture
def at_localhost(settings, live_server):
    settings.PASSKEYS_WORK = settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    return live_server.url.replace("127.0.0.1", "localhost")


def test_a_passkey_is_added_and_then_opens_the_account_without_a_password(at_localhost):
    selim = assemble().selim
    with chromium() as browser, reader(browser, at_localhost) as page:
        plug_in(page)
        page.goto("/accounts/login/")
        page.fill("[name=login]", selim.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/tickets/")
        page.goto("/accounts/2fa/webauthn/add/")
        page.check("[name=passwordless]")
        page.click("#mfa_webauthn_add")
        page.wait_for_url("**/accounts/2fa/recovery-codes/")

        page.context.clear_cookies()
        page.goto("/accounts/login/")
        page.click("#passkey_login")
        page.wait_for_url("**/tickets/")
        assert page.get_by_text("Selim Aydın").first.is_visible()
    assert adapter.has_second_factor(selim)


def test_a_key_that_does_not_answer_is_said_in_words(at_localhost):
    with chromium() as browser, reader(browser, at_localhost) as page:
        plug_in(page, isUserVerified=False)
        page.goto("/accounts/login/")
        page.click("#passkey_login")
        page.wait_for_selector("#passkey-error", state="visible", timeout=90_000)
