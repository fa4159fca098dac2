"""Signing in with an outside account: only invited people, only by a verified address, never a new account."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.test import TestCase

from config.settings import outside_accounts
from foundation.directory.models import Person
from foundation.journal.models import Entry
from tests.cast import Cast
from tests.standins.oidc import CLIENT, SECRET, Provider

LOGIN = "/accounts/oidc/kurum/login/"


class AnOutsideAccount(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.provider = self.enterContext(Provider())
        self.enterContext(
            self.settings(
                OIDC_NAME="e-Kurum",
                SOCIALACCOUNT_PROVIDERS=outside_accounts(self.provider.issuer, CLIENT, SECRET, "e-Kurum"),
            )
        )
        self.provider.claims["email"] = self.selim.email
        self.people = Person.objects.count()

    def come(self):
        asked = self.client.post(LOGIN)
        return self.client.get(f"{LOGIN}callback/?{self.provider.consent(asked.url)}")

    def signed_in(self) -> int | None:
        return int(self.client.session.get("_auth_user_id", 0)) or None

    def assert_turned_away(self, answer):
        self.assertRedirects(answer, "/accounts/login/")
        self.assertIsNone(self.signed_in())
        self.assertEqual(Person.objects.count(), self.people)
        self.assertFalse(SocialAccount.objects.exists())

    def test_the_page_offers_it(self):
        self.assertContains(self.client.get("/accounts/login/"), "e-Kurum")

    def test_an_invited_person_comes_in_by_a_verified_address(self):
        self.come()

        self.assertEqual(self.signed_in(), self.selim.pk)
        self.assertEqual(SocialAccount.objects.get().user, self.selim)
        self.assertEqual(SocialAccount.objects.get().extra_data, {})
        self.assertTrue(Entry.objects.filter(kind="person.linked", person_id=self.selim.pk).exists())
        self.assertEqual(Person.objects.count(), self.people)

    def test_afterwards_the_providers_own_name_counts_and_not_the_address(self):
        self.come()
        self.client.logout()
        self.provider.claims["email"] = "baska@yer.tr"
        self.come()
        self.assertEqual(self.signed_in(), self.selim.pk)

    def test_an_address_given_to_somebody_else_opens_nothing(self):
        self.come()
        self.client.logout()
        self.provider.claims["sub"] = "u-2"
        self.come()
        self.assertIsNone(self.signed_in())
        self.assertEqual(SocialAccount.objects.count(), 1)

    def test_a_stranger_is_turned_away(self):
        self.provider.claims["email"] = "kimse@baska.tr"
        answer = self.come()
        self.assert_turned_away(answer)
        self.assertContains(self.client.get("/accounts/login/"), "davet")

    def test_an_address_that_is_not_verified_opens_nothing(self):
        for claim in (False, None, "true", "yes"):
            with self.subTest(claim=claim):
                self.provider.claims["email_verified"] = claim
                self.assert_turned_away(self.come())

    def test_a_closed_account_stays_closed(self):
        Person.objects.filter(pk=self.selim.pk).update(is_active=False)
        self.assert_turned_away(self.come())

    def test_a_person_who_is_linked_and_then_closed_stays_out(self):
        self.come()
        self.client.logout()
        Person.objects.filter(pk=self.selim.pk).update(is_active=False)
        self.come()
        self.assertIsNone(self.signed_in())

    def test_a_signed_in_person_cannot_link_the_account_of_another(self):
        self.client.force_login(self.ayse, backend=settings.AUTHENTICATION_BACKENDS[0])
        asked = self.client.post(f"{LOGIN}?process=connect")
        self.client.get(f"{LOGIN}callback/?{self.provider.consent(asked.url)}")
        self.assertFalse(SocialAccount.objects.exists())

    def test_a_forged_return_is_turned_away(self):
        self.client.post(LOGIN)
        self.assert_turned_away(self.client.get(f"{LOGIN}callback/?code=a-code&state=forged"))

    def test_who_says_no_at_the_provider_reads_a_sentence(self):
        asked = self.client.post(LOGIN)
        state = self.provider.consent(asked.url).partition("state=")[2]
        self.assert_turned_away(self.client.get(f"{LOGIN}callback/?error=access_denied&state={state}"))


@pytest.mark.django_db
def test_without_a_provider_the_door_does_not_exist(client):
    assert client.post(LOGIN).status_code == 404
    assert client.get(f"{LOGIN}callback/").status_code == 404
    assert b"/accounts/oidc/" not in client.get("/accounts/login/").content
