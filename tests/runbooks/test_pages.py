"""Who may open which page, what it says, and that queries do not grow with the list."""

from datetime import timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from monitoring import outages
from runbooks import demo, situation
from runbooks.broadcasts.compose import audience
from runbooks.broadcasts.delivery import acknowledgements, sending
from runbooks.forms import ApprovalForm
from runbooks.models import AudienceList, Broadcast, Rota, Run, Shift
from runbooks.plans import catalogue
from runbooks.rotas import on_call
from runbooks.runs import starting
from tests.cast import Cast
from tests.foundation.directory.test_spreadsheets import an_xlsx
from tests.runbooks.builders import CORRECTION, TEXT, a_draft, approve, contacts_in, submitted
from tests.runbooks.plans import a_plan


class OpeningThePages(Cast, TestCase):
    def setUp(self):
        super().setUp()
        catalogue.stock()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        self.drill = a_draft(self.nermin, is_drill=True, correction="")
        self.outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        self.run_ = starting.start(a_plan("manual", "decision"), by=self.nermin, outage=self.outage)

    def addresses(self):
        broadcast, drill = self.broadcast.get_absolute_url(), self.drill.get_absolute_url()
        return [
            "/broadcasts/",
            "/broadcasts/new/?template=outage-start",
            broadcast,
            *(f"{broadcast}{part}/" for part in ("draft", "standing", "recipients", "municipalities", "calls")),
            "/drills/",
            "/drills/new/?template=drill",
            drill,
            "/runbooks/",
            "/runbooks/DR-03/",
            f"/runbooks/runs/{self.run_.pk}/",
            f"/runbooks/runs/{self.run_.pk}/standing/",
            f"/runbooks/situation/{self.outage.pk}/",
            f"/runbooks/situation/{self.outage.pk}/sheet/",
            f"/runbooks/situation/{self.outage.pk}/column/?only=decisions",
        ]

    def test_the_watch_may_open_all_of_them_and_nobody_else_any(self):
        for address in self.addresses():
            for person, status in ((self.nermin, 200), (self.kemal, 200), (self.selim, 403), (self.ayse, 403)):
                self.client.force_login(person)
                self.assertEqual(self.client.get(address).status_code, status, f"{address} {person}")
            self.client.logout()
            self.assertEqual(self.client.get(address).status_code, 302, address)

    def test_a_drill_is_not_found_at_the_address_of_a_live_broadcast(self):
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.get(f"/broadcasts/{self.drill.pk}/").status_code, 404)
        self.assertEqual(self.client.get(f"/drills/{self.broadcast.pk}/").status_code, 404)

    def test_no_page_shows_a_whole_number_except_the_call_sheet(self):
        self.client.force_login(self.nermin)
        for address in self.addresses():
            shows = b"+905320000001" in self.client.get(address).content
            self.assertEqual(shows, address.endswith("/calls/"), address)

    def test_queries_do_not_grow_with_the_list(self):
        self.client.force_login(self.nermin)
        contacts_in(self.merzifon, 500, first=1000)
        big = submitted(self.leyla)
        for part in ("", "recipients/"):
            counts = []
            for broadcast in (self.broadcast, big):
                with CaptureQueriesContext(connection) as queries:
                    self.client.get(f"{broadcast.get_absolute_url()}{part}")
                counts.append(len(queries))
            self.assertEqual(counts[0], counts[1], part)
            self.assertLess(counts[1], 30, part)


