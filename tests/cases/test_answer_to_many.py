"""An answer to 245 tickets shows at once how far it has come, and is finished whatever dies."""

from django.test import TestCase
from django.urls import reverse

from foundation.directory.models import Person
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.incidents import answers, major_incidents
from helpdesk.models import AnsweredTicket, Message, OwedAnswer, Ticket, TicketLink
from monitoring import outages
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket

MANY = 245
WORDS = "Ekip çalışıyor."


class AnAnswerToManyTickets(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.outage = outages.declare(components=[self.tahsilat], scope="central")
        self.incident = major_incidents.declare(self.outage)
        first = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        names = [field.attname for field in Ticket._meta.concrete_fields if not field.primary_key]
        fields = {name: getattr(first, name) for name in names}
        Ticket.objects.bulk_create(
            Ticket(**(fields | {"id": 900_000 + place, "number": f"DST-2026-{900_000 + place}"}))
            for place in range(MANY - 1)
        )
        self.tickets = list(Ticket.objects.order_by("pk"))
        TicketLink.objects.bulk_create(TicketLink(ticket=ticket, incident=self.incident) for ticket in self.tickets)

    def press(self, **words):
        return answers.answer_all(self.incident, **({"text": WORDS, "by": self.leyla, "token": "t"} | words))

    def written(self):
        return Message.objects.filter(body=WORDS)

    def page(self):
        self.client.force_login(self.leyla)
        self.client.cookies["django_language"] = "en"
        return self.client.get(reverse("helpdesk:answers_given", args=[self.incident.pk])).content.decode()

    def test_returns_after_the_first_fifty_and_says_how_many_are_to_come(self):
        self.assertEqual(self.press().tickets, MANY)
        self.assertEqual(self.written().count(), answers.BATCH)
        self.assertIn("50 of 245 tickets looked at", self.page())
        self.assertIn("<progress", self.page())

    def test_reaches_each_ticket_once_and_then_says_so(self):
        self.press()
        self.assertEqual(answers.write_owed(), MANY - answers.BATCH)
        self.assertEqual(answers.write_owed(), 0)
        self.assertEqual(self.written().count(), MANY)
        self.assertEqual(self.written().values("ticket").distinct().count(), MANY)
        self.assertIn("to 245 tickets", self.page())
        self.assertNotIn("<progress", self.page())

    def test_is_one_letter_to_whoever_filed_many(self):
        self.press()
        answers.write_owed()
        letters = OutboxMessage.objects.filter(batch__key__startswith="incident:")
        self.assertEqual([letter.address for letter in letters], [self.selim.email])

    def test_is_finished_by_the_next_worker_when_one_dies_between_two_batches(self):
        given = self.press()
        answers.go_on(given)
        OwedAnswer.objects.claim(1)  # leased, and its owner dies
        self.assertEqual(answers.write_owed(), 0)
        OwedAnswer.objects.update(leased_until="2020-01-01T00:00:00Z")
        answers.write_owed()
        self.assertEqual(self.written().values("ticket").distinct().count(), self.written().count())
        self.assertEqual(self.written().count(), MANY)

    def test_leaves_out_what_ended_or_went_its_own_way_meanwhile_and_names_it(self):
        self.press()
        late, unlinked = self.tickets[-1], self.tickets[-2]
        tickets.claim(late, by=self.ayse)
        tickets.resolve(late, by=self.ayse, note="Oldu")
        major_incidents.unlink(unlinked, by=self.ayse)
        answers.write_owed()
        self.assertEqual(self.written().count(), MANY - 2)
        page = self.page()
        self.assertIn("1 · left out: it had ended meanwhile", page)
        self.assertIn("1 · left out: the link was undone meanwhile", page)
        self.assertIn("to 243 tickets", page)

    def test_says_of_how_many_nobody_reads_letters(self):
        Person.objects.filter(pk__in=[self.selim.pk, self.zehra.pk]).update(is_active=False)
        self.press()
        answers.write_owed()
        self.assertEqual(self.written().count(), MANY)
        self.assertIn("245 · answered on its page; nobody of it reads our letters", self.page())

    def test_is_for_those_who_were_linked_when_it_was_given(self):
        self.press()
        newcomer = a_ticket(municipality=self.merzifon, component=self.tahsilat, by=self.hatice)
        major_incidents.link(self.incident, newcomer)
        answers.write_owed()
        self.assertFalse(self.written().filter(ticket=newcomer).exists())
        self.assertEqual(AnsweredTicket.objects.count(), MANY)

    def test_pressed_twice_is_one_answer(self):
        self.press()
        self.press()
        answers.write_owed()
        self.assertEqual(self.written().count(), MANY)
