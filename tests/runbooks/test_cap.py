"""Each released broadcast is a valid CAP 1.2 alert of the right kind."""

from pathlib import Path

from django.test import TestCase
from lxml import etree

from runbooks.broadcasts.compose import drafts
from runbooks.broadcasts.delivery import sending
from runbooks.broadcasts.report import cap
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, drill_list_of, submitted

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "schemas" / "cap-1.2.xsd")))
NAMES = {"cap": cap.NAMESPACE}


class SpeakingCap(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 2)
        drill_list_of(2)

    def released(self, **fields):
        broadcast = submitted(self.nermin, **fields)
        approve(broadcast, self.kemal)
        sending.dispatch_due()
        return broadcast

    def alert(self, broadcast):
        root = etree.fromstring(cap.alert(broadcast))
        SCHEMA.assertValid(root)
        return lambda name: root.findtext(f".//cap:{name}", namespaces=NAMES)

    def test_an_alert_names_its_province(self):
        said = self.alert(self.released())
        self.assertEqual((said("status"), said("msgType"), said("scope")), ("Actual", "Alert", "Restricted"))
        self.assertEqual((said("areaDesc"), said("value"), said("references")), ("Eskişehir", "26", None))

    def test_a_drill_is_an_exercise(self):
        self.assertEqual(self.alert(self.released(is_drill=True))("status"), "Exercise")

    def test_a_correction_is_an_update_of_what_it_corrects(self):
        first = self.released()
        correction = drafts.correct(first, by=self.nermin)
        said = self.alert(correction)
        self.assertEqual((said("msgType"), said("references")), ("Update", cap.reference(first)))

    def test_a_stopped_broadcast_cancels_itself(self):
        broadcast = self.released()
        sending.stop(broadcast, by=self.leyla)
        said = self.alert(broadcast)
        self.assertEqual((said("msgType"), said("references")), ("Cancel", cap.reference(broadcast)))

    def test_hostile_text_stays_text(self):
        said = self.alert(self.released(subject="</event><x>&", text="<script> & ]]>"))
        self.assertEqual((said("event"), said("description")), ("</event><x>&", "<script> & ]]>"))

    def test_anyone_reads_what_was_released_and_nobody_what_was_not(self):
        released, waiting = self.released(is_public=True), submitted(self.leyla, is_public=True)
        feed = self.client.get("/broadcasts/cap/")
        self.assertContains(feed, f"/broadcasts/cap/{released.pk}.xml")
        self.assertNotContains(feed, f"/broadcasts/cap/{waiting.pk}.xml")
        self.assertEqual(self.client.get(f"/broadcasts/cap/{waiting.pk}.xml").status_code, 404)
