"""The storm and the green after it: linked, answered in one action, resolved where it works."""

from datetime import timedelta

import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.incidents import answers, auto_linking, major_incidents, recovery
from helpdesk.models import IncidentAnswer, MajorIncident, Message, Ticket, TicketLink
from helpdesk.refusals import NotYourTicket
from monitoring import outages
from monitoring.models import Affected, StatusUpdate
from tests.cast import Cast, a_municipality
from tests.helpdesk.builders import a_ticket


class Storm(Cast, TestCase):
    def cash_desk_tickets(self, count):
        return [
            a_ticket(
                municipality=a_municipality(f"7{number:04d}", plate_code="26"),
                component=self.tahsilat,
                subject="Veznede makbuz kesilmiyor",
                body="Tahsilat durdu, hata veriyor.",
            )
            for number in range(count)
        ]

    def standing(self, ticket):
        return TicketLink.objects.standing().filter(ticket=ticket).first()


class BeforeAnybodyDeclared(Storm):
    def test_tickets_that_pile_up_are_proposed_as_one_incident(self):
        filed = self.cash_desk_tickets(4)
        other = a_ticket(municipality=self.merzifon, component=self.eimza, subject="E-imza atılamıyor", body="Hata")
        auto_linking.match_waiting()
        incident = MajorIncident.objects.get()
        self.assertEqual((incident.status, incident.component), ("proposed", self.tahsilat))
        self.assertTrue(all(self.standing(ticket).incident == incident for ticket in filed))
        self.assertTrue(all("makbuz" in self.standing(ticket).evidence["words"] for ticket in filed))
        self.assertIsNone(self.standing(other))

    def test_looking_again_changes_nothing(self):
        self.cash_desk_tickets(4)
        self.assertEqual(auto_linking.match_waiting(), 4)
        self.assertEqual(auto_linking.match_waiting(), 0)
        self.assertEqual(MajorIncident.objects.count(), 1)

    def test_those_who_come_later_join_it(self):
        self.cash_desk_tickets(4)
        auto_linking.match_waiting()
        late = a_ticket(municipality=self.odunpazari, component=self.tahsilat, subject="makbuz kesilmio vezne durdu")
        auto_linking.match_waiting()
        self.assertEqual(self.standing(late).incident, MajorIncident.objects.get())

    def test_the_outage_takes_over_the_proposal(self):
        filed = self.cash_desk_tickets(4)
        auto_linking.match_waiting()
        outage = outages.declare(components=[self.tahsilat])
        incident = major_incidents.declare(outage, by=self.leyla)
        self.assertEqual(MajorIncident.objects.count(), 1)
        self.assertEqual((incident.status, self.standing(filed[0]).incident.outage), ("declared", outage))

    def test_later_tickets_do_not_keep_the_proposal_from_its_outage(self):
        suspected = self.cash_desk_tickets(4)
        auto_linking.match_waiting()
        outage = outages.declare(components=[self.tahsilat], scope="central")
        self.cash_desk_tickets(6)
        auto_linking.match_waiting()
        incident = MajorIncident.objects.get()
        self.assertEqual((incident.outage, incident.status), (outage, "declared"))
        self.assertTrue(all(self.standing(ticket).incident == incident for ticket in suspected))

    def test_a_rejected_proposal_lets_its_tickets_go_and_does_not_come_back(self):
        filed = self.cash_desk_tickets(4)
        auto_linking.match_waiting()
        major_incidents.reject(MajorIncident.objects.get(), by=self.leyla)
        auto_linking.match_waiting()
        self.assertIsNone(self.standing(filed[0]))
        self.assertEqual(MajorIncident.objects.count(), 1)


