"""Signing in with an outside account (OpenID Connect). Off without `OIDC_ISSUER`.

Nobody gets an account by it. Whoever comes the first time is matched to a person who
was invited, by an e-mail address the provider has verified; from then on the
provider's own name for them (`sub`) counts, and never again the address.
"""

from typing import NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from foundation.directory.models import Person
from foundation.journal import journal


class MatchesInvitedPeople(DefaultSocialAccountAdapter):
    """What allauth asks us about outside accounts."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def pre_social_login(self, request, sociallogin: SocialLogin) -> None:
        """Let in whom we know, link whom we invited, send everyone else back with a sentence."""
        if not sociallogin.is_existing:
            person = invited_person(sociallogin)
            if person is None or (request.user.is_authenticated and request.user != person):
                turn_away(request, _("This account belongs to nobody we have invited. Please ask your administrator."))
            link(sociallogin, person, request)
        # What the provider tells of a person is not kept: we have our own register.
        SocialAccount.objects.filter(pk=sociallogin.account.pk).update(extra_data={})

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        turn_away(request, _("Signing in with the outside account did not work. Please try again."))


def invited_person(sociallogin: SocialLogin) -> Person | None:
    """Whose verified address this is. None for a person who is linked to another outside account already."""
    verified = [each.email.strip().lower() for each in sociallogin.email_addresses if each.verified is True]
    person = Person.objects.filter(email__in=verified, is_active=True).first() if len(verified) == 1 else None
    provider = sociallogin.account.provider
    if person and SocialAccount.objects.filter(user=person, provider=provider).exists():
        return None
    return person


@transaction.atomic
def link(sociallogin: SocialLogin, person: Person, request) -> None:
    """From now on this outside account signs this person in."""
    sociallogin.account.extra_data = {}
    sociallogin.connect(request, person)
    journal.record("person.linked", person, by=person, provider=sociallogin.account.provider)


def turn_away(request, sentence: str) -> NoReturn:
    """Back to the page of signing in, with the reason. Raises what allauth answers with."""
    messages.error(request, sentence)
    raise ImmediateHttpResponse(redirect("account_login"))
