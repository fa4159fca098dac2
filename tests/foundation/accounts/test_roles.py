"""Roles are given and ended, the last administrator stays, sessions end, a lost second factor is taken away."""

import time
from datetime import timedelta

import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import TestCase, TransactionTestCase
from django.urls import reverse

from foundation import now
from foundation.accounts import people, roles
from foundation.directory.models import Membership, Person
from foundation.journal.models import Entry, PersonalText
from foundation.live import revocation
from foundation.outbox.models import OutboxMessage
from foundation.wire.api import tokens
from tests.cast import Cast, a_person
from tests.foundation.accounts.test_people import signed_in
from tests.foundation.accounts.test_second_factor import code_of, with_app
from tests.helpdesk.builders import the_queue
from tests.helpdesk.test_races import at_once

Role = Membership.Role
NATIONAL = roles.RoleScope()


class Giving(Cast, TestCase):
    def test_a_role_is_held_from_then_to_then(self):
        tomorrow, later = now() + timedelta(days=1), now() + timedelta(days=3)
        roles.give(self.stranger, Role.AGENT, NATIONAL, by=self.yonca, since=tomorrow, until=later)
        for moment, holds in ((now(), False), (tomorrow + timedelta(hours=1), True), (later, False)):
            with time_machine.travel(moment, tick=False):
                assert Person.objects.get(pk=self.stranger.pk).works_at_the_desk is holds, moment

    def test_a_role_fits_its_place(self):
        wrong = (
            (Role.STAFF, NATIONAL),
            (Role.AGENT, roles.RoleScope(municipality=self.odunpazari)),
            (Role.AGENT, roles.RoleScope(province=self.eskisehir_province)),
            (Role.STAFF, roles.RoleScope(municipality=self.odunpazari, province=self.eskisehir_province)),
        )
        for role, scope in wrong:
            with self.assertRaises(roles.PlaceDoesNotFit):
                roles.give(self.stranger, role, scope, by=self.yonca)
        roles.give(self.stranger, Role.UNION_OBSERVER, roles.RoleScope(province=self.eskisehir_province), by=self.yonca)

    def test_nobody_gives_one_to_themselves_twice_or_without_being_an_administrator(self):
        for refusal, person, by in (
            (roles.NotToYourself, self.yonca, self.yonca),
            (roles.HoldsItAlready, self.ayse, self.yonca),
            (roles.NotYoursToGive, self.stranger, self.leyla),
        ):
            with self.assertRaises(refusal):
                roles.give(person, Role.AGENT, NATIONAL, by=by)

    def test_open_pages_are_asked_again(self):
        before = revocation.listener(self.stranger.pk, "")
        roles.give(self.stranger, Role.AGENT, NATIONAL, by=self.yonca)
        assert revocation.revoked([before]) == {before: revocation.COME_AGAIN}


