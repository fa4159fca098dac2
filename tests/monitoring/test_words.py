"""What the watch says in public: looked at first, put right openly, taken back in one click, reported afterwards."""

import re
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.directory.models import Component, Membership, Person
from foundation.language.formatting import ISTANBUL
from foundation.outbox.delivery import dispatch
from foundation.outbox.models import OutboxMessage
from monitoring import outages
from monitoring.models import Correction, PostIncidentReport, StatusUpdate, Subscriber, UpdateTemplate
from monitoring.outages import postmortem
from monitoring.refusals import AlreadyDecided, NothingToCorrect, OutageIsOver, OutageIsStillOpen, ReportHasGaps
from monitoring.status.page_cache import cached_pages
from monitoring.subscribers import notify
from tests.cast import Cast


class WordsCase(Cast, TestCase):
    def setUp(self):
        super().setUp()
        cached_pages.forget()
        cache.clear()
        self.client.force_login(self.nermin)
        self.outage = outages.declare(
            components=[Component.objects.get(pk="TAHSILAT")],
            title_tr="Tahsilat çalışmıyor",
            title_en="Collections are down",
            text_tr="Ekip çalışıyor.",
            started_at=now() - timedelta(hours=2),
        )
        self.words = f"/monitoring/outages/{self.outage.pk}/words/"

    def public(self, path: str = "") -> str:
        cached_pages.forget()
        return self.client.get(path or f"/status/outages/{self.outage.pk}/").content.decode()


class Publishing(WordsCase):
    said = {"stage": "identified", "text_tr": "Neden bulundu.", "text_en": "Cause found.", "minutes": "30"}

    def look(self, **changes):
        return self.client.post(self.words, self.said | changes)

    def seal(self, answer) -> str:
        return re.search(r'name="seal" value="(\w+)"', answer.content.decode())[1]

    def test_nothing_goes_out_before_it_was_looked_at(self):
        answer = self.look()
        self.assertContains(answer, "NOBET: Tahsilat çalışmıyor")
        self.assertContains(answer, "[Nöbet] News: Collections are down")
        self.assertEqual(StatusUpdate.objects.count(), 1)
        self.assertEqual(self.look(publish="1", confirmed="1").status_code, 422)
        self.assertEqual(StatusUpdate.objects.count(), 1)

    def test_what_was_looked_at_is_what_goes_out(self):
        seal = self.seal(self.look())
        changed = self.look(publish="1", confirmed="1", seal=seal, text_tr="Başka bir şey.")
        self.assertContains(changed, "Başka bir şey.", status_code=422)
        self.assertRedirects(self.look(publish="1", confirmed="1", seal=seal), self.words)
        self.assertNotIn("Neden bulundu.", self.public())
        outages.let_out(self.outage.proposals.get(), by=self.leyla)
        self.assertIn("Neden bulundu.", self.public())
        self.outage.refresh_from_db()
        self.assertIsNotNone(self.outage.next_update_at)

    def test_a_wide_one_needs_a_second_look_at_the_number(self):
        seal = self.seal(self.look())
        self.assertEqual(self.look(publish="1", seal=seal).status_code, 422)
        Subscriber.objects.create(channel="email", address="yeni@b.example", confirmed_at=now())
        late = self.look(publish="1", confirmed="1", seal=seal)
        self.assertEqual(late.status_code, 422)  # one reader more than the second look knew
        self.assertEqual(StatusUpdate.objects.count(), 1)

    def test_the_stage_resolved_ends_it(self):
        seal = self.seal(self.look(stage="resolved"))
        self.look(stage="resolved", publish="1", confirmed="1", seal=seal)
        outages.let_out(self.outage.proposals.get(), by=self.leyla)
        self.outage.refresh_from_db()
        self.assertFalse(self.outage.is_open)

    def test_templates_bring_this_outages_facts(self):
        template = UpdateTemplate.objects.create(
            name="Neden bulundu",
            stage="identified",
            text_tr="{components}: nedeni bulduk.",
            text_en="{components}: we found the cause.",
        )
        page = self.client.get(self.words, {"template": template.pk})
        self.assertContains(page, "Tahsilat (vezne): nedeni bulduk")
        self.assertContains(page, "Collection (cashier): we found the cause")
        self.assertEqual(self.client.get(self.words, {"template": "9" * 30}).status_code, 200)

    def test_only_the_watch_writes(self):
        self.client.force_login(self.selim)
        self.assertIn(self.client.get(self.words).status_code, (403, 404))


