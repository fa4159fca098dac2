"""Restricted tickets: who is named, what the others lose, and the deadlines of the law."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from foundation import now
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from foundation.live.models import Event
from foundation.outbox.hooks import feed
from foundation.outbox.models import FeedEvent, OutboxMessage
from helpdesk import escalations, tickets
from helpdesk.distribution import giving
from helpdesk.incidents import auto_linking
from helpdesk.links import linking, merging
from helpdesk.models import DeskNotice, Distribution, KeptDraft, NamedReader, NoticeMatter, OwedWord, Ticket
from helpdesk.models.restriction import StatutoryRule
from helpdesk.notices import followers
from helpdesk.notices.followers import NotAReader
from helpdesk.refusals import HoldsOthers, NotNamed, NotYourTicket, RestrictedStandsAlone
from helpdesk.restricted import naming
from helpdesk.statutes import clocks
from helpdesk.tickets import counters, detail, readers
from helpdesk.tickets.consumers import TicketSocket
from helpdesk.writing import drafts
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket
from tests.wall.walking import signed_in

pytestmark = pytest.mark.both("a constraint, a counter written in SQL, and JSON that is looked into")
MORNING = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


def sees(person, ticket) -> bool:
    person.__dict__.pop("current_memberships", None)
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def kinds(ticket) -> list[str]:
    return list(Entry.objects.filter(subject_id=str(ticket.pk)).order_by("pk").values_list("kind", flat=True))


class Restricted(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = self.a_ticket()

    def a_ticket(self, **words) -> Ticket:
        words = {"municipality": self.odunpazari, "component": self.tahsilat, "by": self.selim} | words
        return a_ticket(**words)

    def restricted(self, kind="personnel", **words) -> Ticket:
        naming.restrict(self.ticket, kind=kind, by=self.ayse, **words)
        return self.ticket

    def named(self) -> set[str]:
        return set(NamedReader.objects.filter(ticket=self.ticket).values_list("person__email", flat=True))


class Naming(Restricted):
    def test_only_who_restricts_who_has_it_and_who_asked_see_it(self):
        tickets.assign(self.ticket, to=self.burak, by=self.ayse)
        self.restricted()
        assert self.named() == {self.ayse.email, self.burak.email, self.selim.email}
        everybody = (self.ayse, self.burak, self.selim, self.leyla, self.yonca, self.nermin, self.kemal, self.zehra)
        assert [sees(person, self.ticket) for person in everybody] == [True, True, True, *[False] * 5]

    def test_the_same_said_twice_is_written_down_once(self):
        self.restricted()
        self.restricted()
        assert kinds(self.ticket).count("ticket.restricted") == 1

    def test_a_restricted_ticket_always_has_a_kind_and_a_keeper(self):
        for wrong in ({"restriction": "personnel"}, {"keeper": self.ayse}, {"restriction": "x", "keeper": self.ayse}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Ticket.objects.filter(pk=self.ticket.pk).update(**wrong)

    def test_a_reader_is_named_once(self):
        self.restricted()
        naming.name(self.ticket, self.leyla, by=self.ayse)
        naming.name(self.ticket, self.leyla, by=self.ayse)
        assert kinds(self.ticket).count("ticket.reader_named") == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            NamedReader.objects.create(ticket=self.ticket, person=self.leyla)

    def test_who_could_not_see_it_anyway_is_not_named_and_the_named_clerk_names_nobody(self):
        self.restricted()
        with pytest.raises(NotAReader):
            naming.name(self.ticket, self.hatice, by=self.ayse)
        with pytest.raises(NotNamed):
            naming.name(self.ticket, self.zehra, by=self.selim)
        naming.name(self.ticket, self.zehra, by=self.ayse)
        assert sees(self.zehra, self.ticket)

    def test_the_unnamed_neither_name_nor_lift_nor_remove(self):
        self.restricted()
        for act in (
            lambda: naming.name(self.ticket, self.burak, by=self.leyla),
            lambda: naming.remove(self.ticket, self.selim, by=self.yonca),
            lambda: naming.lift(self.ticket, by=self.burak),
        ):
            with pytest.raises(NotNamed):
                act()
        with pytest.raises(NotYourTicket):
            naming.restrict(self.a_ticket(), kind="personnel", by=self.zehra)

    def test_whoever_is_removed_has_it_no_more_and_another_answers_for_it(self):
        tickets.assign(self.ticket, to=self.ayse, by=self.ayse)
        self.restricted()
        naming.name(self.ticket, self.leyla, by=self.ayse)
        naming.remove(self.ticket, self.ayse, by=self.leyla)
        self.ticket.refresh_from_db()
        assert (self.ticket.keeper, self.ticket.assignee, sees(self.ayse, self.ticket)) == (self.leyla, None, False)

    def test_the_last_of_the_desk_stays(self):
        self.restricted()
        with pytest.raises(naming.LastOfTheDesk):
            naming.remove(self.ticket, self.ayse, by=self.ayse)

    def test_lifted_it_is_everybodys_again(self):
        self.restricted()
        naming.lift(self.ticket, by=self.ayse)
        assert sees(self.burak, self.ticket) and sees(self.zehra, self.ticket) and not self.named()
        assert kinds(self.ticket)[-2:] == ["ticket.restricted", "ticket.restriction_lifted"]

    def test_an_administrator_names_herself_and_everybody_who_is_named_is_told(self):
        self.restricted()
        assert not sees(self.yonca, self.ticket)
        naming.enter(self.ticket.number.lower(), reason="Kimseye ulaşılamıyor", by=self.yonca)
        naming.enter(self.ticket.number, reason="Bir daha", by=self.yonca)
        assert sees(self.yonca, self.ticket)
        letters = OutboxMessage.objects.filter(batch__key__startswith="restricted:entered:")
        assert set(letters.values_list("address", flat=True)) == {self.ayse.email, self.selim.email}
        assert all("Kimseye ulaşılamıyor" in text for text in letters.values_list("text", flat=True))
        assert DeskNotice.objects.filter(person=self.ayse, matter=NoticeMatter.ENTERED).count() == 1
        assert kinds(self.ticket).count("ticket.reader_entered") == 1

    def test_nobody_else_does_and_a_number_that_is_not_restricted_says_nothing(self):
        self.restricted()
        with pytest.raises(naming.OnlyAdministrators):
            naming.enter(self.ticket.number, reason="Merak", by=self.leyla)
        for number in (self.a_ticket().number, "DST-2026-999999"):
            with pytest.raises(naming.NotRestricted):
                naming.enter(number, reason="Merak", by=self.yonca)

    def test_where_the_last_of_the_desk_leaves_those_who_answer_for_it_are_named(self):
        self.restricted()
        Membership.objects.filter(person=self.ayse).update(until=now())
        self.ayse.__dict__.pop("current_memberships", None)
        naming.followed_role(self.ayse)
        self.ticket.refresh_from_db()
        assert (self.ticket.keeper, sees(self.leyla, self.ticket), sees(self.ayse, self.ticket)) == (
            self.leyla,
            True,
            False,
        )


class WhatTheOthersLose(Restricted):
    def test_followers_drafts_and_owed_words_of_the_unnamed(self):
        followers.follow(self.ticket, self.leyla, by=self.leyla)
        followers.follow(self.ticket, self.zehra, by=self.zehra)
        drafts.keep(self.burak, self.ticket, {"body": "Yarım"}, form="")
        OwedWord.objects.create(key="k", person=self.burak, ticket=self.ticket, subject="s", text="t")
        self.restricted()
        assert not self.ticket.followers.exists()
        assert not KeptDraft.objects.exclude(sent_at__isnull=False).filter(ticket=self.ticket).exists()
        assert escalations.write_digests() == 0

    def test_programs_are_told_nothing_of_it_and_what_they_were_told_is_taken_back(self):
        feed.follow()
        assert FeedEvent.objects.filter(data__ticket=self.ticket.number).exists()
        self.restricted()
        tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
        feed.follow()
        assert not FeedEvent.objects.filter(data__ticket=self.ticket.number).exists()
        naming.lift(self.ticket, by=self.ayse)
        tickets.reply(self.ticket, by=self.ayse, body="Sürüyor")
        feed.follow()
        assert FeedEvent.objects.filter(data__ticket=self.ticket.number, kind="ticket.replied").count() == 1

    def test_open_pages_of_the_unnamed_hear_nothing_and_its_words_travel_nowhere(self):
        self.restricted()
        newest = Event.objects.latest("pk").pk
        tickets.note(self.ticket, by=self.ayse, body="Aramızda")
        tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
        tickets.claim(self.ticket, by=self.ayse)
        told = Event.objects.filter(pk__gt=newest)
        rooms = {f"ticket:{self.ticket.number}:of:{person.pk}" for person in (self.ayse, self.selim)}
        assert set(told.exclude(audience="desk").values_list("audience", flat=True)) <= rooms
        assert set(told.filter(audience="desk").values_list("kind", flat=True)) == {"queue"}
        assert not any(self.ticket.subject in str(data) for data in told.values_list("data", flat=True))
        notes = told.filter(kind="message", data__kind="note").values_list("audience", flat=True)
        assert set(notes) == {f"ticket:{self.ticket.number}:of:{self.ayse.pk}"}

    def test_a_socket_opens_for_the_named_alone_and_in_a_room_of_their_own(self):
        self.restricted()
        socket = TicketSocket()
        socket.kwargs, socket.person = {"number": self.ticket.number}, self.burak
        assert not socket.allows()
        socket.person = self.ayse
        assert socket.allows() and socket.audience == f"ticket:{self.ticket.number}:of:{self.ayse.pk}"

    def test_it_is_given_out_to_nobody_matched_to_nothing_and_assigned_to_the_named_alone(self):
        self.ticket.queue.team.members.add(self.burak)
        Distribution.objects.create(queue=self.ticket.queue)
        self.restricted()
        assert giving.give_waiting() == 0
        Ticket.objects.filter(pk=self.ticket.pk).update(matched_at=None)
        assert auto_linking.match_waiting() == 0
        with pytest.raises(NotNamed):
            tickets.assign(self.ticket, to=self.burak, by=self.ayse)

    def test_it_stands_alone(self):
        other = self.a_ticket()
        linking.link(self.ticket, other, relation="related", by=self.ayse)
        self.restricted()
        assert not linking.of(other, self.ayse)
        with pytest.raises(RestrictedStandsAlone):
            linking.link(other, self.ticket, relation="related", by=self.ayse)
        with pytest.raises(RestrictedStandsAlone):
            merging.merge(other, into=self.ticket, by=self.ayse)

    def test_what_holds_others_is_taken_apart_first(self):
        merging.merge(self.a_ticket(), into=self.ticket, by=self.ayse)
        self.ticket.refresh_from_db()
        with pytest.raises(HoldsOthers):
            self.restricted()

    def test_the_history_of_another_ticket_no_longer_names_it(self):
        other = self.a_ticket()
        linking.link(self.ticket, other, relation="related", by=self.ayse)
        self.restricted()
        page = signed_in(self.burak).get(reverse("helpdesk:ticket", args=[other.number]), {"history": "1"})
        assert self.ticket.number not in page.content.decode()

    def test_letters_go_to_its_requester_and_to_nobody_in_their_place(self):
        self.restricted()
        assert readers.readers_of([self.ticket]) == {self.ticket.pk: self.selim}
        assert readers.keepers_for(self.ticket) == []
        naming.remove(self.ticket, self.selim, by=self.ayse)
        assert readers.readers_of([self.ticket]) == {}

    def test_counters_count_it_for_the_named_alone(self):
        self.restricted()
        self.a_ticket()
        counters.recount()
        counted = [counters.numbers_for(person) for person in (self.ayse, self.burak, self.yonca)]
        assert [(each.everything, each.unclaimed) for each in counted] == [(2, 2), (1, 1), (1, 1)]

    def test_beside_another_ticket_of_the_municipality_it_does_not_stand(self):
        other = self.a_ticket()
        self.restricted()
        beside = {
            person: [one.number for one in detail.around(other, person).others] for person in (self.ayse, self.burak)
        }
        assert beside == {self.ayse: [self.ticket.number], self.burak: []}

    def test_nobody_unnamed_is_told_of_it(self):
        self.restricted()
        before = DeskNotice.objects.count()
        tickets.note(self.ticket, by=self.ayse, body="@Burak Demir bak")
        assert DeskNotice.objects.count() == before


class FiledRestricted(Restricted):
    def test_who_asks_and_those_who_answer_for_the_desk_are_named_and_nobody_else_hears(self):
        newest = Event.objects.latest("pk").pk
        self.ticket = self.a_ticket(restriction="breach", subject="Liste sızdı")
        assert self.named() == {self.leyla.email, self.selim.email}
        assert (self.ticket.keeper, self.ticket.matched_at) == (self.leyla, self.ticket.created_at)
        assert not any(
            "sızdı" in str(data) for data in Event.objects.filter(pk__gt=newest).values_list("data", flat=True)
        )
        assert set(DeskNotice.objects.filter(ticket=self.ticket).values_list("person", flat=True)) == {self.leyla.pk}
        received = OutboxMessage.objects.get(batch__key=f"ticket:{self.ticket.number}:received")
        assert received.address == self.selim.email

    def test_an_agent_who_writes_it_down_by_telephone_answers_for_it(self):
        self.ticket = self.a_ticket(restriction="security", by=None, requester=self.selim, logged_by=self.burak)
        assert (self.ticket.keeper, self.named()) == (self.burak, {self.burak.email, self.selim.email})

    def test_a_clerk_files_it_on_the_page(self):
        form = {
            "token": "t", "subject": "Liste sızdı", "module": "TAHSILAT", "impact": "all", "urgency": "danger",
            "restriction": "breach",
        }  # fmt: skip
        answer = signed_in(self.selim).post(reverse("helpdesk:new_ticket"), form, follow=True)
        ticket = Ticket.objects.get(subject="Liste sızdı")
        assert ticket.restriction == "breach" and "72 saat" in answer.content.decode()
        assert signed_in(self.zehra).get(reverse("helpdesk:ticket", args=[ticket.number])).status_code == 404


class DeadlinesOfTheLaw(Restricted):
    def clock(self):
        return self.ticket.statutory_clocks.get()

    def letters(self) -> list[str]:
        sent = OutboxMessage.objects.filter(batch__key__startswith="statutory:", address=self.ayse.email)
        return list(sent.order_by("pk").values_list("subject", flat=True))

    def test_the_board_hears_within_72_hours_of_learning_by_the_calendar(self):
        learned = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # a Friday afternoon; the weekend counts
        with time_machine.travel(MORNING, tick=False):
            self.restricted("breach", since=learned)
            assert (self.clock().rule, self.clock().due_at) == (
                StatutoryRule.BREACH_NOTICE,
                learned + timedelta(hours=72),
            )

    def test_an_application_is_answered_within_thirty_days(self):
        self.restricted("kvkk")
        assert self.clock().due_at == self.ticket.created_at + timedelta(days=30)

    def test_the_other_kinds_have_no_clock(self):
        for kind in ("personnel", "security"):
            self.ticket = self.a_ticket()
            self.restricted(kind)
            assert not self.ticket.statutory_clocks.exists()

    def test_named_people_are_warned_at_half_a_day_before_and_at_the_end_each_once(self):
        with time_machine.travel(MORNING, tick=False) as traveller:
            self.ticket = self.a_ticket()
            self.restricted("breach")
            warned = []
            for hours in (35, 1, 11, 1, 23, 1, 48):
                traveller.shift(timedelta(hours=hours))
                clocks.warn_due()
                assert clocks.warn_due() == 0
                warned.append(len(self.letters()))
        assert warned == [0, 1, 1, 2, 2, 3, 3]
        assert "yaklaşıyor" in self.letters()[0] and "geçti" in self.letters()[-1]
        everybody = OutboxMessage.objects.filter(batch__key__startswith="statutory:")
        assert set(everybody.values_list("address", flat=True)) == {self.ayse.email, self.selim.email}
        assert not any(self.ticket.subject in text for text in everybody.values_list("text", flat=True))

    def test_what_lies_behind_already_is_one_warning_at_once(self):
        self.restricted("breach", since=now() - timedelta(hours=80))
        assert (clocks.warn_due(), clocks.warn_due(), len(self.letters())) == (1, 0, 1)

    def test_neither_waiting_nor_the_end_of_the_ticket_stops_it(self):
        self.restricted("kvkk")
        due = self.clock().due_at
        tickets.wait(self.ticket, by=self.ayse, body="Hangi kayıt?")
        tickets.resolve(self.ticket, by=self.ayse, note="Bitti")
        assert (self.clock().due_at, self.clock().is_running) == (due, True)

    def test_it_ends_when_somebody_says_when_it_was_done_and_only_once(self):
        self.restricted("breach", since=now() - timedelta(hours=80))
        clocks.end(self.clock(), at=now() - timedelta(hours=10), reference="KVKK-1", by=self.ayse)
        assert (self.clock().was_kept, self.clock().warn_at, clocks.warn_due()) == (True, None, 0)
        with pytest.raises(clocks.ClockIsOver):
            clocks.end(self.clock(), at=now(), by=self.ayse)
        assert kinds(self.ticket).count("ticket.statutory_ended") == 1

    def test_late_is_late(self):
        self.restricted("breach", since=now() - timedelta(hours=80))
        clocks.end(self.clock(), at=now(), by=self.ayse)
        assert self.clock().is_late and not self.clock().was_kept

    def test_moments_out_of_order_are_refused(self):
        self.restricted("breach")
        for at in (now() + timedelta(minutes=5), self.clock().started_at - timedelta(minutes=1)):
            with pytest.raises(clocks.NotInOrder):
                clocks.end(self.clock(), at=at, by=self.ayse)
        with pytest.raises(clocks.NotInOrder):
            clocks.amend(self.clock(), since=now() + timedelta(hours=1), by=self.ayse)
        with pytest.raises(NotNamed):
            clocks.amend(self.clock(), since=now(), by=self.selim)

    def test_what_is_known_of_a_breach_is_kept_and_its_end_follows(self):
        self.restricted("breach")
        learned = now() - timedelta(hours=5)
        clocks.amend(self.clock(), since=learned, affected=1_200, categories=["identity", "health"], by=self.ayse)
        clock = self.clock()
        assert (clock.due_at, clock.affected) == (learned + timedelta(hours=72), 1_200)
        assert clock.category_names == ["Kimlik", "Sağlık bilgileri (özel nitelikli)"]

    def test_the_database_keeps_the_order_and_the_silence(self):
        self.restricted("breach")
        mine = type(self.clock()).objects.filter(ticket=self.ticket)
        for wrong in ({"due_at": self.clock().started_at}, {"ended_at": now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                mine.update(**wrong)

    def test_a_restriction_is_not_lifted_while_the_law_runs(self):
        self.restricted("breach")
        with pytest.raises(naming.LawStillRuns):
            naming.lift(self.ticket, by=self.ayse)


class Pages(Restricted):
    def test_the_list_shows_the_named_what_runs_and_costs_the_same_for_ten(self):
        client = signed_in(self.ayse)
        self.restricted("breach")
        page = client.get(reverse("helpdesk:restricted"))
        assert self.ticket.number in page.content.decode() and "72 saat" in page.content.decode()
        assert self.ticket.number not in signed_in(self.yonca).get(reverse("helpdesk:restricted")).content.decode()
        with self.assertNumQueries(FuzzyInt(12)) as few:
            client.get(reverse("helpdesk:restricted"))
        for _ in range(9):
            naming.restrict(self.a_ticket(), kind="breach", by=self.ayse)
        with self.assertNumQueries(len(few)):
            client.get(reverse("helpdesk:restricted"))

    def test_what_was_typed_stays_when_the_number_is_wrong(self):
        answer = signed_in(self.yonca).post(
            reverse("helpdesk:restricted_entering"), {"number": "DST-2026-999999", "reason": "Ulaşılamıyor"}
        )
        assert answer.status_code == 422 and "Ulaşılamıyor" in answer.content.decode()

    def test_a_moment_to_come_is_told_so_beside_its_field(self):
        tomorrow = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        page = signed_in(self.ayse).post(
            reverse("helpdesk:restriction", args=[self.ticket.number]), {"kind": "breach", "since": tomorrow}
        )
        assert page.status_code == 422 and "henüz gelmedi" in page.content.decode()
        self.ticket.refresh_from_db()
        assert not self.ticket.is_restricted


class FuzzyInt(int):
    """At most so many."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other <= int(self)

    __hash__ = int.__hash__
