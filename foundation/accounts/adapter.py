"""Signing in: who may have an account, how allauth speaks for us, who proved it lately.

A verb that reaches far asks `confirm_first(request)`: unless this session proved its
person within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds, allauth asks again, with the
second factor of those who have one, and the suspended request is then played on.
"""

import uuid
from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from foundation.accounts.signin import attempts
from foundation.directory.models import Membership, Person
from foundation.language.middleware import remember
from foundation.outbox import outbox, successors
from foundation.wire.guards import client_address
from foundation.wire.limits import TooMany

# They move the whole country: the watch, the crisis message, the platform itself.
FAR_REACHING_ROLES = Membership.WATCH_ROLES
successors.nobody_else("account:", "its link opens an account")
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class InvitedPeopleOnly(DefaultAccountAdapter):
    """Accounts come from invitations; nobody signs up from the street."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address and password do not belong together. Please check both."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "too_many_login_attempts": _("Too many attempts. Please wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        """What our own proxy saw; limits are counted for it."""
        return client_address(request) or super().get_client_ip(request)

    def post_login(self, request, user, **kwargs) -> HttpResponse:
        """The language a person chose follows them to a new browser."""
        response = super().post_login(request, user, **kwargs)
        return remember(attempts.remember_device(request, response, user), user.language)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            self.attempt = attempts.spend(request, credentials.get("email", "").lower())
        except TooMany:
            raise self.validation_error("too_many_login_attempts") from None

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth calls this when the password was right."""
        attempts.give_back(self.attempt)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth calls this when a new password was set by mail."""
        attempts.forget(request, credentials["email"].lower())

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """A fresh sign-in need not be proved again to set up a second factor."""
        return not recently_confirmed(self.request)

    def get_reauthentication_methods(self, user) -> list[dict]:
        """Those who have a second factor confirm with it, not with the password."""
        methods = super().get_reauthentication_methods(user)
        return [way for way in methods if way["id"] != "reauthenticate"] or methods

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """In the reader's language, through the outbox, so that no page waits for a mail server."""
        self.hand_in(template_prefix, email, context, language=language_of(email))

    def hand_in(self, template_prefix: str, email: str, context: dict, *, language: str, withheld: str = "") -> None:
        """Render and hand in; `withheld` says why the letter stays with us."""
        letter = {"PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL, **context}
        with translation.override(language):
            subject = render_to_string(f"{template_prefix}_subject.txt", letter)
            text = render_to_string(f"{template_prefix}_message.txt", letter)
        key = f"account:{uuid.uuid4()}"
        outbox.email(key, email, " ".join(subject.split()), text.strip(), secret=True, withheld=withheld)


def language_of(email: str) -> str:
    """What the holder of this address reads; Turkish for a stranger."""
    return Person.objects.filter(email=email).values_list("language", flat=True).first() or settings.LANGUAGE_CODE


def has_second_factor(person: Person) -> bool:
    return Authenticator.objects.filter(user=person, type__in=SECOND_FACTORS).exists()


def lacks_required_second_factor(person: Person) -> bool:
    """Far-reaching roles need one, except where `REQUIRE_SECOND_FACTOR` is off (embedded mode)."""
    return settings.REQUIRE_SECOND_FACTOR and person.has_role(*FAR_REACHING_ROLES) and not has_second_factor(person)


def recently_confirmed(request: HttpRequest) -> bool:
    """Whether this session proved its person lately: by second factor where they have one.

    Signing in counts as proof; so does confirming again. Lately is
    `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds.
    """
    return fresh_proof(request) is not None


def fresh_proof(request: HttpRequest, *, by_second_factor: bool = False) -> dict | None:
    """The newest proof of this session that counts and is fresh, as allauth keeps it; None without one.

    For those who have a second factor it alone counts; with `by_second_factor`, for everybody.
    """
    if not request.user.is_authenticated:
        return None
    proofs = get_authentication_records(request, request.user)
    if by_second_factor or has_second_factor(request.user):
        proofs = [proof for proof in proofs if proof["method"] == "mfa"]
    newest = max(proofs, key=lambda proof: proof["at"], default=None)
    is_fresh = newest is not None and time() - newest["at"] < app_settings.REAUTHENTICATION_TIMEOUT
    return newest if is_fresh else None


def confirm_first(request: HttpRequest) -> None:
    """Raises allauth's ReauthenticationRequired, which its middleware answers, unless confirmed lately."""
    if not recently_confirmed(request):
        raise ReauthenticationRequired