class TheSecondLook(WordsCase):
    said = {"stage": "identified", "text_tr": "Neden bulundu.", "text_en": "Cause found.", "minutes": 30}

    def setUp(self):
        super().setUp()
        self.waiting = outages.propose(self.outage, **self.said, by=self.nermin)
        self.door = f"/monitoring/proposals/{self.waiting.pk}/decision/"

    def test_the_first_word_waits_for_nobody(self):
        self.assertIn("Ekip çalışıyor.", self.public())

    def test_the_writer_cannot_give_it(self):
        self.assertEqual(self.client.post(self.door, {"decision": "let_out"}).status_code, 403)
        self.assertNotIn("Neden bulundu.", self.public())

    def test_another_person_lets_the_words_out_in_the_writers_name(self):
        self.client.force_login(self.leyla)
        self.assertContains(self.client.get(self.words), "NOBET: Tahsilat çalışmıyor")  # seen as everyone will read it
        self.assertRedirects(self.client.post(self.door, {"decision": "let_out"}), self.words)
        said = self.outage.latest_update
        self.assertEqual((said.text_tr, said.by, said.seen_by), ("Neden bulundu.", self.nermin, self.leyla))
        self.assertAlmostEqual(said.next_update_at, now() + timedelta(minutes=30), delta=timedelta(minutes=1))
        self.assertEqual(self.client.post(self.door, {"decision": "let_out"}).status_code, 409)
        self.assertEqual(StatusUpdate.objects.count(), 2)

    def test_sent_back_words_say_why_and_stay_inside(self):
        self.client.force_login(self.leyla)
        self.assertContains(self.client.post(self.door, {"decision": "send_back"}), "değişmeli", status_code=422)
        self.client.post(self.door, {"decision": "send_back", "note": "Saati de yazalım"})
        self.assertContains(self.client.get(self.words), "Saati de yazalım")
        self.assertNotIn("Neden bulundu.", self.public())

    def test_new_words_take_the_place_of_those_that_wait(self):
        later = outages.propose(self.outage, **self.said | {"text_tr": "Onarım sürüyor."}, by=self.nermin)
        with self.assertRaises(AlreadyDecided):
            outages.let_out(self.waiting, by=self.leyla)
        outages.take_back(later, by=self.nermin)
        self.assertFalse(self.outage.proposals.waiting().exists())

    def test_who_is_alone_says_why_and_everyone_reads_it(self):
        said = self.said | {"minutes": "30"}
        seal = Publishing.seal(self, self.client.post(self.words, said))
        alone = said | {"publish": "alone", "confirmed": "1", "seal": seal}
        self.assertEqual(self.client.post(self.words, alone).status_code, 422)
        self.assertRedirects(self.client.post(self.words, alone | {"because": "Gece, tek nöbetçiyim"}), self.words)
        self.assertIn("Neden bulundu.", self.public())
        for page in (self.words, "/board/", f"/runbooks/situation/{self.outage.pk}/"):
            self.assertContains(self.client.get(page), "Gece, tek nöbetçiyim")
        self.assertFalse(self.outage.proposals.waiting().exists())

    def test_the_board_says_that_words_wait(self):
        self.client.force_login(self.leyla)
        self.assertContains(self.client.get("/board/"), "İkinci göz bekleyen metin var")

    def test_a_local_outage_needs_no_second_person(self):
        local = outages.declare(municipalities=[self.merzifon], title_tr="Hat", title_en="Line")
        self.assertFalse(outages.needs_second_look(local))


