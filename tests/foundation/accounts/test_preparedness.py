"""How ready municipalities are: points and their reasons, the weakest first, in a fixed number of questions."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation import now
from foundation.accounts import contacts
from foundation.accounts.preparedness import counting, overview, scoring
from foundation.accounts.preparedness.scoring import PreparednessFacts
from foundation.accounts.readiness import weak_municipalities
from foundation.directory.metrics import PreparednessFigures
from foundation.directory.models import Contact, Municipality, Person, Preparedness
from foundation.readiness import Readiness
from tests.cast import Cast, a_contact, a_municipality, a_person
from tests.wall.walking import signed_in

DAY = timedelta(days=1)


def points(**facts) -> dict[str, int]:
    at = now()
    return {part.code: part.points for part in scoring.parts(PreparednessFacts(**facts), at)}


class Points(TestCase):
    def test_nothing_is_nothing_and_everything_is_a_hundred(self):
        assert scoring.score(PreparednessFacts(), now()) == 0
        whole = PreparednessFacts(3, True, True, now() - DAY, now() - DAY)
        assert scoring.score(whole, now()) == 100
        assert all(part.is_whole for part in scoring.parts(whole, now()))

    def test_one_way_is_half_and_time_lowers(self):
        assert [points(verified_ways=n)["ways"] for n in (0, 1, 2, 9)] == [0, 15, 30, 30]
        assert [points(last_sign_in_at=now() - n * DAY)["sign-in"] for n in (1, 89, 91, 364, 366)] == [
            20,
            20,
            10,
            10,
            0,
        ]
        assert [points(last_drill_at=now() - n * DAY)["drill"] for n in (1, 364, 366, 729, 731)] == [20, 20, 10, 10, 0]

    def test_every_part_says_why(self):
        for facts in (PreparednessFacts(), PreparednessFacts(1, False, True, now() - 500 * DAY, now() - 200 * DAY)):
            assert all(part.reason and part.title for part in scoring.parts(facts, now()))


class Counting(Cast, TestCase):
    def facts(self, place: Municipality) -> PreparednessFacts:
        return counting.facts_of([place.pk])[place.pk]

    def test_only_verified_ways_that_nobody_stopped_count_each_address_once(self):
        a_contact(self.odunpazari, duty="it", address="+905990000001")
        a_contact(self.odunpazari, duty="mayor", address="+905990000001")
        a_contact(self.odunpazari, duty="mayor", verified_at=None)
        a_contact(self.odunpazari, duty="secretary", opted_out_at=now())
        assert self.facts(self.odunpazari).verified_ways == 1
        assert self.facts(self.merzifon) == PreparednessFacts(has_administrator=False)

    def test_a_deputy_counts_once_its_address_is_verified(self):
        one, two = a_contact(self.odunpazari), a_contact(self.odunpazari, duty="mayor", verified_at=None)
        contacts.name_deputy(one, two, by=self.zehra)
        assert not self.facts(self.odunpazari).has_deputy
        Contact.objects.filter(pk=two.pk).update(verified_at=now())
        assert self.facts(self.odunpazari).has_deputy
        contacts.name_deputy(one, None, by=self.zehra)
        assert not self.facts(self.odunpazari).has_deputy

    def test_a_deputy_is_of_the_same_municipality_and_another_address(self):
        one = a_contact(self.odunpazari)
        same = a_contact(self.odunpazari, duty="mayor", address=one.address)
        for deputy in (a_contact(self.merzifon), same, one):
            with self.assertRaises(contacts.DeputyDoesNotFit):
                contacts.name_deputy(one, deputy, by=self.yonca)
        with self.assertRaises(contacts.NotYourMunicipality):
            contacts.name_deputy(one, None, by=self.hatice)

    def test_sign_ins_are_of_people_who_still_work_there(self):
        Person.objects.filter(pk=self.selim.pk).update(last_login=now())
        assert self.facts(self.odunpazari).last_sign_in_at
        self.selim.memberships.update(until=now() - DAY)
        assert self.facts(self.odunpazari).last_sign_in_at is None

    def test_the_sweep_writes_what_differs_and_forgets_closed_places(self):
        assert counting.keep() == Municipality.objects.count()
        assert counting.keep() == 0
        a_contact(self.merzifon)
        assert counting.keep() == 1
        assert Preparedness.objects.get(municipality=self.merzifon).score == 15
        Municipality.objects.filter(pk=self.merzifon.pk).update(closed_at=now())
        counting.keep()
        assert not Preparedness.objects.filter(municipality=self.merzifon).exists()

    def test_questions_do_not_grow_with_the_country(self):
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                counting.facts_of()
            return len(queries)

        before = asked()
        for number in range(40):
            a_contact(a_municipality(f"260{number + 20}", f"Yer {number}", province=self.eskisehir_province))
        assert asked() == before


class Pages(Cast, TestCase):
    def setUp(self):
        super().setUp()
        a_contact(self.odunpazari)
        counting.keep()

    def test_the_weakest_come_first_and_a_province_is_chosen(self):
        page = signed_in(self.nermin).get(reverse("accounts:preparedness"))
        shown = [row.municipality.code for row, _reasons in page.context["rows"]]
        assert set(shown) == {"26000", "26010", "05000", "05004"} and shown[-1] == "26010"
        assert "ikinci doğrulanmış yol" in page.content.decode()
        page = signed_in(self.nermin).get(reverse("accounts:preparedness"), {"province": "05"})
        assert {row.municipality.code for row, _reasons in page.context["rows"]} == {"05000", "05004"}

    def test_a_union_observer_sees_the_own_province_and_staff_no_list(self):
        observer = a_person()
        observer.memberships.create(role="union_observer", province=self.amasya_province)
        page = signed_in(observer).get(reverse("accounts:preparedness"))
        assert {row.municipality.code for row, _reasons in page.context["rows"]} == {"05000", "05004"}
        assert signed_in(self.selim).get(reverse("accounts:preparedness")).status_code == 403

    def test_a_municipality_reads_its_reasons_and_its_administrator_the_doors(self):
        address = reverse("accounts:preparedness_of", args=["26010"])
        page = signed_in(self.selim).get(address).content.decode()
        assert "Tek yol doğrulanmış" in page and "Tamamla" not in page
        page = signed_in(self.zehra).get(address).content.decode()
        assert "100 üzerinden 45 puan" in page and reverse("accounts:contacts", args=["26010"]) in page
        assert signed_in(self.hatice).get(address).status_code == 404

    def test_set_up_and_prometheus_say_how_many_are_weak(self):
        assert weak_municipalities().readiness is Readiness.WORTH_A_LOOK
        samples = {family.name: family.samples[0].value for family in PreparednessFigures().collect()}
        assert samples["nobet_preparedness_weak_municipalities"] == Municipality.objects.count()
        Preparedness.objects.update(score=80)
        assert weak_municipalities().is_ready
        whole = overview.together(overview.provinces(self.nermin))
        assert whole and (whole.average, whole.weak) == (80, 0)
