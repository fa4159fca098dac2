"""Module, queue, class, municipality and requester are put right, and everything that hangs on them follows."""

from datetime import timedelta

import time_machine
from django.test import TestCase, TransactionTestCase

from django_sla.models import Clock
from foundation import now
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.incidents import auto_linking, major_incidents
from helpdesk.models import Queue, Team, Ticket
from helpdesk.refusals import (
    NotYourTicket,
    QueueEnded,
    RequesterElsewhere,
    TicketMovedOn,
    TooLateToUndo,
    WrittenElsewhere,
)
from helpdesk.search.finding import find
from helpdesk.tickets import corrections
from monitoring import outages
from tests.cast import Cast, a_component
from tests.helpdesk.builders import a_ticket, the_queue
from tests.helpdesk.test_races import at_once


def letters(ticket):
    return list(OutboxMessage.objects.filter(batch__key__startswith=f"ticket:{ticket.number}").order_by("pk"))


class OneDesk(Cast):
    def setUp(self):
        super().setUp()
        self.rest = the_queue()
        self.unknown = a_component("DIGER", tier="C")
        team = Team.objects.create(code="gelir", name_tr="Gelir", name_en="Revenue")
        self.revenue = Queue.objects.create(code="gelir", name_tr="Gelir", name_en="Revenue", team=team)
        self.revenue.components.set([self.tahsilat])

    def file(self, **words):
        ordinary = {"municipality": self.odunpazari, "component": self.unknown, "by": self.selim}
        return Ticket.objects.get(pk=a_ticket(**(ordinary | words)).pk)

    def facts(self, kind):
        return Entry.objects.filter(kind=kind).latest("pk").facts


class PuttingRight(OneDesk, TestCase):
    def test_the_module_takes_queue_class_promises_and_the_search_for_an_outage_along(self):
        ticket = self.file()
        Ticket.objects.filter(pk=ticket.pk).update(matched_at=now())
        self.assertEqual((ticket.severity, ticket.queue), ("S3", self.rest))
        tickets.change_module(ticket, component=self.tahsilat, by=self.burak)
        kept = Ticket.objects.get(pk=ticket.pk)
        self.assertEqual((kept.component, kept.queue, kept.severity), (self.tahsilat, self.revenue, "S2"))
        self.assertIsNone(kept.matched_at)
        self.assertEqual({clock.version.severity for clock in Clock.objects.of(kept).open()} - {""}, {"S2"})
        self.assertLess(kept.next_due_at, ticket.created_at + timedelta(days=9))
        facts = self.facts("ticket.module_changed")
        self.assertEqual((facts["before"], facts["after"], facts["graded"]), ("DIGER", "TAHSILAT", "S3"))
        received, corrected = letters(kept)
        self.assertEqual(corrected.address, self.selim.email)

    def test_a_class_that_the_desk_has_given_stays_and_no_letter_leaves_where_no_time_moved(self):
        ticket = self.file()
        tickets.grade(ticket, severity="S4", by=self.ayse, reason="Yalnız soru")
        before = Clock.objects.of(ticket).values_list("pk", "due_at")
        due, sent = list(before), len(letters(ticket))
        tickets.change_module(ticket, component=self.tahsilat, by=self.ayse)
        self.assertEqual((ticket.severity, list(before), len(letters(ticket))), ("S4", due, sent))

    def test_only_the_desk_corrects_and_it_needs_no_membership_of_the_queue(self):
        ticket = self.file()
        for person in (self.selim, self.zehra, self.hatice, self.nermin):
            with self.assertRaises(NotYourTicket):
                tickets.change_module(ticket, component=self.tahsilat, by=person)
            with self.assertRaises(NotYourTicket):
                corrections.undo(ticket, 1, by=person)
        tickets.move_to_queue(ticket, queue=self.revenue, by=self.burak)
        self.assertFalse(self.revenue.team.members.filter(pk=self.burak.pk).exists())
        self.assertEqual(self.facts("ticket.queue_changed")["after"], "gelir")

    def test_what_was_seen_must_still_stand(self):
        seen, other = self.file(), Ticket.objects.get()
        tickets.change_module(other, component=self.tahsilat, by=self.ayse)
        with self.assertRaises(TicketMovedOn):
            tickets.change_module(seen, component=self.ebys, by=self.burak)
        tickets.resolve(other, by=self.ayse, note="Oldu")
        with self.assertRaises(TicketMovedOn):
            tickets.move_to_queue(Ticket.objects.get(), queue=self.rest, by=self.burak)

    def test_a_queue_that_has_ended_takes_nothing(self):
        ticket = self.file()
        Queue.objects.filter(pk=self.revenue.pk).update(ended_at=now())
        with self.assertRaises(QueueEnded):
            tickets.move_to_queue(ticket, queue=self.revenue, by=self.ayse)

    def test_what_one_municipality_wrote_is_never_shown_to_another(self):
        ticket = self.file()
        with self.assertRaises(WrittenElsewhere):
            tickets.change_municipality(ticket, municipality=self.merzifon, by=self.ayse)
        self.assertFalse(Ticket.objects.visible_to(self.hatice).exists())

    def test_a_call_logged_for_the_wrong_place_moves_with_promises_letters_and_the_search(self):
        ticket = self.file(by=None, requester=self.selim, logged_by=self.ayse, channel="phone")
        tickets.change_municipality(ticket, municipality=self.merzifon, by=self.ayse)
        [kept] = find("merzifon", self.ayse).tickets
        self.assertEqual((kept.municipality, kept.requester), (self.merzifon, None))
        self.assertFalse(Ticket.objects.visible_to(self.selim).exists())
        tickets.name_requester(kept, requester=self.hatice, by=self.ayse)
        self.assertEqual(letters(kept)[-1].address, self.hatice.email)
        with self.assertRaises(RequesterElsewhere):
            tickets.name_requester(kept, requester=self.selim, by=self.ayse)

    def test_a_link_of_the_matcher_falls_with_the_module_and_one_of_a_person_stands(self):
        outage = outages.declare(components=[self.tahsilat], by=self.leyla)
        incident = major_incidents.declare(outage)
        machine, person = self.file(component=self.tahsilat), self.file(component=self.tahsilat)
        major_incidents.link(incident, machine, score=0.9)
        major_incidents.link(incident, person, by=self.ayse)
        for ticket in (machine, person):
            tickets.change_module(ticket, component=self.ebys, by=self.ayse)
        self.assertEqual([t.links.standing().count() for t in (machine, person)], [0, 1])
        self.assertIn(machine, auto_linking.undecided())
        major_incidents.unlink(person, by=self.ayse)
        self.assertNotIn(person, auto_linking.undecided())


