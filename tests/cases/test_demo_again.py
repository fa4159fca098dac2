"""The demonstration's loader owns rows that people may change: started again, it starts, and what was added stays."""

from django.conf import settings
from django.test import TestCase

from monitoring import demo
from monitoring.models import Check, Node
from monitoring.simulator.map import LOOPBACK
from tests.cast import Cast


def load() -> None:
    """What of the loader makes rows that a sheet may change; the past outages need the whole country."""
    demo.make_nodes()
    demo.make_checks()
    demo.lean_on_the_core()


class StartedAgain(Cast, TestCase):
    def setUp(self):
        super().setUp()
        load()
        self.core = Node.objects.get(code="EBYS")

    def targets(self, node: Node) -> set[str]:
        return set(Check.objects.filter(node=node).values_list("target", flat=True))

    def test_a_node_and_a_check_added_through_the_sheet_stay(self):
        added = Node.objects.create(code="AAA", name="Sunucu", component=self.ebys)
        Check.objects.create(node=added, kind="http", target="https://ornek.example/saglik")
        load()
        self.assertIn("https://ornek.example/saglik", self.targets(added))
        self.assertEqual(Check.objects.filter(node=added, kind="http", name="").count(), 1)

    def test_a_check_that_asks_where_the_loader_would_is_not_made_twice(self):
        Node.objects.create(code="AAA", name="Sunucu", component=self.ebys)  # all ports move by one
        old = Check.objects.get(node=self.core, kind="http", name="")
        port = int(old.target.split(":")[2].split("/")[0])
        Check.objects.create(
            node=self.core, kind="http", name="ikinci", target=old.target.replace(str(port), str(port + 1))
        )
        load()
        load()
        self.assertIn(f"http://{LOOPBACK}:{port + 1}/saglik", self.targets(self.core))
        self.assertGreaterEqual(port, settings.CITY_PORT)

    def test_a_check_whose_target_was_changed_keeps_it(self):
        Check.objects.filter(node=self.core, name="").update(target="https://ebys.example/")
        load()
        self.assertIn("https://ebys.example/", self.targets(self.core))
