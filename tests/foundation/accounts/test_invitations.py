"""Opening accounts by invitation: who may invite, and that a letter works once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from unittest.mock import patch

import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.urls import reverse

from foundation import now
from foundation.accounts import invitations
from foundation.directory.models import Invitation, Membership, Person
from foundation.outbox.models import OutboxMessage
from tests.cast import Cast
from tests.wall.walking import signed_in

Role = Membership.Role
GOOD_PASSWORD = "her sabah simit alirim"


def secret_of(email: str) -> str:
    text = OutboxMessage.objects.filter(address=email).latest("pk").words
    return re.search(r"/invitations/([^/\s]+)/", text).group(1)


class Inviting(Cast, TestCase):
    def invite(self, **changed):
        wish = {"email": "Yeni@Odunpazari.test ", "role": Role.STAFF, "municipality": self.odunpazari, "by": self.zehra}
        return invitations.invite(**(wish | changed))

    def test_the_letter_names_place_role_and_a_link_and_the_database_keeps_only_a_digest(self):
        invitation = self.invite()
        letter = OutboxMessage.objects.get(address="yeni@odunpazari.test")
        assert "Odunpazarı Belediyesi" in letter.words
        assert "belediye personeli" in letter.words
        secret = secret_of("yeni@odunpazari.test")
        assert invitation.secret_digest == invitations.digest(secret)
        assert secret not in str(vars(Invitation.objects.get()))

    def test_a_municipal_administrator_invites_to_the_own_municipality_only(self):
        with self.assertRaises(invitations.NotYoursToInvite):
            self.invite(municipality=self.merzifon)
        with self.assertRaises(invitations.NotYoursToInvite):
            self.invite(municipality=None)

    def test_a_municipal_administrator_makes_no_operators(self):
        for role in set(Role.values) - set(Membership.MUNICIPAL_ROLES):
            with self.assertRaises(invitations.NotYoursToInvite):
                self.invite(role=role)

    def test_nobody_else_invites(self):
        for person in (self.selim, self.hatice, self.ayse, self.leyla, self.nermin, self.kemal, self.stranger):
            with self.assertRaises(invitations.NotYoursToInvite):
                self.invite(by=person)

    def test_an_observer_is_invited_to_a_province(self):
        wish = {"role": Role.UNION_OBSERVER, "municipality": None, "province": self.odunpazari.province}
        invitation = self.invite(**wish, by=self.yonca)
        assert "Eskişehir" in OutboxMessage.objects.get(address=invitation.email).words
        person = invitations.accept(secret_of(invitation.email), name="Yeni Gözlemci", password=GOOD_PASSWORD)
        assert person.memberships.get().province == self.odunpazari.province

    def test_the_page_refuses_a_province_for_other_roles(self):
        client = signed_in(self.yonca)
        url = reverse("accounts:national_invitations")
        words = {"email": "yeni@example.test", "role": "operator", "municipality": "", "province": "26"}
        assert "Bu rol bir il için verilmez" in client.post(url, words).text
        assert client.post(url, words | {"role": "volunteer_expert"}).status_code == 302
        assert Invitation.objects.get().province_id == "26"

    def test_a_platform_administrator_invites_anyone_anywhere(self):
        assert self.invite(role=Role.OPERATOR, municipality=None, by=self.yonca).role == Role.OPERATOR

    def test_who_already_holds_the_role_is_not_invited_again(self):
        with self.assertRaises(invitations.AlreadyHere):
            self.invite(email=self.selim.email)

    def test_a_second_invitation_replaces_the_first(self):
        self.invite()
        first = secret_of("yeni@odunpazari.test")
        self.invite()
        with self.assertRaises(invitations.InvitationGone):
            invitations.find(first)
        assert Invitation.objects.open().count() == 1


class Accepting(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.invitation = invitations.invite("yeni@odunpazari.test", Role.STAFF, self.odunpazari, by=self.zehra)
        self.secret = secret_of("yeni@odunpazari.test")

    def test_opens_an_account_with_the_role(self):
        person = invitations.accept(self.secret, name="Yeni Kişi", password=GOOD_PASSWORD)
        assert authenticate(email="yeni@odunpazari.test", password=GOOD_PASSWORD) == person
        assert person.own_municipality == self.odunpazari

    def test_works_once(self):
        invitations.accept(self.secret, name="Yeni Kişi", password=GOOD_PASSWORD)
        with self.assertRaises(invitations.InvitationGone):
            invitations.accept(self.secret, name="Başka", password=GOOD_PASSWORD)
        assert Person.objects.filter(email="yeni@odunpazari.test").count() == 1

    def test_is_too_late_after_seven_days(self):
        with time_machine.travel(now() + timedelta(days=7, seconds=1)), self.assertRaises(invitations.InvitationGone):
            invitations.accept(self.secret, name="Geç", password=GOOD_PASSWORD)

    def test_is_over_when_withdrawn(self):
        invitations.withdraw(self.invitation, by=self.zehra)
        with self.assertRaises(invitations.InvitationGone):
            invitations.accept(self.secret, name="Geç", password=GOOD_PASSWORD)
        with self.assertRaises(invitations.InvitationGone):
            invitations.withdraw(self.invitation, by=self.zehra)

    def test_a_guessed_secret_opens_nothing(self):
        with self.assertRaises(invitations.InvitationGone):
            invitations.accept("x" * 43, name="Kim", password=GOOD_PASSWORD)

    def test_an_existing_account_gets_the_role_only_when_signed_in(self):
        invitations.invite(self.hatice.email, Role.STAFF, self.odunpazari, by=self.zehra)
        secret = secret_of(self.hatice.email)
        for other in (None, self.selim):
            with self.assertRaises(invitations.SomeoneElsesInvitation):
                invitations.accept(secret, name="Kim", password=GOOD_PASSWORD, by=other)
        assert invitations.accept(secret, by=self.hatice) == self.hatice
        assert self.hatice.memberships.current().count() == 2


class TwoClicksAtOnce(Cast, TransactionTestCase):
    def test_open_one_account(self):
        invitations.invite("yeni@odunpazari.test", Role.STAFF, self.odunpazari, by=self.zehra)
        secret, start = secret_of("yeni@odunpazari.test"), Barrier(4)

        def click(number: int) -> str:
            try:
                start.wait()
                return invitations.accept(secret, name=f"Kişi {number}", password=GOOD_PASSWORD).name
            except (invitations.InvitationGone, invitations.SomeoneElsesInvitation) as refusal:
                return type(refusal).__name__
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(click, range(4)))
        assert sum(outcome.startswith("Kişi") for outcome in outcomes) == 1
        assert Person.objects.filter(email="yeni@odunpazari.test").count() == 1
        assert Membership.objects.filter(person__email="yeni@odunpazari.test").count() == 1


class TheAcceptancePage(Cast, TestCase):
    def setUp(self):
        super().setUp()
        invitations.invite("yeni@odunpazari.test", Role.STAFF, self.odunpazari, by=self.zehra)
        self.url = reverse("accounts:acceptance", args=[secret_of("yeni@odunpazari.test")])

    def test_sets_name_and_password_and_signs_in(self):
        assert "Odunpazarı" in self.client.get(self.url).text
        answer = self.client.post(self.url, {"name": "Yeni Kişi", "password": GOOD_PASSWORD}, follow=True)
        assert answer.wsgi_request.user.name == "Yeni Kişi"
        assert self.client.get(self.url).status_code == 410

    def test_says_what_is_wrong_with_a_weak_password(self):
        answer = self.client.post(self.url, {"name": "Yeni Kişi", "password": "123"})
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in answer.text
        assert not Person.objects.filter(email="yeni@odunpazari.test").exists()

    def test_a_password_like_the_name_is_refused(self):
        answer = self.client.post(self.url, {"name": "Mehmet Karadeniz", "password": "mehmet karadeniz"})
        assert list(answer.context["form"].errors) == ["password"]


class TheFirstAdministrator(TestCase):
    def open(self, password: str):
        command = "foundation.accounts.management.commands.create_platform_admin"
        with patch(f"{command}.getpass", return_value=password), patch("sys.stdin.isatty", return_value=True):
            call_command("create_platform_admin", "Ilk@kurum.test", "İlk Yönetici")

    def test_is_opened_by_command(self):
        self.open(GOOD_PASSWORD)
        assert authenticate(email="ilk@kurum.test", password=GOOD_PASSWORD).has_role(Role.PLATFORM_ADMIN)

    def test_needs_a_good_password_and_an_address_of_its_own(self):
        with self.assertRaises(CommandError):
            self.open("123")
        self.open(GOOD_PASSWORD)
        with self.assertRaises(CommandError):
            self.open(GOOD_PASSWORD)
