"""What happens to people: revoked, erased; and who sees whom."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.test import Client, TestCase, TransactionTestCase

from foundation.accounts import people
from foundation.directory import events
from foundation.directory.models import Contact, Invitation, Membership, Municipality, Person
from foundation.journal import journal
from foundation.journal.models import Entry, PersonalText
from foundation.wire.api import tokens
from tests.cast import PASSWORD, Cast, a_contact, a_person

Role = Membership.Role


def signed_in(person: Person) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


class Revoking(Cast, TransactionTestCase):
    def test_ends_every_session_at_the_next_request(self):
        at_work, on_the_phone = signed_in(self.selim), signed_in(self.selim)
        assert at_work.get("/profile/").status_code == on_the_phone.get("/profile/").status_code == 200
        kept = signed_in(self.hatice)

        people.revoke(self.selim, by=self.zehra)

        assert at_work.get("/profile/").status_code == on_the_phone.get("/profile/").status_code == 302
        assert kept.get("/profile/").status_code == 200
        assert Session.objects.count() == 1

    def test_closes_the_door_to_the_right_password(self):
        people.revoke(self.selim, by=self.zehra)
        assert signed_in(self.selim).get("/profile/").status_code == 302

    def test_says_so_to_those_who_hold_tokens_and_sockets(self):
        heard = []

        def listen(person, **kwargs):
            heard.append(person)

        events.person_revoked.connect(listen)
        self.addCleanup(events.person_revoked.disconnect, listen)
        people.revoke(self.selim, by=self.zehra)
        assert heard == [self.selim]

    def test_ends_tokens_for_good(self):
        _token, secret = tokens.issue(self.selim, name="betik", scopes=[], lasting=timedelta(days=1))
        assert tokens.recognise(secret)
        people.revoke(self.selim, by=self.zehra)
        Person.objects.filter(pk=self.selim.pk).update(is_active=True, revoked_at=None)
        assert tokens.recognise(secret) is None

    def test_leaves_no_role(self):
        people.revoke(self.selim, by=self.zehra)
        assert Person.objects.get(pk=self.selim.pk).current_memberships == []
        assert not self.selim.memberships.current().exists()


class WhoMayRevoke(Cast, TestCase):
    def test_a_municipal_administrator_the_own_staff_only(self):
        people.check_care(self.selim, self.zehra)
        for other in (self.hatice, self.ayse, self.yonca, self.stranger):
            with self.assertRaises(people.NotYourPerson):
                people.revoke(other, by=self.zehra)

    def test_nobody_who_also_works_elsewhere(self):
        Membership.objects.create(person=self.selim, role=Role.AGENT)
        with self.assertRaises(people.NotYourPerson):
            people.revoke(self.selim, by=self.zehra)

    def test_a_platform_administrator_anyone_but_oneself(self):
        people.revoke(self.ayse, by=self.yonca)
        with self.assertRaises(people.NotYourself):
            people.revoke(self.yonca, by=self.yonca)

    def test_nobody_else(self):
        for by in (self.selim, self.hatice, self.ayse, self.leyla, self.nermin, self.kemal, self.stranger):
            with self.assertRaises((people.NotYourPerson, people.NotYourself)):
                people.revoke(self.selim, by=by)

    def test_the_second_administrator_learns_that_it_was_done(self):
        people.revoke(self.ayse, by=self.yonca)
        with self.assertRaises(people.PersonMovedOn):
            people.revoke(self.ayse, by=self.yonca)

    def test_ending_one_role_keeps_the_others(self):
        also = Membership.objects.create(person=self.selim, role=Role.MUNICIPAL_ADMIN, municipality=self.odunpazari)
        people.end_membership(also, by=self.zehra)
        assert [m.role for m in self.selim.memberships.current()] == [Role.STAFF]
        assert Person.objects.get(pk=self.selim.pk).is_active


class Erasing(Cast, TestCase):
    def test_forgets_who_it_was_and_keeps_what_happened(self):
        a_contact(self.odunpazari, person=self.selim, name="Selim Aydın")
        journal.record("ticket.noted", self.odunpazari, by=self.selim, text="Ben Selim, beni arayın")
        before = Entry.objects.count()
        people.erase(self.selim, by=self.yonca)

        erased = Person.objects.get(pk=self.selim.pk)
        tables = [list(model.objects.values()) for model in (Contact, Entry, PersonalText)]
        left = f"{vars(erased)} {tables}".lower()
        assert "selim" not in left
        assert "aydın" not in left
        assert not erased.has_usable_password()
        assert not erased.is_active
        assert Entry.objects.filter(kind="person.erased", subject_id=str(self.selim.pk)).exists()
        assert Entry.objects.count() > before

    def test_is_for_platform_administrators(self):
        with self.assertRaises(people.NotYourPerson):
            people.erase(self.selim, by=self.zehra)

    def test_may_be_repeated(self):
        people.erase(self.selim, by=self.yonca)
        people.erase(self.selim, by=self.yonca)


class WhoSeesWhom(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.observer = a_person()
        Membership.objects.create(person=self.observer, role=Role.UNION_OBSERVER, province=self.eskisehir_province)
        a_contact(self.odunpazari)
        a_contact(self.merzifon)
        Invitation.objects.create(
            email="a@b.test",
            role=Role.STAFF,
            municipality=self.odunpazari,
            secret_digest="x",
            expires_at="2100-01-01T00:00Z",
        )

    def seen(self, queryset, person) -> set[str]:
        return {str(found) for found in queryset.visible_to(person)}

    def test_the_national_team_sees_every_municipality_person_and_contact(self):
        for person in (self.ayse, self.leyla, self.nermin, self.kemal, self.yonca):
            assert Municipality.objects.visible_to(person).count() == 4
            assert Person.objects.visible_to(person).count() == Person.objects.count()
            assert Contact.objects.visible_to(person).count() == 2

    def test_staff_see_their_municipality_and_themselves(self):
        assert self.seen(Municipality.objects, self.selim) == {str(self.odunpazari)}
        assert self.seen(Person.objects, self.selim) == {"Selim Aydın"}
        assert list(Contact.objects.visible_to(self.selim).values_list("municipality", flat=True)) == [
            self.odunpazari.pk
        ]

    def test_a_municipal_administrator_sees_the_colleagues(self):
        assert self.seen(Person.objects, self.zehra) == {"Selim Aydın", "Zehra Işık"}
        assert Invitation.objects.visible_to(self.zehra).count() == 1
        assert Membership.objects.visible_to(self.zehra).count() == 2

    def test_an_observer_of_a_province_sees_its_municipalities_and_no_people(self):
        assert Municipality.objects.visible_to(self.observer).count() == 2
        assert Person.objects.visible_to(self.observer).get() == self.observer
        assert not Contact.objects.visible_to(self.observer).exists()

    def test_a_foreign_municipality_sees_nothing_of_ours(self):
        assert self.seen(Municipality.objects, self.hatice) == {str(self.merzifon)}
        assert not Invitation.objects.visible_to(self.hatice).exists()
        assert Person.objects.visible_to(self.hatice).get() == self.hatice

    def test_strangers_and_the_revoked_see_only_themselves(self):
        people.revoke(self.ayse, by=self.yonca)
        for person in (self.stranger, Person.objects.get(pk=self.ayse.pk)):
            assert not Municipality.objects.visible_to(person).exists()
            assert not Contact.objects.visible_to(person).exists()
            assert not Membership.objects.current().visible_to(person).exists()
            assert Person.objects.visible_to(person).get() == person

    def test_a_role_that_ended_opens_nothing(self):
        self.selim.memberships.update(until=self.selim.created_at, since=self.selim.created_at)
        assert not Municipality.objects.visible_to(Person.objects.get(pk=self.selim.pk)).exists()

    def test_only_who_holds_a_role_today_and_may_sign_in_is_asked_for_it(self):
        assert self.ayse in Person.objects.holding(Membership.DESK_ROLES)
        assert self.selim not in Person.objects.holding(Membership.DESK_ROLES)
        self.ayse.memberships.update(until=self.ayse.created_at, since=self.ayse.created_at)
        assert self.ayse not in Person.objects.holding(Membership.DESK_ROLES)

    def test_somebody_with_two_roles_is_named_once(self):
        Membership.objects.create(person=self.ayse, role=Membership.Role.SHIFT_LEAD)
        assert list(Person.objects.holding(Membership.DESK_ROLES)).count(self.ayse) == 1