class WhileAnOutageIsOpen(Storm):
    def setUp(self):
        super().setUp()
        self.clerk_ticket = a_ticket(
            municipality=self.odunpazari, component=self.tahsilat, by=self.selim, subject="Makbuz kesilmiyor"
        )
        self.filed = self.cash_desk_tickets(3)
        self.outage = outages.declare(components=[self.tahsilat])
        self.signature = a_ticket(
            municipality=self.odunpazari, component=self.eimza, subject="E-imza atılamıyor", body="İmza hata veriyor"
        )
        auto_linking.match_waiting()
        self.incident = MajorIncident.objects.get()

    def test_matching_tickets_are_linked_and_the_e_signature_is_not(self):
        linked = set(Ticket.objects.linked_to(self.incident))
        self.assertEqual(linked, {self.clerk_ticket, *self.filed})

    def test_their_clocks_rest_for_the_incident(self):
        self.clerk_ticket.refresh_from_db()
        self.assertTrue(self.clerk_ticket.is_resting)

    def test_one_click_undoes_a_wrong_link_for_good(self):
        self.client.force_login(self.selim)
        self.client.post(f"/tickets/{self.clerk_ticket.number}/link/undo/")
        self.assertIsNone(self.standing(self.clerk_ticket))
        self.clerk_ticket.refresh_from_db()
        self.assertFalse(self.clerk_ticket.is_resting)
        Ticket.objects.filter(pk=self.clerk_ticket.pk).update(matched_at=None)
        auto_linking.match_waiting()
        self.assertIsNone(self.standing(self.clerk_ticket))

    def answer(self, **words):
        alone = "Tek başıma nöbetteyim"
        words = {"text": "Ekip çalışıyor.", "by": self.leyla, "token": "t-1", "alone_because": alone} | words
        return answers.answer_all(self.incident, **words)

    def test_one_text_answers_all_on_every_surface(self):
        given = self.answer()
        self.assertEqual(given.tickets, 4)
        self.assertEqual(Message.objects.filter(incident=self.incident, body="Ekip çalışıyor.").count(), 4)
        self.assertEqual(StatusUpdate.objects.filter(outage=self.outage, text_tr="Ekip çalışıyor.").count(), 1)
        self.assertEqual(OutboxMessage.objects.filter(batch__key__startswith="incident:").count(), 1)

    def test_tickets_of_those_who_are_split_off_follow_their_outage(self):
        gone = self.filed[0]
        lines = self.outage.affected.filter(municipality=gone.municipality).values_list("pk", flat=True)
        part = outages.split(self.outage, lines, by=self.nermin, reason="Başka bir hat")
        self.assertEqual(self.standing(gone).incident.outage, part)
        self.assertEqual(self.standing(self.filed[1]).incident.outage, self.outage)

    def test_pressing_twice_answers_once(self):
        self.answer()
        self.answer()
        self.assertEqual(Message.objects.filter(incident=self.incident).count(), 4)
        self.assertEqual(IncidentAnswer.objects.count(), 1)

    def test_municipal_staff_cannot_answer_all(self):
        with self.assertRaises(NotYourTicket):
            self.answer(by=self.selim)

    def test_twice_the_tickets_cost_the_same_queries(self):
        with CaptureQueriesContext(connection) as few:
            self.answer()
        self.filed += self.cash_desk_tickets(6)
        Affected.objects.bulk_create(
            Affected(outage=self.outage, municipality=ticket.municipality, component=self.tahsilat, since=now())
            for ticket in self.filed[3:]
            if ticket.municipality_id not in Affected.objects.values_list("municipality_id", flat=True)
        )
        auto_linking.match_waiting()
        self.assertGreater(Ticket.objects.linked_to(self.incident).count(), 4)
        with CaptureQueriesContext(connection) as many:
            self.answer(token="t-2")
        self.assertLessEqual(len(many), len(few) + 2)

    def test_the_preview_comes_before_the_answer(self):
        self.client.force_login(self.leyla)
        words = {"token": "t-9", "text": "İkinci merkeze geçiyoruz."}
        preview = self.client.post(f"/desk/incidents/{self.incident.pk}/answers/", words)
        self.assertContains(preview, "İkinci merkeze geçiyoruz.")
        self.assertEqual(Message.objects.filter(incident=self.incident).count(), 0)
        self.client.post(f"/desk/incidents/{self.incident.pk}/answers/", words | {"confirmed": "1"})
        self.assertEqual(Message.objects.filter(incident=self.incident).count(), 4)

    def test_strangers_do_not_find_the_incident(self):
        for person in (self.selim, self.stranger):
            self.client.force_login(person)
            self.assertEqual(self.client.get(f"/desk/incidents/{self.incident.pk}/").status_code, 404)


class Green(Storm):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        self.elsewhere = a_ticket(municipality=self.merzifon, component=self.tahsilat, by=self.hatice)
        self.outage = outages.declare(components=[self.tahsilat])
        auto_linking.match_waiting()

    def recover(self, municipality=None):
        lines = Affected.objects.filter(outage=self.outage, until=None)
        if municipality:
            lines = lines.filter(municipality=municipality)
        else:
            lines = lines.filter(municipality=None)
        lines.update(until=now())

    def status(self, ticket):
        return Ticket.objects.get(pk=ticket.pk).status

    def test_nothing_is_resolved_while_the_component_is_down(self):
        self.recover(self.odunpazari)
        self.assertEqual(recovery.resolve_recovered(), 0)

    def test_only_the_municipality_that_is_back_is_answered_and_resolved(self):
        self.recover()
        self.recover(self.odunpazari)
        self.assertEqual(recovery.resolve_recovered(), 1)
        self.assertEqual((self.status(self.ticket), self.status(self.elsewhere)), ("resolved", "waiting_on_us"))
        self.assertEqual(Message.objects.filter(ticket=self.ticket, side="us").count(), 1)

    def test_critical_ones_wait_for_a_person_or_thirty_minutes(self):
        Ticket.objects.filter(pk=self.ticket.pk).update(severity="S1")
        self.recover()
        self.recover(self.odunpazari)
        self.assertEqual(recovery.resolve_recovered(), 0)
        with time_machine.travel(now() + timedelta(minutes=31), tick=False):
            self.assertEqual(recovery.resolve_recovered(), 1)

    def test_still_broken_here_reopens_and_is_not_closed_again_by_itself(self):
        self.recover()
        self.recover(self.odunpazari)
        recovery.resolve_recovered()
        ticket = Ticket.objects.get(pk=self.ticket.pk)
        tickets.reopen(ticket, by=self.selim, reason="Bizde düzelmedi")
        self.assertEqual(recovery.resolve_recovered(), 0)
        self.assertEqual(self.status(self.ticket), "waiting_on_us")
