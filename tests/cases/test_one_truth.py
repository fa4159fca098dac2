"""One truth about an outage: stage, next word and counts are chosen, shown, and the same through every door."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse

from foundation import now
from helpdesk.incidents import answers, major_incidents
from helpdesk.models import Message
from monitoring import outages
from monitoring.models import Affected, Proposal, State, StatusUpdate
from monitoring.outages import declaring, ending
from monitoring.refusals import MayNotSpeak
from monitoring.status import report
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket


class AnAnswerToAll(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"
        self.outage = outages.declare(components=[self.tahsilat], scope="central")
        self.incident = major_incidents.declare(self.outage)
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim, subject="Makbuz")
        major_incidents.link(self.incident, ticket)
        self.next = self.outage.next_update_at

    def answer(self, by, outage=None, **words):
        incident = major_incidents.declare(outage) if outage else self.incident
        words = {"text": "Ekip çalışıyor.", "token": f"t-{now()}"} | words
        return answers.answer_all(incident, by=by, **words)

    def stands(self, text="Ekip çalışıyor."):
        return StatusUpdate.objects.filter(text_tr=text).exists()

    def test_of_an_agent_reaches_the_tickets_and_waits_for_the_watch_before_the_public(self):
        self.answer(self.ayse)
        self.assertTrue(Message.objects.filter(body="Ekip çalışıyor.").exists())
        self.assertFalse(self.stands())
        waiting = Proposal.objects.waiting().get(outage=self.outage)
        outages.let_out(waiting, by=self.nermin)
        self.assertTrue(self.stands())

    def test_of_one_of_the_watch_waits_for_a_second_look_as_on_the_words_page(self):
        for person in (self.leyla, self.nermin, self.kemal):
            self.answer(person)
            self.assertFalse(self.stands())
        self.answer(self.leyla, alone_because="Gece tek başımayım")
        self.assertEqual(StatusUpdate.objects.get(text_tr="Ekip çalışıyor.").alone_because, "Gece tek başımayım")

    def test_of_an_agent_is_not_published_by_saying_that_nobody_else_is_there(self):
        self.answer(self.ayse, alone_because="Kimse yok")
        self.assertFalse(self.stands())

    def test_about_a_local_outage_stands_at_once_from_the_watch_and_waits_from_an_agent(self):
        local = outages.declare(municipalities=[self.merzifon], components=[self.ebys])
        self.answer(self.ayse, local, text="Masadan.")
        self.answer(self.nermin, local, text="Nöbetten.")
        self.assertEqual((self.stands("Masadan."), self.stands("Nöbetten.")), (False, True))

    def test_changes_neither_stage_nor_next_word_unless_they_are_chosen(self):
        self.answer(self.leyla, alone_because="Tek başımayım")
        self.outage.refresh_from_db()
        self.assertEqual((self.outage.stage, self.outage.next_update_at), ("investigating", self.next))
        self.answer(self.leyla, stage="identified", minutes=60, alone_because="Tek başımayım")
        self.outage.refresh_from_db()
        self.assertEqual(self.outage.stage, "identified")
        self.assertGreater(self.outage.next_update_at, now() + timedelta(minutes=59))

    def test_let_out_later_leaves_the_next_word_as_it_is_announced_then(self):
        self.answer(self.ayse)
        later = now() + timedelta(hours=3)
        self.outage.next_update_at = later
        self.outage.save()
        outages.let_out(Proposal.objects.waiting().get(), by=self.nermin)
        self.outage.refresh_from_db()
        self.assertEqual((self.outage.stage, self.outage.next_update_at), ("investigating", later))

    def test_shows_stage_and_next_word_in_its_preview_and_that_it_waits(self):
        self.client.force_login(self.ayse)
        typed = {"token": "t-9", "text": "Neden bulundu.", "stage": "identified", "minutes": "0"}
        page = self.client.post(self.address(), typed, follow=True)
        for words in ("identified", "none announced", "when a second person of the watch has looked"):
            self.assertContains(page, words)
        self.assertFalse(self.stands("Neden bulundu."))
        unchosen = self.client.post(self.address(), {"token": "t-9", "text": "Bakıyoruz."})
        self.assertContains(unchosen, "investigating")
        self.assertNotContains(unchosen, "none announced")
        self.client.post(self.address(), typed | {"confirmed": "1"})
        self.assertEqual(Proposal.objects.waiting().get().words["stage"], "identified")

    def address(self):
        return reverse("helpdesk:answer", args=[self.incident.pk])

    def test_of_somebody_who_does_not_work_for_the_country_is_refused_below_every_door(self):
        with self.assertRaises(MayNotSpeak):
            outages.speak(self.outage, text_tr="x", text_en="", by=self.selim)


class AfterRecovery(Cast, TestCase):
    """The component works again, and one municipality is down for another reason."""

    def setUp(self):
        super().setUp()
        self.outage = outages.declare(components=[self.tahsilat], scope="central")
        self.next = self.outage.next_update_at
        Affected.objects.filter(outage=self.outage).exclude(municipality=self.merzifon).update(until=now())
        declaring.count_affected(self.outage)
        ending.note_recovery(self.outage)
        self.outage.refresh_from_db()

    def test_the_country_is_not_red_under_works_again(self):
        self.assertEqual(self.outage.stage, "monitoring")
        country = report.national(now())
        self.assertEqual(country.state, State.PARTIAL)
        self.assertNotIn(State.OUTAGE, {row.state for row in country.components})
        page = self.client.get("/status/").content.decode()
        self.assertNotRegex(page, r'class="nb-outage is-outage')

    def test_who_is_still_down_reads_so(self):
        self.assertEqual(report.municipal(self.merzifon, now()).state, State.OUTAGE)

    def test_the_next_word_that_was_announced_stays_announced(self):
        self.assertEqual(self.outage.next_update_at, self.next)

    def test_an_outage_that_most_still_feel_stays_red_whatever_its_stage(self):
        other = outages.declare(components=[self.ebys], scope="central")
        outages.publish(other, stage="monitoring", text_tr="İzliyoruz")
        self.assertEqual(other.state_now, State.OUTAGE)