class SaidAlone(WordsCase):
    """Wide words that one person published are told to everybody else on the watch."""

    said = {"stage": "identified", "text_tr": "Neden bulundu.", "text_en": "Cause found.", "minutes": 30}

    def letters(self) -> dict[str, OutboxMessage]:
        return {one.address: one for one in OutboxMessage.objects.filter(batch__key__startswith="alone:")}

    def test_the_others_read_what_why_and_where_to_withdraw_it(self):
        Person.objects.filter(pk=self.leyla.pk).update(language="en")
        outages.publish_alone(self.outage, **self.said, by=self.nermin, because="Gece, tek nöbetçiyim")
        letters = self.letters()
        self.assertEqual(set(letters), {one.email for one in (self.kemal, self.leyla, self.yonca)})
        turkish, english = letters[self.kemal.email], letters[self.leyla.email]
        self.assertEqual(turkish.subject, "[Nöbet] Tek kişi yayımladı: Tahsilat çalışmıyor")
        self.assertEqual(english.subject, "[Nöbet] Published by one person: Collections are down")
        for said in (
            "Nermin Kaya",
            "Gece, tek nöbetçiyim",
            "Neden bulundu.",
            f"{settings.PUBLIC_BASE_URL}{self.words}",
        ):
            self.assertIn(said, turkish.text)
        self.assertIn("Cause found.", english.text)
        self.assertContains(self.client.get(self.words), f"/monitoring/outages/{self.outage.pk}/withdrawal/")

    def test_the_first_word_of_a_person_is_told_and_that_of_a_probe_is_not(self):
        self.assertEqual(self.letters(), {})  # nobody declared the outage of this case
        tahsilat = Component.objects.get(pk="TAHSILAT")
        outages.declare(components=[tahsilat], text_tr="Bakıyoruz.", by=self.kemal)
        self.assertEqual(set(self.letters()), {one.email for one in (self.nermin, self.leyla, self.yonca)})
        self.assertNotIn("Gerekçe", self.letters()[self.nermin.email].text)

    def test_what_two_have_read_what_is_local_and_what_is_hidden_is_not_told(self):
        outages.let_out(outages.propose(self.outage, **self.said, by=self.nermin), by=self.leyla)
        outages.declare(municipalities=[self.merzifon], title_tr="Hat", title_en="Line", by=self.nermin)
        for facts in ({"is_drill": True}, {"is_public": False}):
            outages.declare(components=[Component.objects.get(pk="TAHSILAT")], by=self.nermin, **facts)
        self.assertEqual(self.letters(), {})

    def test_the_letter_stands_or_falls_with_the_words(self):
        outages.end(self.outage)
        with self.assertRaises(OutageIsOver):
            outages.publish_alone(self.outage, **self.said, by=self.nermin, because="Gece")
        self.assertEqual(self.letters(), {})

    def test_a_last_word_offers_no_withdrawal(self):
        outages.publish_alone(self.outage, **self.said | {"stage": "resolved"}, by=self.nermin, because="Gece")
        text = self.letters()[self.kemal.email].text
        self.assertNotIn("geri çekin", text)
        self.assertIn(self.words, text)

    def test_its_queries_do_not_grow_with_the_watch(self):
        few = self.queries_of_a_word()
        for number in range(12):
            more = Person.objects.create_user(f"gece{number}@nobet.example", name=f"Gece {number}")
            Membership.objects.create(person=more, role=Membership.Role.OPERATOR)
        self.assertEqual(self.queries_of_a_word(), few)

    def queries_of_a_word(self) -> int:
        with CaptureQueriesContext(connection) as seen:
            outages.publish_alone(self.outage, **self.said, by=self.nermin, because="Gece")
        return len(seen)


