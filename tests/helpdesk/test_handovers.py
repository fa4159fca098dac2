"""The end of a shift: everything goes on at once, with a summary that somebody reads."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from helpdesk import tickets
from helpdesk.bulk import selection
from helpdesk.handovers import handing, receivers
from helpdesk.handovers.handing import NobodyToHandTo, NotYourTicketsToGive
from helpdesk.models import Handover, Queue, Ticket, WorkLimit
from runbooks.models import Leave
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue


class TheEndOfAShift(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.tickets = [a_ticket(by=self.selim, subject=f"Makbuz {number}") for number in range(20)]
        for ticket in self.tickets:
            tickets.claim(ticket, by=self.ayse)

    def see(self, person, path, **query):
        self.client.force_login(person)
        return self.client.get(path, query)

    def test_twenty_tickets_take_one_form_and_the_receiver_reads_the_summary_first(self):
        page = self.see(self.ayse, "/desk/handovers/new/")
        self.assertContains(page, "checked", count=20)
        assert page.context["form"].initial["summary"], "a first line stands there"
        sent = {"receiver": self.burak.pk, "summary": "Banka arıyor", "number": [t.number for t in self.tickets]}
        sent[f"word-{self.tickets[3].number}"] = "Log bekliyor"
        page = self.client.post("/desk/handovers/new/", sent, follow=True)
        self.assertContains(page, "Banka arıyor")
        assert Ticket.objects.filter(assignee=self.burak).count() == 20
        assert self.tickets[3].messages.get(kind="note").body == "Log bekliyor"
        self.assertContains(self.see(self.burak, "/desk/"), "Özeti okuyun")
        self.assertNotContains(self.see(self.leyla, "/desk/"), "Özeti okuyun")
        handover = Handover.objects.get()
        self.client.force_login(self.burak)
        self.client.post(f"/desk/handovers/{handover.pk}/reading/")
        handover.refresh_from_db()
        assert handover.read_by == self.burak
        self.assertNotContains(self.client.get("/desk/"), "Özeti okuyun")

    def test_what_went_to_somebody_else_meanwhile_is_left_and_named(self):
        chosen = selection.by_number([ticket.number for ticket in self.tickets[:3]], self.ayse)
        tickets.assign(self.tickets[0], to=self.leyla, by=self.leyla)
        tickets.resolve(self.tickets[1], by=self.ayse, note="Düzeldi")
        handed = handing.hand_over(self.ayse, chosen, summary="Üç talep", by=self.ayse, to=self.burak)
        assert dict(handed.act.rows.values_list("number", "outcome")) == {
            self.tickets[0].number: "refused",
            self.tickets[1].number: "refused",
            self.tickets[2].number: "done",
        }
        assert Ticket.objects.get(pk=self.tickets[0].pk).assignee == self.leyla

    def test_a_queue_takes_them_back_and_its_team_reads(self):
        night = Queue.objects.create(code="gece", name_tr="Gece", name_en="Night", team=the_queue().team)
        night.team.members.add(self.burak)
        chosen = selection.by_number([self.tickets[0].number], self.ayse)
        handed = handing.hand_over(self.ayse, chosen, summary="Geceye", by=self.leyla, queue=night)
        ticket = Ticket.objects.get(pk=self.tickets[0].pk)
        assert (ticket.queue, ticket.assignee) == (night, None)
        assert list(Handover.objects.unread_by(self.burak)) == [handed]
        assert not Handover.objects.unread_by(self.ayse).exists()

    def test_only_a_lead_hands_over_for_somebody_else(self):
        chosen = selection.by_number([self.tickets[0].number], self.burak)
        with self.assertRaises(NotYourTicketsToGive):
            handing.hand_over(self.ayse, chosen, summary="Benim olsun", by=self.burak, to=self.burak)
        with self.assertRaises(NobodyToHandTo):
            handing.hand_over(self.ayse, chosen, summary="Kime?", by=self.ayse)
        assert self.see(self.burak, "/desk/handovers/new/", of=self.ayse.pk).status_code == 403
        self.assertContains(self.see(self.leyla, "/desk/handovers/new/", of=self.ayse.pk), "Ayşe Yılmaz")
        self.assertContains(self.see(self.burak, "/desk/handovers/new/"), "Devredilecek açık talep yok")

    def test_who_is_away_or_full_stands_last_and_it_is_said(self):
        today = timezone.localdate()
        Leave.objects.create(person=self.burak, first_day=today, last_day=today + timedelta(days=2))
        WorkLimit.objects.create(person=self.yonca, most_open=1)
        tickets.assign(self.tickets[0], to=self.yonca, by=self.leyla)
        with self.assertNumQueries(4):
            listed = receivers.colleagues_of(self.ayse)
        assert [each.name for each in listed] == [self.leyla.name, self.yonca.name, self.burak.name]
        assert "1/1" in str(listed[1])
        assert f"{today + timedelta(days=2):%d.%m.%Y}" in str(listed[2])

    def test_what_is_missing_is_said_and_what_was_typed_stays(self):
        self.client.force_login(self.ayse)
        sent = {"receiver": "", "summary": "Banka arıyor", "number": self.tickets[0].number}
        page = self.client.post("/desk/handovers/new/", sent | {f"word-{self.tickets[5].number}": "Log bekliyor"})
        self.assertContains(page, "Banka arıyor", status_code=422)
        self.assertContains(page, "Log bekliyor", status_code=422)
        self.assertContains(page, "checked", count=1, status_code=422)
