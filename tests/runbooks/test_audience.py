"""Whom a broadcast reaches: once a number, in order, with reasons for those left out."""

from django.test import TestCase

from foundation import now
from foundation.directory.models import Contact
from foundation.language import phone_numbers
from monitoring import outages
from monitoring.models import Affected
from runbooks.broadcasts.compose import audience
from runbooks.broadcasts.compose.audience import AudienceRule
from tests.cast import Cast

Duty = Contact.Duty


def a_contact(municipality, duty=Duty.IT, address="+905321234567", **fields):
    fields = {"verified_at": now(), "name": "Biri", **fields}
    return Contact.objects.create(municipality=municipality, duty=duty, channel="sms", address=address, **fields)


def test_every_way_of_writing_a_mobile_number_is_one_number():
    written = ["0532 123 45 67", "532 123 45 67", "+90 532 123 45 67", "00905321234567", "(0532) 123-4567"]
    assert {phone_numbers.read(text) for text in written} == {phone_numbers.Number("+905321234567", "mobile")}


def test_what_cannot_receive_an_sms_says_why():
    kinds = {text: phone_numbers.read(text).kind for text in ["0312 000 00 00", "444 1 153", "153", "0850 123 45 67"]}
    assert set(kinds.values()) == {"landline"}
    assert {phone_numbers.read(text).kind for text in ["", "yok", "+49 170 1234567", "5321234"]} == {"invalid"}


def test_a_page_shows_too_little_of_a_number_to_call_it():
    assert "1234567" not in phone_numbers.masked("+905321234567")


def test_a_number_to_call_is_written_as_one_dials_it():
    assert phone_numbers.spaced("+905321234567") == "+90 532 123 45 67"
    assert phone_numbers.spaced("dahili 12") == "dahili 12"


class FindingAnAudience(Cast, TestCase):
    def find(self, **conditions):
        return audience.find(AudienceRule(**conditions))

    def test_a_number_listed_thrice_is_one_recipient(self):
        a_contact(self.odunpazari)
        a_contact(self.merzifon, address="0532 123 45 67")
        a_contact(self.odunpazari, Duty.MAYOR, address="+90 532 123 4567")
        found = self.find()
        self.assertEqual(
            [(one.address, one.duty, one.listed) for one in found.included], [("+905321234567", "mayor", 3)]
        )

    def test_mayors_leave_first_then_secretaries_then_it(self):
        for number, duty in enumerate([Duty.OTHER, Duty.IT, Duty.CASH_DESK, Duty.SECRETARY, Duty.MAYOR]):
            a_contact(self.odunpazari, duty, address=f"+90532123450{number}")
        duties = [one.duty for one in self.find().included]
        self.assertEqual(duties, ["mayor", "secretary", "it", "cash_desk", "other"])

    def test_those_left_out_stand_apart_with_their_reason(self):
        a_contact(self.odunpazari, address="+905321110001", opted_out_at=now())
        a_contact(self.odunpazari, address="+905321110002", verified_at=None)
        a_contact(self.odunpazari, address="0222 211 11 11")
        a_contact(self.odunpazari, address="dahili 12")
        found = self.find()
        self.assertEqual(found.included, [])
        self.assertEqual({one.left_out for one in found.left_out}, {"opted_out", "unverified", "landline", "invalid"})

    def test_one_opt_out_counts_for_every_listing_of_the_number(self):
        a_contact(self.odunpazari)
        a_contact(self.merzifon, opted_out_at=now())
        found = self.find()
        self.assertEqual((found.included, found.left_out[0].left_out), ([], "opted_out"))

    def test_one_verified_listing_is_enough(self):
        a_contact(self.odunpazari, verified_at=None)
        a_contact(self.merzifon)
        self.assertEqual(len(self.find().included), 1)

    def test_places_duties_and_modules_narrow(self):
        a_contact(self.odunpazari, address="+905321110001")
        a_contact(self.merzifon, Duty.MAYOR, address="+905321110002")
        self.merzifon.components.add(self.tahsilat)
        self.odunpazari.components.add(self.rapor)
        reached = {
            "province": self.find(provinces=("26",)),
            "type": self.find(types=("ilce",), duties=("it",)),
            "module": self.find(components=("RAPOR",)),
            "tier": self.find(tiers=("C",)),
        }
        for name, found in reached.items():
            self.assertEqual([one.address for one in found.included], ["+905321110001"], name)

    def test_municipalities_with_something_down_now_are_found_and_no_longer_once_it_works(self):
        a_contact(self.odunpazari, address="+905321110001")
        a_contact(self.merzifon, address="+905321110002")
        self.assertEqual(self.find(red_now=True).included, [])
        outage = outages.declare(municipalities=[self.merzifon], scope="local", by=self.nermin)
        self.assertEqual([one.address for one in self.find(red_now=True).included], ["+905321110002"])
        Affected.objects.filter(outage=outage).update(until=now())
        self.assertEqual(self.find(red_now=True).included, [])

    def test_an_uploaded_list_is_the_whole_audience(self):
        a_contact(self.odunpazari, address="+905320000000")
        a_contact(self.merzifon, address="+905321110002", opted_out_at=now())
        rows = audience.read_file("telefon;ad;görev\n0532 111 00 01;Ali;mayor;26010\n0532 111 00 02;Veli;;\n")
        found = self.find(file=rows)
        self.assertEqual(
            [(one.address, one.municipality_id) for one in found.included], [("+905321110001", self.odunpazari.pk)]
        )
        self.assertEqual([one.left_out for one in found.left_out], ["opted_out"])

    def test_a_wrong_line_refuses_the_whole_file_by_its_number(self):
        with self.assertRaisesMessage(audience.FileIsWrong, "2"):
            audience.read_file("0532 111 00 01;Ali;mayor\n0532 111 00 02;Veli;kral\n")

    def test_the_digest_changes_with_the_list_and_with_nothing_else(self):
        a_contact(self.odunpazari)
        before = self.find().digest
        self.assertEqual(before, self.find().digest)
        a_contact(self.merzifon, address="+905321110009")
        self.assertNotEqual(before, self.find().digest)

    def test_a_rule_survives_its_row(self):
        rule = AudienceRule(provinces=("26",), red_now=True, file=(("0532", "Ali", "it", "26010"),))
        self.assertEqual(AudienceRule.from_json(rule.to_json()), rule)
