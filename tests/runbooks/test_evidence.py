"""Evidence that proves itself, and shows any change."""

import base64
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from foundation.journal.models import Entry
from foundation.outbox import dispatch
from runbooks.broadcasts import evidence, sending
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted


class TakingEvidence(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()
        dispatch.deliver_sms()
        sending.follow()
        self.broadcast.refresh_from_db()

    def test_it_is_genuine_and_adds_up(self):
        found = evidence.verify(evidence.envelope(self.broadcast, by=self.nermin), evidence.public_key())
        self.assertEqual((found.number, found.recipients, found.adds_up), (self.broadcast.number, 3, True))
        self.assertEqual(Entry.objects.get(kind="broadcast.evidence_taken").facts["sha256"], found.sha256)

    def test_it_holds_no_telephone_number(self):
        self.assertNotIn("53200000", json.dumps(evidence.envelope(self.broadcast, by=self.nermin)))

    def test_a_changed_letter_or_a_strangers_key_shows(self):
        told = evidence.envelope(self.broadcast, by=self.nermin)
        for changed in (
            told | {"document": told["document"].replace("delivered", "failed", 1)},
            told | {"signature": base64.b64encode(b"x" * 64).decode()},
            {"document": 1},
            [],
        ):
            with self.assertRaises(evidence.NotGenuine):
                evidence.verify(changed, evidence.public_key())
        with override_settings(SECRET_KEY="another"):
            strange = evidence.public_key()
        with self.assertRaises(evidence.NotGenuine):
            evidence.verify(told, strange)

    def test_a_sum_that_does_not_close_is_named(self):
        told = evidence.document(self.broadcast)
        told["recipients"][0]["state"] = "failed"
        self.assertFalse(evidence._adds_up(told))

    def test_the_page_hands_it_out_to_the_watch(self):
        self.client.force_login(self.nermin)
        answer = self.client.post(f"{self.broadcast.get_absolute_url()}evidence/")
        self.assertIn(self.broadcast.number, answer["Content-Disposition"])
        self.assertTrue(evidence.verify(answer.json(), evidence.public_key()).adds_up)


@pytest.mark.django_db
def test_the_command_says_yes_or_why_not(tmp_path):
    paper = tmp_path / "kanit.json"
    paper.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="not an envelope"):
        call_command("verify_evidence", str(paper))
    said = StringIO()
    call_command("verify_evidence", "--public-key", stdout=said)
    assert said.getvalue().strip() == evidence.public_key()