class PuttingRight(WordsCase):
    def test_readers_see_that_why_and_what_it_said_before(self):
        update = self.outage.updates.get()
        path = f"/monitoring/updates/{update.pk}/correction/"
        self.assertEqual(self.client.post(path, {"text_tr": "Doğrusu bu."}).status_code, 422)
        self.client.post(path, {"text_tr": "Doğrusu bu.", "reason": "Saat yanlıştı"})
        page = self.public()
        for text in ("Doğrusu bu.", "Düzeltildi: Saat yanlıştı", "<del>Ekip çalışıyor.</del>"):
            self.assertIn(text, page)
        self.assertIn("Doğrusu bu.", self.public("/status/history.rss"))

    def test_nothing_changed_is_no_correction(self):
        update = self.outage.updates.get()
        with self.assertRaises(NothingToCorrect):
            outages.correct(update, text_tr=update.text_tr, text_en=update.text_en, reason="?", by=self.nermin)
        self.assertFalse(Correction.objects.exists())

    def test_corrected_times_move_the_bars_and_are_said(self):
        outages.end(self.outage)
        self.outage.refresh_from_db()
        earlier = self.outage.started_at - timedelta(days=1)
        path = f"/monitoring/outages/{self.outage.pk}/times/"
        typed = {
            "started_at": earlier.astimezone().strftime("%Y-%m-%dT%H:%M:%S"),
            "ended_at": (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S"),
            "reason": "Kayıtlardan",
        }
        self.assertEqual(self.client.post(path, typed).status_code, 422)  # an end in the future
        outages.retime(
            self.outage, started_at=earlier, ended_at=self.outage.ended_at, reason="Kayıtlardan", by=self.nermin
        )
        self.assertIn("Saatler düzeltildi: Kayıtlardan", self.public())
        touched = self.outage.ended_at.astimezone(ISTANBUL).date() - earlier.astimezone(ISTANBUL).date()
        self.assertIn(f"trouble on {touched.days + 1} days", self.public("/status/?lang=en"))


class TakingBack(WordsCase):
    def test_one_click_clears_every_surface_and_another_brings_it_back(self):
        Subscriber.objects.create(channel="email", address="b@b.example", confirmed_at=now())
        notify.announce_due()
        dispatch.deliver_email()
        path = f"/monitoring/outages/{self.outage.pk}/withdrawal/"
        self.client.post(path)
        for surface in ("/status/", "/status/26010/", "/status/announcement.txt", "/status/history.rss"):
            self.assertNotIn("Tahsilat çalışmıyor", self.public(surface), surface)
        notify.announce_due()
        self.assertTrue(OutboxMessage.objects.latest("pk").subject.startswith("[Nöbet] Geri çekildi"))
        self.client.post(path, {"undo": "1"})
        self.assertIn("Tahsilat çalışmıyor", self.public("/status/"))


class Afterwards(WordsCase):
    def test_the_report_is_drafted_from_the_record_and_published_without_gaps(self):
        with self.assertRaises(OutageIsStillOpen):
            postmortem.draft(self.outage, by=self.nermin)
        outages.end(self.outage, text_tr="Giderildi.", by=self.nermin)
        self.outage.refresh_from_db()
        path = f"/monitoring/outages/{self.outage.pk}/report/"
        self.assertContains(self.client.get(path), "Giderildi.")
        report = PostIncidentReport.objects.get()
        with self.assertRaises(ReportHasGaps):
            postmortem.publish(report, by=self.nermin)
        self.assertNotIn("Olay sonrası rapor", self.public())
        text = "## Ne oldu\n\nDisk **doldu**. <script>alert(1)</script> [x](javascript:alert(1))"
        self.client.post(path, {"text_tr": text, "publish": "1"})
        page = self.public()
        self.assertIn("<strong>doldu</strong>", page)
        self.assertNotIn("<script>alert", page)
        self.assertNotIn('javascript:alert(1)"', page)
        self.assertIn("Olay sonrası rapor", page)
