"""The telephone line: signed, in Turkish, the code from the number it went to, any number of times."""

import urllib.parse
from xml.etree import ElementTree

from django.test import TestCase, override_settings
from twilio.request_validator import RequestValidator

from foundation.journal.models import Entry
from runbooks.broadcasts.delivery import acknowledgements, sending
from runbooks.models import Acknowledgement
from runbooks.views import ivr
from tests.cast import Cast
from tests.runbooks.builders import approve, contacts_in, submitted

BASE = "https://nobet.example"
ASKED, KEYED = "/acknowledgement/call/twilio", "/acknowledgement/call/twilio/code"


@override_settings(TWILIO_AUTH_TOKENS=["new-token", "old-token"], PUBLIC_BASE_URL=BASE)
class KeyingTheCodeOnACall(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 2)
        contacts_in(self.merzifon, 1, first=100)
        self.broadcast = submitted(self.nermin, text="Tahsilat durdu. Teyit kodu {kod}.")
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()

    def call(self, path, *, token="new-token", signature=None, **form):
        form = {"CallSid": "CA1", "From": "+905320000000", "Direction": "inbound", **form}
        signed = RequestValidator(token).compute_signature(BASE + path, form) if signature is None else signature
        return self.client.post(
            path,
            urllib.parse.urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signed},
        )

    def key(self, code, tries=1, **form):
        return self.heard(self.call(f"{KEYED}?tries={tries}", Digits=code, **form))

    def heard(self, answer):
        """(words spoken, address that is asked next or None), read as XML."""
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "text/xml; charset=utf-8"))
        root = ElementTree.fromstring(answer.content)
        self.assertEqual({say.get("language") for say in root.iter("Say")}, {"tr-TR"})
        gather = root.find("Gather")
        return next(root.iter("Say")).text, gather.get("action") if gather is not None else None

    def silent(self):
        return acknowledgements.heard(self.broadcast).silent

    def test_the_line_asks_for_four_digits_and_says_where_they_go(self):
        words, action = self.heard(self.call(ASKED))
        self.assertIn("dört rakam", words)
        self.assertEqual(action, f"{BASE}{KEYED}?tries=1")

    def test_the_code_from_the_number_it_went_to_is_an_acknowledgement(self):
        words, action = self.key(self.broadcast.code)
        self.assertIn(self.broadcast.subject, words)
        self.assertIsNone(action)
        self.assertEqual(self.silent(), 2)
        self.assertEqual(
            [(said.via, said.municipality) for said in Acknowledgement.objects.all()], [("keyed", self.odunpazari)]
        )
        self.assertEqual(acknowledgements.silent_municipalities(self.broadcast).get(), self.merzifon)

    def test_a_repeated_request_gets_the_same_answer_and_changes_nothing(self):
        first = self.key(self.broadcast.code)
        at = self.broadcast.recipients.get(address="+905320000000").acknowledged_at
        self.assertEqual(self.key(self.broadcast.code), first)
        self.assertEqual(self.broadcast.recipients.get(address="+905320000000").acknowledged_at, at)
        self.assertEqual(Entry.objects.filter(kind="broadcast.acknowledged").count(), 1)

    def test_neither_the_number_nor_the_code_alone_is_enough(self):
        wrong = "1000" if self.broadcast.code != "1000" else "1001"
        for call in ({"code": wrong}, {"code": self.broadcast.code, "From": "+905449999999"}, {"code": ""}):
            words, action = self.key(**call)
            self.assertNotIn(self.broadcast.subject, words)
            self.assertEqual(action, f"{BASE}{KEYED}?tries=2")
        self.assertEqual(self.silent(), 3)

    def test_after_three_codes_it_hangs_up(self):
        for tries in ("3", "x", "-1", "99999"):
            self.assertIsNone(self.key("0000", tries=tries)[1])

    def test_a_number_that_tries_many_codes_is_not_listened_to_for_a_while(self):
        for _time in range(ivr.CALLS["limit"]):
            self.key("0000")
        words, _action = self.key(self.broadcast.code)
        self.assertNotIn(self.broadcast.subject, words)
        self.assertEqual(self.silent(), 3)

    def test_what_the_gateway_did_not_sign_is_refused(self):
        for forged in ("", "bm90aGluZw=="):
            self.assertEqual(
                self.call(f"{KEYED}?tries=1", signature=forged, Digits=self.broadcast.code).status_code, 403
            )
        self.assertEqual(self.call(f"{KEYED}?tries=1", token="a-guess", Digits=self.broadcast.code).status_code, 403)
        with self.settings(TWILIO_AUTH_TOKENS=[]):
            self.assertEqual(self.call(ASKED).status_code, 403)
        self.assertEqual(self.silent(), 3)

    def test_a_subject_cannot_break_the_answer(self):
        self.broadcast.subject = 'A & B <Redirect>"'
        self.broadcast.save()
        self.assertIn('A & B <Redirect>"', self.key(self.broadcast.code)[0])
