"""Fifty people at once: real threads, real transactions, one winner."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.test import TransactionTestCase

from foundation.journal.models import Entry
from helpdesk import tickets
from helpdesk.models import Ticket
from helpdesk.refusals import TicketMovedOn, TicketTaken
from tests.helpdesk.builders import a_clerk, a_ticket, an_agent

CROWD = 50


def at_once(work, arguments):
    """Call `work` with each argument from a thread of its own, all at the same moment."""
    arguments = list(arguments)
    start = Barrier(len(arguments))

    def call(argument):
        start.wait()
        try:
            return work(argument)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as crowd:
        return list(crowd.map(call, arguments))


class FiftyAtOnce(TransactionTestCase):
    def setUp(self):
        self.clerk = a_clerk()
        self.ticket = a_ticket(by=self.clerk)

    def test_one_claims_and_the_others_learn_who(self):
        agents = [an_agent(f"Uzman {number}") for number in range(CROWD)]
        answers = at_once(lambda agent: tickets.claim(Ticket.objects.get(pk=self.ticket.pk), by=agent), agents)
        winner = Ticket.objects.get(pk=self.ticket.pk).assignee
        self.assertEqual(answers.count(None), 1)
        refusals = [answer for answer in answers if answer is not None]
        self.assertEqual({type(refusal) for refusal in refusals}, {TicketTaken})
        self.assertTrue(all(winner.name in str(refusal) for refusal in refusals))
        self.assertEqual(Entry.objects.filter(kind="ticket.claimed").count(), 1)

    def test_one_resolves_and_the_others_learn_that_it_moved_on(self):
        agents = [an_agent(f"Uzman {number}") for number in range(10)]
        answers = at_once(
            lambda agent: tickets.resolve(Ticket.objects.get(pk=self.ticket.pk), by=agent, note="Düzeldi"), agents
        )
        self.assertEqual(answers.count(None), 1)
        self.assertEqual({type(answer) for answer in answers if answer is not None}, {TicketMovedOn})
        self.assertEqual(self.ticket.messages.filter(body="Düzeldi").count(), 1)

    def test_one_form_sent_twenty_times_at_once_files_one_ticket(self):
        filed = at_once(lambda number: a_ticket(by=self.clerk, token="same", subject=f"Kez {number}"), range(20))
        self.assertEqual({type(ticket) for ticket in filed}, {Ticket})
        self.assertEqual(len({ticket.number for ticket in filed}), 1)
        self.assertEqual(Ticket.objects.exclude(pk=self.ticket.pk).count(), 1)

    def test_twenty_filed_at_once_have_twenty_numbers(self):
        filed = at_once(lambda number: a_ticket(by=self.clerk, subject=f"Talep {number}"), range(20))
        self.assertEqual(len({ticket.number for ticket in filed}), 20)
