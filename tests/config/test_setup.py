"""What is missing for a first incident: on a page, in a terminal and as a metric, in the same words."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from prometheus_client import CollectorRegistry

from config import metrics
from config.setup import parts, report
from foundation import now, readiness
from foundation.directory.models import Component, Contact, Membership, Municipality, Person, SetupProof
from foundation.journal.models import Entry
from foundation.leases.models import SweepMark
from foundation.outbox.models import OutboxMessage
from foundation.readiness import Readiness
from monitoring.models import Check, Node, SnapshotLease
from runbooks.models import Rota, Shift
from runbooks.plans import approval
from tests.cast import Cast
from tests.runbooks.plans import a_plan

EVERY = [
    "version", "workers", "places", "second-person", "on-call", "sms", "mail-out", "mail-in", "nodes", "contacts",
    "preparedness", "plan", "static-copy", "backup", "backup-proved", "clock", "disk", "certificate",
]  # fmt: skip


def finding_of(name):
    return next(one.finding for one in report.look(before_upgrade=True) if one.part.name == name)


def readiness_of(name):
    return finding_of(name).readiness


class AnEmptyHouse(TestCase):
    def setUp(self):
        self.owner = Person.objects.create_user("ada@house.test", name="Ada", phone="+905320000001")
        Membership.objects.create(person=self.owner, role=Membership.Role.PLATFORM_ADMIN)
        self.client.force_login(self.owner)

    def test_starts_and_says_in_order_what_it_lacks(self):
        self.assertEqual([one.part.name for one in report.look()], EVERY)
        page = self.client.get("/setup/")
        self.assertEqual(page.context["following"].part.name, "workers")
        for name in EVERY:
            self.assertContains(page, f'id="part-{name}"')
        tried = [part.name for part in report.all_parts() if part.test]
        self.assertEqual(tried, ["places", "sms", "mail-out", "mail-in", "certificate"])
        for name in tried:
            self.assertContains(page, f'action="/setup/{name}/test/"')
        self.assertFalse(SetupProof.objects.exists())

    def test_takes_the_shipped_registers_by_a_button(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post("/setup/places/test/")
        self.assertEqual(readiness_of("places"), Readiness.READY)
        self.assertTrue(Component.objects.filter(pk="TAHSILAT").exists())
        self.assertEqual(Municipality.objects.count(), 1407)
        self.assertIn("81", finding_of("nodes").sentence)

    def test_a_part_without_a_test_or_unknown_is_no_page(self):
        for name in ("version", "nothing"):
            self.assertEqual(self.client.post(f"/setup/{name}/test/").status_code, 404)

    def test_one_person_alone_is_not_two(self):
        self.assertEqual(readiness_of("second-person"), Readiness.MISSING)
        other = Person.objects.create_user("bora@house.test", name="Bora")
        Membership.objects.create(person=other, role=Membership.Role.OPERATOR)
        self.assertEqual(readiness_of("second-person"), Readiness.READY)
        Person.objects.filter(pk=other.pk).update(is_active=False)
        self.assertEqual(readiness_of("second-person"), Readiness.MISSING)

    @override_settings(SMS_GATEWAY="twilio")
    def test_an_sms_counts_when_a_gateway_took_it(self):
        self.assertEqual(readiness_of("sms"), Readiness.MISSING)
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post("/setup/sms/test/")
        self.assertEqual(readiness_of("sms"), Readiness.WORTH_A_LOOK)
        message = OutboxMessage.objects.get(batch__key__startswith="setup-sms")
        self.assertEqual(message.address, "+905320000001")
        OutboxMessage.objects.update(state="submitted", gateway="twilio")
        self.assertEqual(readiness_of("sms"), Readiness.READY)
        OutboxMessage.objects.update(state="failed")
        self.assertEqual(readiness_of("sms"), Readiness.MISSING)
        SetupProof.objects.update(at=now() - timedelta(days=120))
        self.assertEqual(readiness_of("sms"), Readiness.MISSING)

    def test_the_console_is_no_gateway_and_no_mail_server(self):
        self.assertIn("SMS_GATEWAY", finding_of("sms").sentence)
        self.assertIn("EMAIL_URL", finding_of("mail-out").sentence)

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend")
    def test_a_letter_counts_when_the_server_took_it(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post("/setup/mail-out/test/")
        OutboxMessage.objects.update(state="delivered")
        self.assertEqual(readiness_of("mail-out"), Readiness.READY)

    @override_settings(IMAP_URL="imap://127.0.0.1:1/")
    def test_a_mailbox_that_does_not_open_is_said(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post("/setup/mail-in/test/")
        self.assertIn("ConnectionRefusedError", finding_of("mail-in").sentence)
        SweepMark.objects.create(name="helpdesk.mail", succeeded_at=now())
        self.assertEqual(readiness_of("mail-in"), Readiness.READY)

    def test_a_backup_is_made_and_then_proved(self):
        self.assertEqual(readiness_of("backup"), Readiness.MISSING)
        readiness.keep_proof("backup", passed=True, said="nobet-1")
        self.assertEqual((readiness_of("backup"), readiness_of("backup-proved")), (Readiness.READY, Readiness.MISSING))
        readiness.keep_proof("backup-proved", passed=False, said="a row is missing")
        self.assertIn("a row is missing", finding_of("backup-proved").sentence)
        readiness.keep_proof("backup-proved", passed=True)
        self.assertEqual(readiness_of("backup-proved"), Readiness.READY)
        SetupProof.objects.update(at=now() - timedelta(days=40))
        self.assertEqual((readiness_of("backup"), readiness_of("backup-proved")), (Readiness.MISSING,) * 2)
        self.assertEqual(Entry.objects.filter(kind="setup.tried").count(), 3)

    @override_settings(SECURE=True, PUBLIC_BASE_URL="https://127.0.0.1:1")
    def test_a_certificate_is_read_and_its_end_awaited(self):
        self.assertEqual(readiness_of("certificate"), Readiness.WORTH_A_LOOK)
        parts.read_certificate()
        self.assertIn("ConnectionRefusedError", finding_of("certificate").sentence)
        for days, readable in ((10, Readiness.MISSING), (60, Readiness.READY)):
            readiness.keep_proof("certificate", passed=True, said=(now() + timedelta(days=days)).isoformat())
            self.assertEqual(readiness_of("certificate"), readable)

    def test_a_full_disk_and_a_free_clock_are_said(self):
        for free, readable in ((5, Readiness.MISSING), (15, Readiness.WORTH_A_LOOK), (50, Readiness.READY)):
            with mock.patch.object(parts.shutil, "disk_usage", return_value=mock.Mock(free=free, total=100)):
                self.assertEqual(readiness_of("disk"), readable)
        for loose, readable in ((True, Readiness.WORTH_A_LOOK), (False, Readiness.READY)):
            with mock.patch.object(parts, "is_unsynchronised", return_value=loose):
                self.assertEqual(readiness_of("clock"), readable)

    def test_the_copy_on_disk_is_fresh(self):
        self.assertEqual(readiness_of("static-copy"), Readiness.MISSING)

    def test_a_part_that_breaks_is_missing_and_the_others_answer(self):
        with mock.patch("config.setup.parts.shutil.disk_usage", side_effect=OSError):
            self.assertEqual(readiness_of("disk"), Readiness.MISSING)
            self.assertEqual(len(report.look()), len(EVERY))


class AHouseAtWork(Cast, TestCase):
    def test_a_carrier_without_a_number_cannot_be_reached(self):
        rota = Rota.objects.create(key="nobet", name_tr="Nöbet", name_en="Watch")
        for rank, person in ((1, self.nermin), (2, self.leyla)):
            times = {"starts_at": now() - timedelta(hours=1), "ends_at": now() + timedelta(hours=8)}
            Shift.objects.create(rota=rota, person=person, rank=rank, **times)
        self.assertIn("Nermin Kaya", finding_of("on-call").sentence)
        self.assertEqual(readiness_of("on-call"), Readiness.MISSING)
        Person.objects.filter(pk=self.leyla.pk).update(phone="+905320000001")
        self.assertEqual(readiness_of("on-call"), Readiness.READY)
        Shift.objects.filter(rank=2).delete()
        Person.objects.filter(pk=self.nermin.pk).update(phone="+905320000001")
        self.assertEqual(readiness_of("on-call"), Readiness.WORTH_A_LOOK)

    def test_every_province_is_watched_and_reached(self):
        for place in (self.odunpazari, self.merzifon):
            self.assertEqual((readiness_of("nodes"), readiness_of("contacts")), (Readiness.MISSING,) * 2)
            node = Node.objects.create(code=place.code, name=place.name, municipality=place)
            Check.objects.create(node=node, kind="http", target="https://x.example")
            Contact.objects.create(
                municipality=place, duty="it", channel="sms", address=f"+90532{place.code}11", verified_at=now()
            )
        self.assertEqual((readiness_of("nodes"), readiness_of("contacts")), (Readiness.READY,) * 2)
        Contact.objects.update(opted_out_at=now())
        self.assertIn("Amasya", finding_of("contacts").sentence)

    def test_a_plan_counts_when_it_is_approved(self):
        self.assertIn("10", finding_of("plan").sentence)
        plan = a_plan("manual")
        self.assertEqual(readiness_of("plan"), Readiness.MISSING)
        approval.approve(plan, by=self.kemal)
        self.assertEqual(readiness_of("plan"), Readiness.READY)

    def test_only_the_platform_opens_the_page(self):
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.get("/setup/").status_code, 403)

    def test_costs_as_many_queries_for_a_country_as_for_a_village(self):
        self.client.force_login(self.yonca)
        with CaptureQueriesContext(connection) as before:
            self.client.get("/setup/")
        for place in (self.odunpazari, self.merzifon, self.eskisehir):
            Node.objects.create(code=place.code, name=place.name, municipality=place)
            a_plan("manual", code=f"DR-9{place.code[-1]}")
        with CaptureQueriesContext(connection) as after:
            self.client.get("/setup/")
        self.assertLessEqual(len(after), len(before))


@pytest.mark.django_db
def test_the_copy_on_disk_counts_while_it_is_fresh(settings, tmp_path):
    settings.STATUS_SNAPSHOT_DIR = str(tmp_path)
    assert readiness_of("static-copy") is Readiness.MISSING
    (Path(tmp_path) / "index.html").write_text("x", encoding="utf-8")
    SnapshotLease.objects.update_or_create(pk=1, defaults={"written_at": now()})
    assert readiness_of("static-copy") is Readiness.READY
    SnapshotLease.objects.update(written_at=now() - timedelta(hours=1))
    assert readiness_of("static-copy") is Readiness.MISSING


@pytest.mark.django_db
def test_the_doctor_ends_with_nothing_only_when_nothing_is_missing():
    said = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("doctor", stdout=said)
    assert refusal.value.returncode == 1
    assert [line.split()[1] for line in said.getvalue().splitlines()] == EVERY
    with mock.patch.object(report, "look", return_value=[]):
        call_command("doctor", "--before-upgrade")


@pytest.mark.django_db
def test_the_doctor_looks_at_more_before_an_upgrade():
    names = [part.name for part in report.all_parts(before_upgrade=True)]
    assert names == [*EVERY, "quiet", "fresh-backup"]
    assert readiness_of("quiet") is Readiness.READY


@pytest.mark.django_db
def test_the_metric_names_every_part():
    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics.Doctor())
    assert registry.get_sample_value("nobet_doctor_findings", {"part": "plan"}) == 1
    assert registry.get_sample_value("nobet_doctor_findings", {"part": "version"}) == 0
