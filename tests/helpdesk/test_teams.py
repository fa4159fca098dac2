"""How the desk is organised: who joins and leaves, what moves to which queue, and what is never left empty."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation.accounts import people
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from helpdesk import tickets
from helpdesk.models import Queue, Team, Ticket
from helpdesk.teams import members, queues, teams
from helpdesk.tickets import agents
from tests.cast import Cast, a_person
from tests.helpdesk.builders import a_ticket, the_queue
from tests.wall.walking import signed_in

Role = Membership.Role


class Desk(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.rest = the_queue()
        self.rest.team.members.add(self.ayse)
        self.team = teams.open_team(code="gelirler", name_tr="Gelirler", name_en="Revenue", by=self.yonca)
        self.team.members.add(self.leyla, self.burak)

    def terms(self, *components, team=None, types=(), **names):
        names = {"name_tr": "Gelirler", "name_en": "Revenue"} | names
        return queues.QueueTerms(team=team or self.team, components=components, types=types, **names)

    def a_queue(self, *components, code="gelirler", **options):
        return queues.open_queue(code, self.terms(*components, **options), by=self.yonca)[0]


class Members(Desk):
    def test_a_stranger_becomes_an_agent_for_as_long_as_they_are_in_the_team(self):
        members.join(self.team, self.stranger, by=self.yonca, may_give_role=True)
        held = Membership.objects.current().get(person=self.stranger)
        assert (held.role, held.scope) == (Role.AGENT, "team:gelirler")
        members.leave(self.team, self.stranger, by=self.yonca)
        assert not Membership.objects.current().filter(person=self.stranger).exists()

    def test_a_role_is_given_by_administrators_who_proved_themselves_and_by_nobody_else(self):
        for lead, proved in ((self.leyla, True), (self.yonca, False)):
            with self.assertRaises(members.NotYetAtTheDesk):
                members.join(self.team, self.stranger, by=lead, may_give_role=proved)
        assert not Membership.objects.filter(person=self.stranger).exists()

    def test_a_shift_lead_looks_after_their_own_team_alone(self):
        members.join(self.team, self.ayse, by=self.leyla)
        with self.assertRaises(teams.NotYourTeam):
            members.join(self.rest.team, self.burak, by=self.leyla)
        with self.assertRaises(teams.NotYourTeam):
            members.join(self.team, self.nermin, by=self.burak)

    def test_who_leaves_gives_back_what_they_had_claimed_there_and_keeps_the_rest(self):
        self.a_queue(self.ebys)
        here = a_ticket(municipality=self.odunpazari, component=self.ebys)
        elsewhere = a_ticket(municipality=self.odunpazari, component=self.tahsilat)
        for ticket in (here, elsewhere):
            tickets.claim(ticket, by=self.burak)
        assert members.leave(self.team, self.burak, by=self.leyla) == 1
        here.refresh_from_db()
        elsewhere.refresh_from_db()
        assert (here.assignee, elsewhere.assignee) == (None, self.burak)
        assert Entry.objects.filter(kind="ticket.released", subject_id=str(here.pk)).exists()

    def test_who_may_work_no_longer_gives_back_everything_and_leaves_every_team(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat)
        tickets.claim(ticket, by=self.burak)
        people.end_membership(self.burak.memberships.get(), by=self.yonca)
        ticket.refresh_from_db()
        assert ticket.assignee is None
        assert not Team.objects.filter(members=self.burak).exists()

    def test_a_closed_account_gives_back_everything(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat)
        tickets.claim(ticket, by=self.burak)
        people.revoke(self.burak, by=self.yonca)
        ticket.refresh_from_db()
        assert ticket.assignee is None

    def test_the_last_person_of_those_who_take_the_rest_stays(self):
        with self.assertRaises(members.LastOfTheRest):
            members.leave(self.rest.team, self.ayse, by=self.yonca)

    def test_those_who_know_the_module_are_offered_first(self):
        members.know(self.burak, [self.ebys], team=self.team, by=self.leyla)
        first = agents.for_module("EBYS")[0]
        assert (first.pk, first.knows_it_well) == (self.burak.pk, True)
        assert not any(each.knows_it_well for each in agents.for_module("TAHSILAT"))


class Queues(Desk):
    def test_a_ticket_goes_to_the_narrowest_queue_that_takes_it(self):
        self.a_queue(self.ebys)
        self.a_queue(self.tahsilat, code="buyuksehir", types=["buyuksehir"])
        assert a_ticket(municipality=self.odunpazari, component=self.ebys).queue.code == "gelirler"
        assert a_ticket(municipality=self.eskisehir, component=self.tahsilat).queue.code == "buyuksehir"
        assert a_ticket(municipality=self.odunpazari, component=self.tahsilat).queue == self.rest

    def test_provincial_municipalities_are_not_found_in_the_word_for_districts(self):
        self.a_queue(self.ebys, types=["ilce"])
        assert a_ticket(municipality=self.amasya, component=self.ebys).queue == self.rest

    def test_a_module_lies_in_one_queue_for_each_kind_of_place(self):
        first, second = self.a_queue(self.ebys), self.a_queue(self.ebys, code="belge")
        assert (list(first.components.all()), list(second.components.all())) == ([], [self.ebys])
        third = self.a_queue(self.ebys, code="ilce", types=["ilce"])
        assert second.components.count() == 0
        fourth = self.a_queue(self.ebys, code="il", types=["il"])
        assert third.components.count() == fourth.components.count() == 1

    def test_open_tickets_are_counted_first_and_move_only_if_wished(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.ebys)
        effect = queues.effect_of(None, "belge", self.terms(self.ebys), by=self.yonca)
        assert (effect.misplaced, Queue.objects.filter(code="belge").exists()) == (1, False)

        queue, stayed = queues.open_queue("belge", self.terms(self.ebys), by=self.yonca)
        ticket.refresh_from_db()
        assert (stayed.misplaced, ticket.queue) == (1, self.rest)

        moved = queues.change_queue(queue, self.terms(self.ebys, self.eimza), by=self.yonca, move_tickets=True)
        assert moved.misplaced == 0, "only modules that were touched are looked at"
        queues.change_queue(queue, self.terms(), by=self.yonca)
        queues.change_queue(queue, self.terms(self.ebys), by=self.yonca, move_tickets=True)
        ticket.refresh_from_db()
        assert ticket.queue == queue

    def test_ended_tickets_stay_where_they_were(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.ebys)
        tickets.withdraw(ticket, by=self.selim, reason="")
        queue = queues.open_queue("belge", self.terms(self.ebys), by=self.yonca, move_tickets=True)[0]
        assert not queue.tickets.exists()

    def test_one_queue_always_takes_the_rest(self):
        queue = self.a_queue(self.ebys)
        with self.assertRaises(queues.QueueTakesTheRest):
            queues.end_queue(self.rest, by=self.yonca)
        queues.take_the_rest(queue, by=self.yonca)
        queues.end_queue(self.rest, by=self.yonca)
        assert list(Queue.objects.filter(takes_the_rest=True)) == [queue]

    def test_what_lies_in_a_queue_that_ends_moves_and_its_modules_go_to_the_rest(self):
        queue = self.a_queue(self.ebys)
        ticket = a_ticket(municipality=self.odunpazari, component=self.ebys)
        assert queues.end_queue(queue, by=self.yonca) == 1
        ticket.refresh_from_db()
        assert ticket.queue == self.rest
        assert Queue.objects.get(pk=queue.pk).ended_at

    def test_a_team_ends_after_its_queues(self):
        queue = self.a_queue(self.ebys)
        with self.assertRaises(teams.TeamHasQueues):
            teams.end_team(self.team, by=self.yonca)
        queues.end_queue(queue, by=self.yonca)
        teams.end_team(self.team, by=self.yonca)
        assert (self.team.members.count(), bool(self.team.ended_at)) == (0, True)


class Pages(Desk):
    def test_somebody_is_added_by_address_and_told_that_they_are_an_agent_now(self):
        newcomer = a_person(name="Yeni Kişi")
        page = signed_in(self.yonca).post("/desk/teams/gelirler/", {"email": newcomer.email}, follow=True)
        self.assertContains(page, "Yeni Kişi")
        self.assertContains(page, "destek uzmanı görevini")

    def test_an_unknown_address_is_answered_with_what_to_do(self):
        page = signed_in(self.leyla).post("/desk/teams/gelirler/", {"email": "kim@example.test"})
        self.assertContains(page, "davet", status_code=422)

    def test_a_change_that_touches_open_tickets_is_shown_before_it_happens(self):
        a_ticket(municipality=self.odunpazari, component=self.ebys)
        form = {"code": "belge", "name_tr": "Belge", "name_en": "Documents", "team": "gelirler"}
        form |= {"components": ["EBYS"], "open_tickets": "stay"}
        client = signed_in(self.yonca)
        self.assertContains(client.post("/desk/queues/new/", form), "1 açık talep")
        assert not Queue.objects.filter(code="belge").exists()
        client.post("/desk/queues/new/", form | {"open_tickets": "move", "publish": "yes"})
        assert Ticket.objects.get().queue.code == "belge"

    def test_the_page_of_a_team_asks_as_often_for_ten_as_for_two(self):
        client = signed_in(self.leyla)
        for _warm in range(2):
            before = self.queries_of(client)
        self.team.members.add(*[a_person(Role.AGENT) for _ in range(8)])
        assert self.queries_of(client) == before

    def queries_of(self, client) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/teams/gelirler/")
        return len(asked)
