"""Who is told of what, how often, and by which way; never of one's own act, never twice."""

from datetime import UTC, datetime, time, timedelta

import time_machine
from django.test import TestCase
from django.urls import reverse

from foundation import now
from foundation.live.models import Event
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.models import DeskNotice, Follower, LetterWay, NoticeMatter, NoticePreference, Team
from helpdesk.notices import followers, letters, mentions, preferences, schedule, telling
from helpdesk.notices.consumers import NoticeSocket
from helpdesk.notices.followers import NotAReader
from helpdesk.refusals import NotYourTicket
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket

Matter = NoticeMatter
NOON = datetime(2026, 11, 30, 9, 10, tzinfo=UTC)


class TellingPeople(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)

    def told(self, person) -> list[str]:
        return list(DeskNotice.objects.filter(person=person).order_by("pk").values_list("matter", flat=True))

    def letters_to(self, person) -> list[OutboxMessage]:
        return list(
            OutboxMessage.objects.filter(address=person.email, batch__key__startswith="notices:").order_by("pk")
        )

    # --- of what ----------------------------------------------------------

    def test_a_colleague_who_is_given_a_ticket_is_told_and_who_had_it_too(self):
        tickets.claim(self.ticket, by=self.ayse)
        tickets.assign(self.ticket, to=self.burak, by=self.leyla)
        tickets.assign(self.ticket, to=self.burak, by=self.leyla)  # a second press is no second matter
        assert (self.told(self.burak), self.told(self.ayse)) == ([Matter.ASSIGNED], [Matter.TAKEN])
        assert Event.objects.filter(kind="notice", audience=f"person:{self.burak.pk}").count() == 1

    def test_nobody_is_told_of_their_own_act(self):
        tickets.assign(self.ticket, to=self.ayse, by=self.ayse)
        tickets.note(self.ticket, by=self.ayse, body="@Ayşe Yılmaz unutma")
        assert not DeskNotice.objects.exists()

    def test_who_has_the_ticket_hears_the_answer_the_return_and_the_end(self):
        tickets.claim(self.ticket, by=self.ayse)
        tickets.reply(self.ticket, by=self.selim, body="Hâlâ çıkmıyor")
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        tickets.reopen(self.ticket, by=self.selim, reason="Düzelmedi")
        tickets.declare_solved(self.ticket, by=self.selim)
        assert self.told(self.ayse) == [Matter.ANSWERED, Matter.REOPENED, Matter.ENDED]

    def test_a_name_in_a_note_is_told_in_any_spelling_and_an_address_is_no_name(self):
        tickets.note(self.ticket, by=self.leyla, body="@ayse yilmaz ve @BURAK, bakar mısınız? yazan@belediye.tr")
        assert (self.told(self.ayse), self.told(self.burak)) == ([Matter.MENTIONED], [Matter.MENTIONED])
        assert mentions.found_in("@kimse ve @Burak Demir")[1] == ["kimse"]
        with self.assertNumQueries(0):
            assert mentions.found_in("yazan@belediye.tr") == ([], [])

    def test_a_mentioned_colleague_who_follows_is_told_once(self):
        followers.follow(self.ticket, self.burak, by=self.burak)
        tickets.note(self.ticket, by=self.ayse, body="@Burak Demir gördün mü?")
        tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
        assert self.told(self.burak) == [Matter.MENTIONED, Matter.FOLLOWED]

    def test_a_new_s1_is_told_to_the_team_and_to_the_leads_once(self):
        Team.objects.get(code="genel").members.add(self.ayse)
        urgent = a_ticket(municipality=self.odunpazari, component=self.tahsilat, urgency="danger", by=self.selim)
        assert (self.told(self.ayse), self.told(self.leyla)) == ([Matter.NEW_S1], [Matter.NEW_S1])
        assert self.told(self.burak) == []
        tickets.grade(urgent, severity="S2", by=self.burak, reason="Yanlış sınıf")
        tickets.grade(urgent, severity="S1", by=self.burak)
        assert self.told(self.ayse) == [Matter.NEW_S1]

    # --- copies -----------------------------------------------------------

    def test_a_follower_of_the_municipality_gets_copies_of_what_we_reply_and_never_a_note(self):
        followers.follow(self.ticket, self.zehra, by=self.ayse)
        tickets.note(self.ticket, by=self.ayse, body="İç not")
        tickets.reply(self.ticket, by=self.ayse, body="Yazıcıyı açın")
        copies = OutboxMessage.objects.filter(batch__key__startswith="copy:")
        assert [(copy.address, copy.text.split("\n")[0]) for copy in copies] == [(self.zehra.email, "Yazıcıyı açın")]

    def test_copies_go_to_nobody_who_may_not_read_and_only_the_desk_adds_others(self):
        with self.assertRaises(NotAReader):
            followers.follow(self.ticket, self.hatice, by=self.ayse)
        with self.assertRaises(NotYourTicket):
            followers.follow(self.ticket, self.zehra, by=self.selim)
        followers.follow(self.ticket, self.zehra, by=self.zehra)
        followers.leave(self.ticket, self.zehra, by=self.ayse)
        assert not Follower.objects.exists()

    # --- by letter --------------------------------------------------------

    def test_what_was_read_in_the_page_needs_no_letter(self):
        with time_machine.travel(NOON, tick=False):
            tickets.assign(self.ticket, to=self.burak, by=self.ayse)
            assert letters.write_due() == 0
        self.client.force_login(self.burak)
        self.client.get(reverse("helpdesk:ticket", args=[self.ticket.number]))
        with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
            assert letters.write_due() == 0
        assert not self.letters_to(self.burak)

    def test_a_bad_minute_is_one_letter_a_ticket_once_and_a_second_look_writes_nothing(self):
        other = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        with time_machine.travel(NOON, tick=False):
            tickets.assign(self.ticket, to=self.burak, by=self.ayse)
            tickets.note(self.ticket, by=self.ayse, body="@Burak Demir acele")
            tickets.assign(other, to=self.burak, by=self.ayse)
        with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
            assert (letters.write_due(), letters.write_due()) == (1, 0)
        (letter,) = self.letters_to(self.burak)
        assert "2" in letter.subject
        assert letter.text.count(self.ticket.number) == 1

    def test_a_digest_leaves_at_the_full_hour(self):
        with time_machine.travel(NOON, tick=False):
            tickets.claim(self.ticket, by=self.ayse)
            tickets.reply(self.ticket, by=self.selim, body="Selam")
        for minutes, written in ((49, 0), (50, 1)):
            with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
                assert letters.write_due() == written

    def test_whoever_was_revoked_meanwhile_is_written_to_no_more(self):
        with time_machine.travel(NOON, tick=False):
            tickets.assign(self.ticket, to=self.burak, by=self.ayse)
        type(self.burak).objects.filter(pk=self.burak.pk).update(is_active=False)
        with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
            letters.write_due()
        assert not self.letters_to(self.burak)
        assert not DeskNotice.objects.owed(now() + timedelta(days=1)).exists()

    def test_reading_tells_the_other_pages(self):
        tickets.assign(self.ticket, to=self.burak, by=self.ayse)
        assert telling.count(self.burak) == 1
        assert telling.read(self.burak) == 1
        assert Event.objects.filter(kind="read").get().data == {"unread": 0}


