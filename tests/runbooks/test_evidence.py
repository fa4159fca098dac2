"""Evidence that proves itself, and shows any change."""

import base64
import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from pypdf import PdfReader, PdfWriter

from foundation.journal.models import Entry
from foundation.outbox.delivery import dispatch
from runbooks.broadcasts.delivery import sending
from runbooks.broadcasts.report import evidence, evidence_pdf
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

    def told(self):
        return evidence.envelope(self.broadcast, by=self.nermin)

    def file(self, data: bytes) -> str:
        path = Path(self.enterContext(TemporaryDirectory())) / "kanit"
        path.write_bytes(data)
        return str(path)

    def test_pages_and_list_are_printed_from_the_signed_document_alone(self):
        told = self.told()
        self.assertEqual(evidence_pdf.pages(told), evidence_pdf.pages(json.loads(json.dumps(told))))
        found, printed = evidence_pdf.open_file(evidence_pdf.bundle(told))
        self.assertEqual((found, sorted(printed)), (told, ["csv", "pdf"]))
        self.assertEqual(evidence_pdf.open_file(evidence_pdf.pages(told))[0], told)
        self.assertEqual(evidence_pdf.misprints(told, printed), [])

    def test_the_list_names_everyone_once_under_digest_and_signature(self):
        told = self.told()
        lines = evidence_pdf.table(told).splitlines()
        self.assertIn(told["sha256"], lines[1])
        self.assertIn(told["signature"], lines[2])
        self.assertEqual(len(lines[6:]), 3)
        self.assertNotIn("53200000", evidence_pdf.table(told))

    def test_the_command_judges_pages_and_bundle(self):
        told = self.told()
        for data in (evidence_pdf.pages(told), evidence_pdf.bundle(told), json.dumps(told).encode()):
            said = StringIO()
            call_command("verify_evidence", self.file(data), stdout=said)
            self.assertIn(f"{self.broadcast.number}: genuine", said.getvalue())

    def test_a_changed_page_or_list_is_named(self):
        told = self.told()
        pages = evidence_pdf.pages(told)
        with self.assertRaisesRegex(CommandError, "basılmamış.*pdf"):
            call_command("verify_evidence", self.file(pages.replace(b"/Lang (tr)", b"/Lang (en)")))
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as box:
            box.writestr("x.json", json.dumps(told))
            box.writestr("x.csv", evidence_pdf.table(told).replace("··00", "··99"))
        with self.assertRaisesRegex(CommandError, "basılmamış.*csv"):
            call_command("verify_evidence", self.file(out.getvalue()))

    def test_pages_that_another_program_saved_anew_still_hold_what_was_signed(self):
        told = self.told()
        writer = PdfWriter(clone_from=BytesIO(evidence_pdf.pages(told)))
        writer.compress_identical_objects()
        out = BytesIO()
        writer.write(out)
        self.assertEqual(evidence_pdf.open_file(out.getvalue())[0], told)
        with self.assertRaisesRegex(CommandError, "gerçek, ancak.*pdf"):
            call_command("verify_evidence", self.file(out.getvalue()))

    def test_the_pages_say_what_was_signed_to_whoever_reads_them(self):
        told = self.told()
        said = "\n".join(page.extract_text() for page in PdfReader(BytesIO(evidence_pdf.pages(told))).pages)
        for words in (self.broadcast.number, told["sha256"], told["public_key"], "··00"):
            self.assertIn(words, said)

    def test_of_two_signed_files_or_a_damaged_one_nobody_chooses(self):
        pages = evidence_pdf.pages(self.told())
        twice = PdfWriter(clone_from=BytesIO(pages))
        twice.add_attachment(evidence_pdf.INSIDE, b"{}")
        out = BytesIO()
        twice.write(out)
        place = pages.index(b"stream", pages.index(b"EmbeddedFile"))
        damaged = pages[: place + 20] + bytes(40) + pages[place + 60 :]
        for data in (
            out.getvalue(),
            damaged,
            pages[: len(pages) // 2],
            pages.replace(b"EmbeddedFiles", b"EmbeddedFilez"),
        ):
            with self.assertRaises(CommandError):
                call_command("verify_evidence", self.file(data))

    def test_a_forged_document_in_genuine_looking_pages_is_refused(self):
        told = self.told()
        told["document"] = told["document"].replace('"state":"delivered"', '"state":"failed"', 1)
        with self.assertRaisesRegex(CommandError, "imza bu"):
            call_command("verify_evidence", self.file(evidence_pdf.pages(told)))

    def test_what_is_no_evidence_is_refused_with_a_sentence(self):
        for data in (b"", b"%PDF-1.4 nothing", b"PK\x03\x04 broken", b"[1]", b"\xff\xfe"):
            with self.assertRaises(CommandError):
                call_command("verify_evidence", self.file(data))

    def test_the_page_hands_out_pages_and_bundle(self):
        self.client.force_login(self.nermin)
        for kind, begins in (("pdf", b"%PDF"), ("zip", b"PK")):
            answer = self.client.post(f"{self.broadcast.get_absolute_url()}evidence/", {"as": kind})
            self.assertTrue(answer.content.startswith(begins))
            self.assertIn(f"{self.broadcast.number}.{kind}", answer["Content-Disposition"])

    def test_the_page_hands_it_out_to_the_watch(self):
        self.client.force_login(self.nermin)
        answer = self.client.post(f"{self.broadcast.get_absolute_url()}evidence/")
        self.assertIn(self.broadcast.number, answer["Content-Disposition"])
        self.assertTrue(evidence.verify(answer.json(), evidence.public_key()).adds_up)


@pytest.mark.django_db
def test_the_command_says_yes_or_why_not(tmp_path):
    paper = tmp_path / "kanit.json"
    paper.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="kanıt zarfı değil"):
        call_command("verify_evidence", str(paper))
    said = StringIO()
    call_command("verify_evidence", "--public-key", stdout=said)
    assert said.getvalue().strip() == evidence.public_key()
