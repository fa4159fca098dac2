"""The registers of platform administrators."""

import re

from django.test import TestCase
from django.urls import reverse

from foundation.directory.models import Invitation, Membership, Person
from tests import cast
from tests.cast import Cast, a_person
from tests.foundation.accounts.test_people import signed_in

PAGES = ("everyone", "every_municipality", "every_component", "national_invitations")


class TheRegisters(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client = signed_in(self.yonca)

    def rows(self, page: str, **query) -> list[str]:
        answer = self.client.get(reverse(f"accounts:{page}"), query)
        return [str(row) for row in answer.context["rows"]]

    def test_open_for_platform_administrators_only(self):
        for page in PAGES:
            assert self.client.get(reverse(f"accounts:{page}")).status_code == 200
            for person in (self.selim, self.zehra, self.ayse, self.leyla, self.nermin, self.kemal, self.stranger):
                assert signed_in(person).get(reverse(f"accounts:{page}")).status_code == 403
        for action in ("one_person", "erasure"):
            assert signed_in(self.nermin).post(reverse(f"accounts:{action}", args=[self.selim.pk])).status_code == 403

    def test_find_people_municipalities_and_components_however_they_are_spelt(self):
        assert self.rows("everyone", q="AYDIN") == ["Selim Aydın"]
        assert self.rows("everyone", q="hatice@") == ["Hatice Çelik"]
        assert self.rows("every_municipality", q="ODUN") == [str(self.odunpazari)]
        assert self.rows("every_component", q="imza") == ["e-İmza"]
        assert self.rows("every_component", q="collection") == ["Tahsilat (vezne)"]
        assert self.rows("everyone", q="%") == []

    def test_are_paged_by_the_last_row_seen(self):
        for _ in range(110):
            a_person()
        url, seen = reverse("accounts:everyone"), []
        while url:
            answer = self.client.get(url)
            seen += [row.pk for row in answer.context["rows"]]
            following = answer.context["following"]
            url = following and f"{reverse('accounts:everyone')}?cursor={following}"
        assert len(seen) == len(set(seen)) == Person.objects.count()

    def test_list_people_in_the_order_of_the_turkish_alphabet(self):
        for name in ("Ceyhan", "Çankaya", "Irmak", "İnci", "Cumhur"):
            a_person(name=name)
        names = [name for name in self.rows("everyone") if " " not in name]
        assert names == ["Ceyhan", "Cumhur", "Çankaya", "Irmak", "İnci"]

    def test_a_forged_cursor_is_refused_politely(self):
        assert self.client.get(reverse("accounts:everyone"), {"cursor": "x"}).status_code == 422

    def test_cost_the_same_for_ten_and_for_fifty_people(self):
        url = reverse("accounts:everyone")
        self.client.get(url)
        with self.assertNumQueries(5):
            self.client.get(url)
        for _ in range(60):
            a_person(Membership.Role.STAFF, municipality=self.odunpazari)
        with self.assertNumQueries(5):
            self.client.get(url)

    def test_show_a_person_with_every_role_held(self):
        page = self.client.get(reverse("accounts:one_person", args=[self.selim.pk])).text
        assert "belediye personeli" in page
        assert "Odunpazarı" in page

    def test_end_one_role_and_leave_the_others(self):
        also = Membership.objects.create(person=self.selim, role=Membership.Role.AGENT)
        page = self.client.post(reverse("accounts:ending", args=[also.pk]), follow=True)
        assert page.status_code == 200
        assert [m.role for m in self.selim.memberships.current()] == ["staff"]
        assert self.client.post(reverse("accounts:ending", args=[also.pk])).status_code == 404


class InvitingNationally(Cast, TestCase):
    def invite(self, **wish):
        return signed_in(self.yonca).post(
            reverse("accounts:national_invitations"), {"email": "x@y.test", "municipality": "", **wish}
        )

    def test_an_operator(self):
        assert self.invite(role="operator").status_code == 302
        assert Invitation.objects.get().municipality is None

    def test_municipal_staff_by_code(self):
        assert self.invite(role="staff", municipality="26010").status_code == 302
        assert Invitation.objects.get().municipality == self.odunpazari

    def test_explains_what_does_not_fit(self):
        for wish in (
            {"role": "staff"},
            {"role": "staff", "municipality": "99999"},
            {"role": "agent", "municipality": "26010"},
        ):
            assert list(self.invite(**wish).context["form"].errors) == ["municipality"]
        assert not Invitation.objects.exists()


class ErasingAPerson(Cast, TestCase):
    def test_asks_once_and_forgets(self):
        client = signed_in(self.yonca)
        url = reverse("accounts:erasure", args=[self.selim.pk])
        assert "Selim Aydın" in client.get(url).text
        assert client.post(url).status_code == 302
        assert not re.search("selim", client.get(reverse("accounts:everyone")).text, re.IGNORECASE)

    def test_wants_a_fresh_proof_of_who_asks(self):
        self.client.force_login(self.yonca)
        url = reverse("accounts:erasure", args=[self.selim.pk])
        assert self.client.post(url).headers["Location"].startswith("/accounts/reauthenticate/")
        assert Person.objects.get(pk=self.selim.pk).name == "Selim Aydın"


class TheWholeCountry(TestCase):
    def test_is_found_without_diacritics_in_the_order_of_a_register(self):
        cast.the_whole_country()
        client = signed_in(a_person(Membership.Role.PLATFORM_ADMIN))
        answer = client.get(reverse("accounts:every_municipality"), {"q": "pinarbasi"})
        assert [m.province_id for m in answer.context["rows"]] == ["02", "37", "38", "64"]