class TakingBack(OneDesk, TestCase):
    def last(self):
        return Entry.objects.filter(kind__in=corrections.CORRECTIONS).latest("pk").pk

    def test_each_correction_is_taken_back_with_what_went_along(self):
        ticket = self.file(by=None, requester=self.selim, logged_by=self.ayse, channel="phone")
        before = (ticket.severity, ticket.component, ticket.queue, ticket.municipality, ticket.requester)
        for correct, rightly in (
            (tickets.change_module, {"component": self.tahsilat}),
            (tickets.move_to_queue, {"queue": self.revenue}),
            (tickets.grade, {"severity": "S1"}),
            (tickets.change_municipality, {"municipality": self.merzifon}),
            (tickets.name_requester, {"requester": self.zehra}),
        ):
            correct(ticket, by=self.ayse, **rightly)
            corrections.undo(ticket, self.last(), by=self.ayse)
            ticket = Ticket.objects.get()
            self.assertEqual(
                (ticket.severity, ticket.component, ticket.queue, ticket.municipality, ticket.requester), before
            )

    def test_not_by_another_not_later_and_not_once_somebody_else_has_decided(self):
        ticket = self.file()
        tickets.change_module(ticket, component=self.tahsilat, by=self.ayse)
        entry = self.last()
        with self.assertRaises(TooLateToUndo):
            corrections.undo(ticket, entry, by=self.burak)
        with time_machine.travel(now() + timedelta(minutes=2)), self.assertRaises(TooLateToUndo):
            corrections.undo(ticket, entry, by=self.ayse)
        tickets.change_module(ticket, component=self.ebys, by=self.burak)
        with self.assertRaises(TicketMovedOn):
            corrections.undo(ticket, entry, by=self.ayse)


class TenAtOnce(OneDesk, TransactionTestCase):
    def test_one_module_wins_and_class_and_queue_are_those_of_the_winner(self):
        ticket = self.file()
        wanted = [self.tahsilat, self.ebys, self.rapor, self.eodeme] * 2

        seen = [(Ticket.objects.get(pk=ticket.pk), component) for component in wanted]
        answers = at_once(lambda pair: tickets.change_module(pair[0], component=pair[1], by=self.ayse), seen)
        self.assertEqual(answers.count(None), 1)
        self.assertEqual({type(answer) for answer in answers if answer is not None}, {TicketMovedOn})
        kept = Ticket.objects.get()
        entry = Entry.objects.get(kind="ticket.module_changed")
        self.assertEqual((entry.facts["before"], entry.facts["after"]), ("DIGER", kept.component_id))
        self.assertEqual(kept.queue, self.revenue if kept.component == self.tahsilat else self.rest)