def test_the_plan_of_a_letter_follows_the_wish_and_s1_knows_no_quiet_hours():
    wish = NoticePreference(mail={"taken": "never"}, push=["assigned"], quiet_from=time(21), quiet_until=time(8))
    night = datetime(2026, 11, 30, 20, 30, tzinfo=UTC)  # 23.30 in Istanbul
    morning = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    assert schedule.mail_at(wish, Matter.TAKEN, "S1", NOON) is None
    assert schedule.mail_at(wish, Matter.ASSIGNED, "S3", NOON) == NOON + schedule.READ_WITHIN
    assert schedule.mail_at(wish, Matter.ASSIGNED, "S3", night) == morning
    assert schedule.mail_at(wish, Matter.ASSIGNED, "S1", night) == night + schedule.URGENT_READ_WITHIN
    assert schedule.mail_at(wish, Matter.ANSWERED, "S3", NOON) == datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    assert schedule.push_at(wish, Matter.MENTIONED, "S1", night) is None
    assert schedule.push_at(wish, Matter.ASSIGNED, "S2", night) == morning
    assert schedule.push_at(wish, Matter.ASSIGNED, "S1", night) == night
    assert not schedule.is_quiet(time(3), time(0), time(0))


class ThePages(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        tickets.assign(self.ticket, to=self.burak, by=self.ayse)
        self.client.force_login(self.burak)

    def test_the_list_shows_what_is_new_and_marks_it_read_up_to_what_stood_there(self):
        page = self.client.get(reverse("helpdesk:notices")).content.decode()
        assert "Size verildi" in page
        assert "is-unread" in page
        seen = DeskNotice.objects.get().pk
        tickets.note(self.ticket, by=self.ayse, body="@Burak Demir")  # told after the page was read
        self.client.post(reverse("helpdesk:notices_reading"), {"newest": seen})
        assert list(DeskNotice.objects.unread().values_list("matter", flat=True)) == [Matter.MENTIONED]
        assert ">1<" in self.client.get(reverse("helpdesk:bell")).content.decode()

    def test_how_one_is_told_is_kept_and_holds(self):
        form = {f"mail_{matter}": LetterWay.NEVER for matter in Matter} | {"push_assigned": "on"}
        times = {"quiet_from": "21:00", "quiet_until": "08:00"}
        self.client.post(reverse("helpdesk:notice_preferences"), form | times)
        wish = preferences.of(self.burak)
        assert (wish.way(Matter.NEW_S1), wish.push, wish.quiet_until) == (LetterWay.NEVER, ["assigned"], time(8))
        bad = self.client.post(reverse("helpdesk:notice_preferences"), form | {"quiet_from": "25:00"})
        assert bad.status_code == 200

    def test_a_socket_of_ones_own_hears_only_what_concerns_oneself(self):
        door = NoticeSocket()
        door.person = self.burak
        assert (door.allows(), door.audience, door.snapshot()) == (
            True,
            f"person:{self.burak.pk}",
            {"unread": 1, "calls": 0},
        )
        door.person = self.selim
        assert not door.allows()

    def test_a_name_that_means_nobody_is_said_to_the_writer(self):
        url = reverse("helpdesk:message", args=[self.ticket.number])
        page = self.client.post(url, {"body": "@Kimse bakar mısın", "move": "note"}, follow=True)
        assert "@Kimse" in str([str(message) for message in page.context["messages"]])