class TheComposer(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        contacts_in(self.merzifon, 2, first=50)
        self.client.force_login(self.nermin)

    def post(self, address="/broadcasts/new/", **fields):
        fields = {"subject": "Kesinti", "text": TEXT, "correction": CORRECTION, "spelling": "plain", **fields}
        return self.client.post(address, fields)

    def test_the_preview_counts_and_sends_nothing(self):
        page = self.post(provinces=["26"], action="preview").content.decode()
        self.assertIn("itibariyla", page)
        self.assertFalse(Broadcast.objects.exists())

    def test_the_preview_names_a_link(self):
        self.assertContains(self.post(text="Bakin: nobet.bel.tr", action="preview"), "nobet.bel.tr”")

    def test_saving_makes_a_draft_with_its_rule(self):
        self.post(provinces=["26"], duties=["it"], action="save")
        draft = Broadcast.objects.get()
        self.assertEqual(draft.rule, {"provinces": ["26"], "duties": ["it"]})
        self.assertEqual(draft.prepared_by, self.nermin)

    def test_tokens_are_asked_for_and_filled_in(self):
        self.post(text="Saat {saat} itibarıyla durdu", token_saat="10.04", action="save")
        self.assertEqual(Broadcast.objects.get().text, "Saat 10.04 itibarıyla durdu")

    def test_a_drill_is_saved_as_a_drill(self):
        self.post("/drills/new/", action="save", lane="life_safety")
        self.assertEqual((Broadcast.objects.get().is_drill, Broadcast.objects.get().lane), (True, "drill"))


class WhatBecameOfEach(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        approve(self.broadcast, self.kemal)
        OutboxMessage.objects.filter(address="+905320000001").update(state="uncertain", reason="503")
        self.client.force_login(self.nermin)

    def lines(self, query=""):
        answer = self.client.get(f"{self.broadcast.get_absolute_url()}recipients/{query}")
        return [row.address for row, _message in answer.context["lines"]]

    def test_every_uncertain_recipient_is_listed_by_name_of_its_class(self):
        self.assertEqual(self.lines("?class=uncertain"), ["+905320000001"])
        self.assertEqual(len(self.lines("?class=in_flight")), 2)
        self.assertEqual((len(self.lines()), len(self.lines("?class=nonsense"))), (3, 3))

    def test_the_equation_leads_to_them(self):
        self.assertContains(self.client.get(self.broadcast.get_absolute_url()), "recipients/?class=uncertain")


class ApprovingOnThePage(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)

    def sign_in(self, person, ago=0):
        self.client.force_login(person)
        session = self.client.session
        at = now().timestamp() - ago
        session["account_authentication_methods_user"] = str(person.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": at}]
        session.save()

    def press(self, **fields):
        fields = {"binding": self.broadcast.binding, "typed_count": "3", **fields}
        return self.client.post(f"{self.broadcast.get_absolute_url()}approval/", fields)

    def status(self):
        return Broadcast.objects.get().status

    def test_a_fresh_second_person_sends(self):
        self.sign_in(self.kemal)
        self.press()
        self.assertEqual(self.status(), "sending")

    def test_a_stale_session_is_asked_to_confirm_first(self):
        self.sign_in(self.kemal, ago=600)
        answer = self.press()
        self.assertIn("reauthenticate", answer.headers.get("Location", ""))
        self.assertEqual(self.status(), "submitted")

    def test_in_production_a_fresh_password_sends_nothing(self):
        self.sign_in(self.kemal)
        with self.settings(REQUIRE_SECOND_FACTOR=True):
            self.assertEqual(self.press().status_code, 403)
        self.assertEqual(self.status(), "submitted")

    def test_whoever_has_a_second_factor_is_asked_for_it_and_not_for_the_password(self):
        TOTP.activate(self.kemal, generate_totp_secret())
        self.sign_in(self.kemal)
        self.assertIn("reauthenticate", self.press().headers.get("Location", ""))
        self.assertEqual(self.status(), "submitted")

    def test_the_submitter_reads_why_not(self):
        Membership.objects.create(person=self.nermin, role="approver")
        self.sign_in(self.nermin)
        self.assertEqual(self.press().status_code, 403)
        self.assertEqual(self.status(), "submitted")

    def test_the_count_is_understood_as_the_page_writes_it(self):
        for typed in ("5473", "5.473", " 5 473 ", "5,473", "5\u00a0473"):
            form = ApprovalForm({"typed_count": typed, "binding": "x"})
            self.assertTrue(form.is_valid(), typed)
            self.assertEqual(form.cleaned_data["typed_count"], 5473)
        for typed in ("", "beş", "-3", "54x3"):
            self.assertFalse(ApprovalForm({"typed_count": typed, "binding": "x"}).is_valid(), typed)

    def test_a_wrong_count_is_shown_at_the_field(self):
        self.sign_in(self.kemal)
        self.assertContains(self.press(typed_count="4"), "has-error", status_code=422)

    def test_an_approval_from_another_site_is_refused(self):
        browser = self.client_class(enforce_csrf_checks=True)
        browser.force_login(self.kemal)
        answer = browser.post(f"{self.broadcast.get_absolute_url()}approval/", {"typed_count": "3"})
        self.assertEqual((answer.status_code, self.status()), (403, "submitted"))

    def test_a_bearer_token_opens_no_page(self):
        answer = self.client.post(
            f"{self.broadcast.get_absolute_url()}approval/", {"typed_count": "3"}, headers={"Authorization": "Bearer x"}
        )
        self.assertEqual((answer.status_code, self.status()), (302, "submitted"))

    def test_nobody_approves_by_opening_a_link(self):
        self.sign_in(self.kemal)
        self.assertEqual(self.client.get(f"{self.broadcast.get_absolute_url()}approval/").status_code, 405)


class AcknowledgingByCode(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 3)
        self.broadcast = submitted(self.nermin)
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()

    def test_a_clerk_types_the_code_and_the_municipality_is_no_longer_silent(self):
        self.odunpazari.contacts.filter(address="+905320000001").update(person=self.selim)
        self.client.force_login(self.selim)
        page = self.client.post("/acknowledgement/", {"code": self.broadcast.code})
        self.assertContains(page, self.broadcast.number)
        heard = acknowledgements.heard(self.broadcast)
        self.assertEqual((heard.acknowledged, heard.silent, heard.silent_municipalities), (1, 2, 0))
        self.assertFalse(acknowledgements.call_sheet(self.broadcast).exists())

    def test_a_code_read_out_on_the_telephone_has_to_be_that_of_the_message(self):
        self.client.force_login(self.nermin)
        first, second = self.broadcast.recipients.included()[:2]
        sheet = f"{self.broadcast.get_absolute_url()}calls/"
        refused = self.client.post(f"{sheet}{first.pk}/", {"code": "000"}, follow=True)
        self.assertContains(refused, "kodu değil")
        self.assertEqual(acknowledgements.heard(self.broadcast).acknowledged, 0)
        self.client.post(f"{sheet}{first.pk}/", {"code": f" {self.broadcast.code} "})
        self.client.post(f"{sheet}{second.pk}/")
        keyed = Entry.objects.filter(kind="broadcast.called").order_by("id").values_list("facts__keyed", flat=True)
        self.assertEqual((acknowledgements.heard(self.broadcast).acknowledged, list(keyed)), (2, [True, False]))

    def test_a_municipality_that_was_not_written_to_has_no_code(self):
        self.client.force_login(self.hatice)
        page = self.client.post("/acknowledgement/", {"code": self.broadcast.code})
        self.assertContains(page, "has-error")
        self.assertEqual(acknowledgements.heard(self.broadcast).silent_municipalities, 1)

    def test_twice_counts_once(self):
        for _time in range(2):
            acknowledgements.acknowledge(self.broadcast.code, by=self.selim)
        self.assertEqual(self.broadcast.acknowledgements.count(), 1)

    def test_a_call_by_hand_takes_one_number_off_the_sheet(self):
        recipient = self.broadcast.recipients.first()
        self.client.force_login(self.nermin)
        self.client.post(f"{self.broadcast.get_absolute_url()}calls/{recipient.pk}/")
        self.assertEqual(acknowledgements.heard(self.broadcast).acknowledged, 1)


class TheCallSheet(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.merzifon, 2, first=100)
        contacts_in(self.odunpazari, 2)
        self.odunpazari.contacts.filter(address="+905320000001").update(duty="mayor")
        self.broadcast = submitted(self.nermin)
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()
        OutboxMessage.objects.filter(address="+905320000100").update(state="delivered")
        self.client.force_login(self.nermin)

    def places(self):
        page = self.client.get(f"{self.broadcast.get_absolute_url()}calls/")
        return [
            (place.municipality, [row.address[-3:] for row, _became in place.people], place.is_in_the_dark)
            for place in page.context["places"]
        ]

    def test_first_who_may_not_even_know_and_of_each_the_mayor(self):
        self.assertEqual(
            self.places(),
            [(self.odunpazari, ["001", "000"], True), (self.merzifon, ["100", "101"], False)],
        )

    def test_who_belongs_to_no_municipality_is_not_forgotten_and_speaks_for_nobody_else(self):
        rule = audience.AudienceRule(file=(("05329990000", "Ayla", "it", ""), ("05329990001", "Bora", "it", "")))
        self.broadcast = submitted(self.nermin, rule=rule)
        approve(self.broadcast, self.kemal)
        sending.dispatch_due()
        self.assertEqual(self.places(), [(None, ["000", "001"], True)])
        acknowledgements.note_call(self.broadcast, self.broadcast.recipients.first(), by=self.nermin)
        self.assertEqual(self.places(), [(None, ["001"], True)])

    def test_when_all_have_answered_it_says_so(self):
        for place in (self.odunpazari, self.merzifon):
            acknowledgements.mark(self.broadcast, place, person=None, via=acknowledgements.Via.REPLY)
        self.assertContains(self.client.get(f"{self.broadcast.get_absolute_url()}calls/"), "Aranacak kimse kalmadı")


class WorkingThroughARunOnThePage(Cast, TestCase):
    def test_one_clear_next_action_leads_to_the_end(self):
        run = starting.start(a_plan("manual", "decision"), by=self.nermin)
        self.client.force_login(self.nermin)
        address = f"/runbooks/runs/{run.pk}/steps"
        self.client.post(f"{address}/1/", {"act": "finish", "note": "Tamam"})
        self.client.post(f"{address}/2/", {"act": "decide", "choice": "ileri"})
        run.refresh_from_db()
        self.assertEqual(run.status, "finished")

    def test_an_act_that_is_none_is_a_polite_no(self):
        run = starting.start(a_plan("manual"), by=self.nermin)
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.post(f"/runbooks/runs/{run.pk}/steps/1/", {"act": "x"}).status_code, 422)

    def test_a_plan_is_started_from_its_page_for_an_outage(self):
        a_plan("manual")
        outage = outages.declare(components=[self.ebys], scope="central", by=self.nermin)
        self.client.force_login(self.nermin)
        self.client.post("/runbooks/DR-90/runs/", {"outage": str(outage.pk)})
        self.assertEqual(Run.objects.get().outage, outage)
        self.assertEqual(self.client.post("/runbooks/DR-90/runs/", {"outage": "abc"}).status_code, 404)

    def test_only_the_platform_puts_plans_on_the_shelf_and_mistakes_are_named(self):
        self.client.force_login(self.nermin)
        self.assertEqual(self.client.get(reverse("runbooks:publish")).status_code, 403)
        self.client.force_login(self.yonca)
        self.assertContains(self.client.post(reverse("runbooks:publish"), {"source": "a: 1"}), "code", status_code=422)


class ReadingAPlan(Cast, TestCase):
    def test_dates_lengths_and_kinds_are_written_as_people_here_say_them(self):
        catalogue.stock()
        self.client.force_login(self.nermin)
        page = self.client.get("/runbooks/DR-03/").content.decode()
        self.assertIn("14.09.2026", page)
        self.assertIn('<span class="nb-tag">çağrı</span>', page)
        self.assertIn("4 sa</small>", page)
        self.assertNotIn(" sa 0 dk", page)


class TheSituationRoom(Cast, TestCase):
    def test_the_column_tells_what_happened_and_who_decided(self):
        contacts_in(self.odunpazari, 2)
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        starting.start(a_plan("manual"), by=self.nermin, outage=outage)
        broadcast = submitted(self.nermin, outage=outage)
        approve(broadcast, self.kemal)
        self.client.force_login(self.leyla)
        self.client.post(f"/runbooks/situation/{outage.pk}/notes/", {"text": "Yedek POS", "decision": "1"})
        room = situation.room(outage)
        self.assertEqual([one.by for one in room.decisions], ["Leyla Şahin", "Kemal Öztürk", "Nermin Kaya"])
        self.assertEqual(room.column[0].said, "Yedek POS")
        self.assertContains(self.client.get(f"/runbooks/situation/{outage.pk}/"), "Yedek POS")

    def test_who_is_called_second_has_one_word_here_and_on_the_board(self):
        rota = Rota.objects.create(key="nobet", name_tr="Nöbet", name_en="Watch")
        for rank, person in ((1, self.nermin), (2, self.leyla)):
            Shift.objects.create(
                rota=rota, person=person, rank=rank, starts_at=now(), ends_at=now() + timedelta(hours=8)
            )
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.kemal)
        with override("tr"):
            at_the_table = dict(situation.room(outage).people)
        self.assertEqual((at_the_table[self.nermin], at_the_table[self.leyla]), ("nöbetçi", "yedek"))

    def test_an_empty_note_is_refused(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        with self.assertRaises(situation.EmptyNote):
            situation.note(outage, by=self.leyla, text="  ")

    def test_the_sheet_says_how_fast_we_were(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        self.assertEqual(situation.sheet(outage).detection, outage.confirmed_at - outage.started_at)
        self.assertIsNone(situation.sheet(outage).last_sms)


class LoadingTheDemonstration(Cast, TestCase):
    def test_twice_is_once(self):
        for name in ("nermin", "leyla", "kemal"):
            Person.objects.filter(pk=getattr(self, name).pk).update(email=f"{name}@nobet.demo")
        demo.load()
        shifts = Shift.objects.count()
        demo.load()
        self.assertEqual(Shift.objects.count(), shifts)
        self.assertEqual(set(Rota.objects.values_list("key", flat=True)), {"nobet", "masa"})
        self.assertEqual(len(on_call.carriers("nobet")), 2)


class ChoosingRecipients(Cast, TestCase):
    """What is typed stays, and narrows."""

    WORDS = {"subject": "Kesinti", "text": TEXT, "correction": CORRECTION, "spelling": "plain", "lane": "operational"}

    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari, 2)
        contacts_in(self.merzifon, 3, first=100)
        self.client.force_login(self.nermin)

    def saved(self, address="/broadcasts/new/", **more):
        answer = self.client.post(address, self.WORDS | {"action": "save"} | more)
        self.assertEqual(answer.status_code, 302, answer.context and answer.context["form"].errors)
        return Broadcast.objects.latest("pk")

    def reach(self, broadcast):
        return len(audience.find(audience.AudienceRule.from_json(broadcast.rule)).included)

    def test_an_uploaded_list_survives_editing_until_it_is_dropped(self):
        lines = SimpleUploadedFile("liste.csv", b"05329990000;Ayla;it;26010\n", "text/csv")
        draft = self.saved(file=lines)
        self.assertEqual(self.reach(draft), 1)
        again = self.saved(f"{draft.get_absolute_url()}draft/", subject="Yeni konu")
        self.assertEqual((again.subject, self.reach(again)), ("Yeni konu", 1))
        self.assertEqual(self.reach(self.saved(f"{draft.get_absolute_url()}draft/", drop_file="on")), 5)

    def test_a_workbook_is_read_like_the_list_it_holds(self):
        rows = [["telefon", "ad", "görev", "belediye"], [5329990000, "Ayla", "it", 26010]]
        rows += [[], ["0532 999 00 01", "Bora"]]
        draft = self.saved(file=SimpleUploadedFile("liste.xlsx", an_xlsx(rows)))
        found = audience.find(audience.AudienceRule.from_json(draft.rule)).included
        self.assertEqual(
            {one.address: (one.name, one.municipality_id) for one in found},
            {"+905329990000": ("Ayla", self.odunpazari.pk), "+905329990001": ("Bora", None)},
        )
        broken = SimpleUploadedFile("liste.xlsx", an_xlsx(rows)[:900])
        page = self.client.post("/broadcasts/new/", self.WORDS | {"action": "save", "file": broken})
        self.assertContains(page, "okunamıyor")

    def test_municipalities_are_found_by_name_or_code_and_asked_back_when_unclear(self):
        self.assertEqual(self.reach(self.saved(municipalities="merzifon")), 3)
        self.assertEqual(self.reach(self.saved(municipalities="05004, Odunpazarı")), 5)
        page = self.client.post("/broadcasts/new/", self.WORDS | {"action": "save", "municipalities": "Yokşehir"})
        self.assertContains(page, "Yokşehir", status_code=page.status_code)
        self.assertFalse(Broadcast.objects.filter(subject="Yokşehir").exists())

    def test_those_who_did_not_acknowledge_can_be_written_to_again(self):
        first = submitted(self.nermin)
        approve(first, self.kemal)
        first.recipients.filter(municipality=self.odunpazari).update(acknowledged_at=now())
        self.assertEqual(self.reach(self.saved(silent_in=first.pk)), 3)

    def test_a_kept_list_comes_back_by_name_and_with_its_conditions(self):
        self.client.post(
            "/broadcasts/new/", self.WORDS | {"action": "keep", "list_name": "Amasya", "provinces": ["05"]}
        )
        kept = AudienceList.objects.get()
        page = self.client.get(f"/broadcasts/new/?list={kept.pk}")
        self.assertEqual(list(page.context["form"].initial["provinces"]), ["05"])
        nameless = self.client.post("/broadcasts/new/", self.WORDS | {"action": "keep", "list_name": " "})
        self.assertIn("list_name", nameless.context["form"].errors)
        for wrong in ("x", "0", "9" * 40):
            self.assertEqual(self.client.get(f"/broadcasts/new/?list={wrong}").status_code, 200)
