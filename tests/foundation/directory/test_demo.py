"""The demonstration loads, and loading it again changes nothing."""

from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import TestCase

from foundation.directory import demo
from foundation.directory.models import Contact, Membership, Municipality, Person


class TheDemonstration(TestCase):
    @classmethod
    def setUpTestData(cls):
        demo.load()

    def test_every_municipality_has_three_verified_mobiles_nobody_owns(self):
        assert Contact.objects.count() == 3 * Municipality.objects.count() == 4221
        assert not Contact.objects.filter(verified_at=None).exists()
        addresses = set(Contact.objects.values_list("address", flat=True))
        assert len(addresses) == 4221
        assert all(address.startswith("+90599") and len(address) == 13 for address in addresses)

    def test_each_account_signs_in(self):
        for email, *_rest in demo.ACCOUNTS:
            assert authenticate(email=email, password=demo.PASSWORD) == Person.objects.get(email=email)

    def test_every_role_of_the_journeys_is_there(self):
        roles = set(Membership.objects.values_list("role", flat=True))
        assert {"agent", "shift_lead", "operator", "approver", "platform_admin", "staff", "municipal_admin"} <= roles

    def test_a_second_load_adds_nothing_and_is_quick_on_the_database(self):
        before = (Person.objects.count(), Contact.objects.count(), Membership.objects.count())
        with self.assertNumQueries(13):
            demo.load()
        assert before == (Person.objects.count(), Contact.objects.count(), Membership.objects.count())


def test_the_command_loads_each_part(db, capsys):
    call_command("load_demo")
    assert "foundation.directory.demo" in capsys.readouterr().out
