"""Names stand in the order of a Turkish register wherever people choose from them: İ after I, before J."""

from django.core.cache import cache
from django.test import TestCase

from foundation.directory.models import Membership, Person
from foundation.language import collation
from helpdesk.tickets import agents
from monitoring.registry.forms import MaintenanceForm
from tests.cast import Cast, the_whole_country


class ListsToChooseFrom(Cast, TestCase):
    def in_order(self, names: list[str]) -> list[str]:
        return sorted(names, key=collation.sort_key)

    def test_colleagues(self):
        cache.clear()
        for name in ("İbrahim Uz", "Işıl Er", "Jale Ak", "Çetin Su", "Cem Ok"):
            person = Person.objects.create(email=f"{collation.fold(name)[:3]}@nobet.demo", name=name)
            Membership.objects.create(person=person, role=Membership.Role.AGENT)
        names = [colleague.name for colleague in agents.names_at_the_desk()]
        self.assertEqual(names, self.in_order(names))
        self.assertLess(names.index("İbrahim Uz"), names.index("Jale Ak"))

    def test_regions_and_provinces_of_a_window(self):
        the_whole_country()
        regions = MaintenanceForm().regions
        names = [region for region, _group, _chosen in regions]
        self.assertEqual(names, self.in_order(names))
        self.assertIn("İç Anadolu", names)
        for _region, group, _chosen in regions:
            provinces = [province.name for province, _ticked in group]
            self.assertEqual(provinces, self.in_order(provinces))
