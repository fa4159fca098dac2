"""One act for many tickets: every ticket by its own verb, once, with a report of what was left out."""

from datetime import timedelta
from unittest.mock import patch

import time_machine
from django.test import TestCase, TransactionTestCase

from foundation import now
from foundation.directory.models import Membership
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.bulk import doing, running, selection
from helpdesk.bulk.running import ActIsOver, BulkTerms, NotYourAct
from helpdesk.models import BulkAct, Message, Queue, Ticket
from helpdesk.refusals import NotYourTicket
from helpdesk.tickets.queue import QueueFilter
from monitoring import outages
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue
from tests.helpdesk.test_races import at_once

LATER = running.UNDO_WINDOW + timedelta(seconds=1)


def in_a_while():
    return time_machine.travel(now() + LATER, tick=False)


def numbers(tickets) -> list[str]:
    return [ticket.number for ticket in tickets]


def outcomes(act) -> dict[str, int]:
    return dict(running.progress_of(act).counts)


class ManyTickets(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.tickets = [a_ticket(by=self.selim, subject=f"Makbuz {number}") for number in range(4)]
        self.chosen = selection.by_number(numbers(self.tickets), self.ayse)

    def order(self, kind, chosen=None, **words):
        return running.order(BulkTerms(kind, **words), chosen or self.chosen, by=self.ayse)

    def other_queue(self):
        return Queue.objects.create(code="gece", name_tr="Gece", name_en="Night", team=the_queue().team)

    def test_a_short_act_that_nobody_reads_is_done_at_once_and_says_what_it_left_out(self):
        tickets.claim(self.tickets[1], by=self.burak)
        tickets.resolve(self.tickets[2], by=self.burak, note="Düzeldi")
        chosen = selection.by_number([*numbers(self.tickets), "dst-yok", self.tickets[0].number], self.ayse)
        act = self.order("claim", chosen)
        assert outcomes(act) == {"done": 2, "refused": 3}
        assert act.ended_at
        assert act.total == 5, "one number twice is one ticket"
        why = dict(act.rows.filter(outcome="refused").values_list("number", "why"))
        assert why[self.tickets[1].number] == "Bu talebi başka bir arkadaşınız üstlendi: Burak Demir."
        assert "DST-YOK" in why
        assert set(Ticket.objects.filter(assignee=self.ayse)) == {self.tickets[0], self.tickets[3]}

    def test_words_wait_and_can_be_stopped(self):
        act = self.order("reply", text="Sayın {belediye}, {talep} düzeldi.")
        assert running.carry_owed() == 0
        with self.assertRaises(NotYourAct):
            running.stop(act, by=self.burak)
        assert running.stop(act, by=self.ayse) == 4
        with in_a_while():
            assert running.carry_owed() == 0
        assert not Message.objects.filter(author=self.ayse).exists()
        with self.assertRaises(ActIsOver):
            running.stop(act, by=self.ayse)

    def test_then_each_ticket_has_them_with_its_own_words_and_one_letter(self):
        before = OutboxMessage.objects.count()
        act = self.order("resolve", text="Sayın {belediye}, {talep} düzeldi.")
        with in_a_while():
            assert running.carry_owed() == 4
            assert running.carry_owed() == 0
        assert outcomes(act) == {"done": 4}
        assert not Ticket.objects.open().exists()
        body = self.tickets[3].messages.get(author=self.ayse).body
        assert body == f"Sayın {self.odunpazari.full_name}, {self.tickets[3].number} düzeldi."
        assert OutboxMessage.objects.count() == before + 4

    def test_a_worker_that_dies_is_followed_by_one_that_does_nothing_twice(self):
        act = self.order("reply", text="Bakıyoruz")
        real, calls = doing.do, []

        def dies(act, row):
            calls.append(row)
            real(act, row)
            if len(calls) == 3:
                raise KeyboardInterrupt

        with in_a_while():
            with patch.object(doing, "do", dies), self.assertRaises(KeyboardInterrupt):
                running.carry_owed()
            assert outcomes(act) == {"done": 2, "owed": 2}
            assert running.carry_owed() == 0, "its lease runs on"
        with time_machine.travel(now() + timedelta(minutes=1), tick=False):
            assert running.carry_owed() == 2
        assert Message.objects.filter(body="Bakıyoruz").count() == 4

    def test_a_fault_of_ours_is_named_and_stops_nobody_else(self):
        real = doing.do

        def trips(act, row):
            if row.number == self.tickets[0].number:
                raise ValueError("a fault")
            real(act, row)

        with patch.object(doing, "do", trips), self.assertLogs("helpdesk.bulk.running", "ERROR"):
            act = self.order("note", text="Bakıldı")
        assert outcomes(act) == {"done": 3, "failed": 1}

    def test_every_kind_does_what_its_button_does(self):
        outage = outages.declare(components=[self.tahsilat], by=self.nermin)
        one = selection.by_number(numbers(self.tickets[:1]), self.ayse)
        wanted = {
            "claim": {},
            "release": {},
            "assign": {"act-to": self.burak.pk},
            "module": {"act-component": "EBYS"},
            "queue": {"act-queue": self.other_queue().pk},
            "severity": {"act-severity": "S1", "act-text": ""},
            "note": {"act-text": "Bakıldı"},
            "link": {"act-outage": outage.pk},
            "wait": {"act-text": "Sürüm?"},
            "third_party": {"act-text": "Bankada"},
            "reply": {"act-text": "Bakıyoruz"},
            "snooze": {"act-moment": "monday"},
            "resolve": {"act-text": "Oldu"},
        }
        assert set(wanted) == set(dict(BulkAct.choices())) == set(doing.DOING)
        self.client.force_login(self.ayse)
        for kind, fields in wanted.items():
            sent = {"kind": kind, "number": one.tickets[0][1], "confirmed": "yes", **fields}
            answer = self.client.post("/desk/acts/new/", sent)
            assert answer.status_code == 302, (kind, answer.content.decode())
            with in_a_while():
                running.carry_owed()
            assert outcomes(BulkAct.objects.first()) == {"done": 1}, (kind, BulkAct.objects.first().rows.get().why)
        ticket = Ticket.objects.get(pk=self.tickets[0].pk)
        assert (ticket.status, ticket.severity, ticket.assignee) == ("resolved", "S1", self.burak)

    def test_all_of_a_view_goes_over_its_pages_and_asks_first(self):
        self.client.force_login(self.ayse)
        with patch("helpdesk.tickets.queue.PAGE", 2):
            desk = self.client.get("/desk/?view=unclaimed&q=makbuz")
            self.assertContains(desk, "Bu görünümün tümü")
        sent = {"kind": "claim", "of": "view=unclaimed&q=makbuz", "all": "yes"}
        self.assertContains(self.client.post("/desk/acts/new/", sent), "4 talep")
        assert not Ticket.objects.filter(assignee=self.ayse).exists()
        page = self.client.post("/desk/acts/new/", sent | {"confirmed": "yes"}, follow=True)
        self.assertContains(page, "4 talepten 4 tanesinde yapıldı")
        assert Ticket.objects.filter(assignee=self.ayse).count() == 4

    def test_what_is_missing_is_said_and_nothing_typed_is_lost(self):
        self.client.force_login(self.ayse)
        sent = {"kind": "reply", "number": numbers(self.tickets), "confirmed": "yes", "act-text": " "}
        answer = self.client.post("/desk/acts/new/", sent)
        self.assertContains(answer, self.tickets[3].number, status_code=422)
        for wrong in ({"kind": ""}, {"kind": "claim"}, {"kind": "uydurma", "number": "x"}):
            assert self.client.post("/desk/acts/new/", wrong).status_code == 422
        with patch.object(selection, "MOST", 3), self.assertRaises(selection.SelectionTooLarge):
            selection.of_view(QueueFilter(view="all"), self.ayse)

    def test_the_page_asks_the_same_however_many_there_are(self):
        self.client.force_login(self.ayse)
        act = self.order("claim", selection.by_number(["YOK-1", *numbers(self.tickets)], self.ayse))
        many = self.order("claim", selection.by_number([f"YOK-{n}" for n in range(200)], self.ayse))
        self.client.get(f"/desk/acts/{act.pk}/")
        with self.assertNumQueries(7):
            self.client.get(f"/desk/acts/{act.pk}/")
        with self.assertNumQueries(7):
            self.client.get(f"/desk/acts/{many.pk}/")

    def test_who_left_the_desk_meanwhile_does_nothing_more(self):
        act = self.order("reply", text="Bakıyoruz")
        Membership.objects.filter(person=self.ayse).update(until=now())
        with in_a_while():
            running.carry_owed()
        assert outcomes(act) == {"refused": 4}
        with self.assertRaises(NotYourTicket):
            running.order(BulkTerms("claim"), self.chosen, by=self.selim)


class TwoWorkers(Cast, TransactionTestCase):
    def test_do_nothing_twice(self):
        chosen = selection.by_number(numbers([a_ticket(by=self.selim) for _n in range(6)]), self.ayse)
        act = running.order(BulkTerms("reply", text="Bakıyoruz"), chosen, by=self.ayse)
        at_once(lambda _n: running.go_on(BulkAct.objects.get(pk=act.pk), 25), range(4))
        assert outcomes(act) == {"done": 6}
        assert Message.objects.filter(body="Bakıyoruz").count() == 6