class TheLastAdministrator(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.second = a_person(Role.PLATFORM_ADMIN)

    def test_is_never_ended_closed_or_erased(self):
        Membership.objects.filter(person=self.second).update(until=now() + timedelta(days=30))
        held = self.yonca.memberships.get()
        for act in (
            lambda: people.end_membership(held, by=self.second),
            lambda: people.revoke(self.yonca, by=self.second),
            lambda: people.erase(self.yonca, by=self.second),
        ):
            with self.assertRaises(roles.LastAdministrator):
                act()
        assert Person.objects.get(pk=self.yonca.pk).has_role(Role.PLATFORM_ADMIN)

    def test_of_two_one_may_go(self):
        people.revoke(self.second, by=self.yonca)
        assert not Person.objects.get(pk=self.second.pk).is_active


class ComingBack(Cast, TestCase):
    def test_an_account_opens_again_without_roles(self):
        people.revoke(self.ayse, by=self.yonca)
        people.restore(self.ayse, by=self.yonca)
        ayse = Person.objects.get(pk=self.ayse.pk)
        assert (ayse.is_active, ayse.current_memberships) == (True, [])
        with self.assertRaises(people.PersonIsActive):
            people.restore(self.ayse, by=self.yonca)

    def test_an_erased_person_does_not(self):
        people.erase(self.ayse, by=self.yonca)
        with self.assertRaises(people.PersonErased):
            people.restore(Person.objects.get(pk=self.ayse.pk), by=self.yonca)


class Sessions(Cast, TransactionTestCase):
    def test_one_is_ended_and_the_others_go_on(self):
        at_work, at_home = signed_in(self.ayse), signed_in(self.ayse)
        admin = signed_in(self.yonca)
        listening = revocation.listener(self.ayse.pk, at_work.session.session_key)
        session = UserSession.objects.get(session_key=at_work.session.session_key)
        page = admin.get(reverse("accounts:one_person", args=[self.ayse.pk]))
        assert session.ip in page.text
        admin.post(reverse("accounts:session_ending", args=[self.ayse.pk, session.pk]))
        assert at_work.get("/profile/").status_code == 302
        assert at_home.get("/profile/").status_code == 200
        assert revocation.revoked([listening]) == {listening: revocation.SIGNED_OUT}

    def test_all_are_ended_and_the_account_stays_open(self):
        client = signed_in(self.ayse)
        signed_in(self.yonca).post(reverse("accounts:sessions_ending", args=[self.ayse.pk]))
        assert client.get("/profile/").status_code == 302
        assert signed_in(self.ayse).get("/profile/").status_code == 200


class ALostSecondFactor(Cast, TestCase):
    def test_is_taken_away_with_a_reason_and_the_person_is_told(self):
        with_app(self.nermin)
        people.reset_second_factor(self.nermin, reason="Telefonu kayboldu, geri arandı", by=self.yonca)
        assert not Authenticator.objects.filter(user=self.nermin).exists()
        entry = Entry.objects.get(kind="person.second_factor_reset")
        assert PersonalText.objects.get(entry=entry).text == "Telefonu kayboldu, geri arandı"
        assert OutboxMessage.objects.filter(address=self.nermin.email).exists()
        with self.assertRaises(people.NoSecondFactor):
            people.reset_second_factor(self.nermin, reason="?", by=self.yonca)


class SteppingUp(Cast, TransactionTestCase):
    """Each dangerous act asks for a fresh proof; five minutes after the last one it is asked for anew."""

    def dangerous(self):
        someone, held = self.ayse.pk, self.ayse.memberships.get().pk
        yield reverse("accounts:giving", args=[someone]), {"role": "operator"}
        yield reverse("accounts:ending", args=[held]), {}
        yield reverse("accounts:restoration", args=[someone]), {}
        yield reverse("accounts:second_factor_reset", args=[someone]), {"reason": "?"}
        yield reverse("accounts:erasure", args=[someone]), {}
        yield reverse("accounts:new_token"), {"email": self.ayse.email}
        yield reverse("accounts:token_rotation", args=[self.token.pk]), {"days": 3, "overlap": 1}
        yield reverse("accounts:token_revocation", args=[self.token.pk]), {}
        yield reverse("accounts:national_invitations"), {"email": "x@example.test", "role": "operator"}
        yield reverse("helpdesk:team", args=["genel"]), {"email": self.stranger.email}

    def test_old_proof_is_no_proof(self):
        the_queue()
        self.token, _secret = tokens.issue(self.ayse, name="EBYS", scopes=[], lasting=timedelta(days=9))
        secret = with_app(self.yonca)
        client = signed_in(self.yonca)
        second = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        assert second.status_code == 302
        before = Entry.objects.count()
        with time_machine.travel(time.time() + 301):
            for address, form in self.dangerous():
                answer = client.post(address, form)
                assert answer.headers.get("Location", "").startswith("/accounts/2fa/reauthenticate/"), address
        assert Entry.objects.count() == before, "nothing happened"


class TwoAdministratorsAtOnce(Cast, TransactionTestCase):
    def test_who_end_each_other_leave_one(self):
        second = a_person(Role.PLATFORM_ADMIN)
        pairs = [(self.yonca.pk, second.pk), (second.pk, self.yonca.pk)]

        def end_the_other(pair):
            by, other = (Person.objects.get(pk=pk) for pk in pair)
            people.revoke(other, by=by)

        answers = at_once(end_the_other, pairs)
        (refused,) = [answer for answer in answers if answer]
        assert isinstance(refused, roles.LastAdministrator | people.NotYourPerson)  # who was ended first ends nobody
        assert Person.objects.holding([Role.PLATFORM_ADMIN]).count() == 1
