"""The municipality beside the ticket: how it stands, whom to ring, and the notes that stay."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.accounts.places import municipalities
from foundation.directory.models import Contact
from foundation.journal.models import Entry
from helpdesk import tickets
from helpdesk.models import PlaceNote
from helpdesk.places import beside, notes
from helpdesk.places.notes import MOST, NoteMovedOn, TooManyNotes
from helpdesk.refusals import NotYourTicket
from monitoring import outages
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node, NodeTransition, State
from monitoring.status.last_day import SLOT, NodeStretch, day_of
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

PAGE, BESIDE = "/desk/municipalities/26010/", "/desk/municipalities/26010/beside/"
START = datetime(2026, 11, 30, 6, tzinfo=UTC)


def a_node(municipality, code: str = "N-26010", **fields) -> Node:
    return Node.objects.create(code=code, name="Sunucu", municipality=municipality, state=State.OK, **fields)


def a_day(*stretches):
    return day_of(Node(name="Sunucu"), [NodeStretch(*each) for each in stretches], START)


@pytest.mark.once("sqlite", "pure")
def test_a_strip_shows_the_worst_of_each_half_hour_and_says_it():
    down, up = START + timedelta(hours=8, minutes=10), START + timedelta(hours=8, minutes=40)
    day = a_day((START, down, "ok"), (down, up, "outage"), (up, START + timedelta(hours=24), "ok"))
    assert [number for number, state in enumerate(day.slots) if state == "outage"] == [16, 17]
    assert day.troubles == ((down, up, "outage"),)


@pytest.mark.once("sqlite", "pure")
def test_a_short_gap_in_the_looking_hides_nothing_and_a_long_one_is_said():
    gap = START + timedelta(minutes=20)
    short = a_day((START, gap, "nodata"), (gap, START + timedelta(hours=24), "ok"))
    long = a_day((START, START + 2 * SLOT, "nodata"), (START + 2 * SLOT, START + timedelta(hours=24), "ok"))
    assert (short.slots[0], short.is_unseen) == ("ok", False)
    assert (long.slots[:3], long.is_unseen) == (("nodata", "nodata", "ok"), True)


@pytest.mark.once("sqlite", "pure")
def test_many_troubles_of_a_day_are_counted():
    begins = [START + timedelta(hours=number) for number in range(24)]
    day = a_day(*((at, at + timedelta(hours=1), "ok" if n % 2 else "outage") for n, at in enumerate(begins)))
    assert (len(day.troubles), day.more) == (3, 9)


class HowItStands(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.client.force_login(self.ayse)

    def test_a_fall_of_this_night_is_on_the_strip_in_words_too(self):
        node, at = a_node(self.odunpazari, since=now()), now()
        NodeTransition.objects.create(node=node, old="ok", new="outage", at=at - timedelta(hours=5))
        NodeTransition.objects.create(node=node, old="outage", new="ok", at=at - timedelta(hours=4))
        (day,) = beside.of(self.odunpazari, self.ayse, at).days
        assert day.slots.count("outage") in (2, 3)
        self.assertContains(self.client.get(BESIDE), "d-outage")
        self.assertContains(self.client.get(BESIDE), "kesinti")

    def test_outages_and_work_that_touch_it_and_no_others(self):
        outages.declare(municipalities=[self.merzifon], by=self.leyla)
        mine = outages.declare(municipalities=[self.odunpazari], by=self.leyla)
        a_node(self.odunpazari)
        a_node(self.merzifon, "N-05004")
        soon = {"starts_at": now() + timedelta(hours=3), "ends_at": now() + timedelta(hours=4)}
        for title, covered in (("Hat", [self.odunpazari]), ("Başka", [self.merzifon])):
            window = Maintenance(title_tr=title, title_en=title, **soon)
            windows.plan(window, by=self.nermin, municipalities=covered)
        around = beside.of(self.odunpazari, self.ayse, now())
        assert ([each.pk for each in around.outages], [each.title_tr for each in around.work]) == ([mine.pk], ["Hat"])

    def test_people_can_be_rung_and_their_readiness_is_said(self):
        listed = {"municipality": self.odunpazari, "duty": "it", "channel": "sms"}
        Contact.objects.create(address="+905990000011", name="Bilgi İşlem", verified_at=now(), **listed)
        Contact.objects.create(address="+905990000012", **listed)
        page = self.client.get(BESIDE)
        self.assertContains(page, 'href="tel:+905990000011"')
        assert [reach.is_ready for reach in page.context["place"].reaches] == [True, False]

    def test_hours_say_when_they_close_and_when_they_open(self):
        with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=False):
            open_now = beside.of(self.odunpazari, self.ayse, now()).hours
        with time_machine.travel(datetime(2026, 12, 1, 20, tzinfo=UTC), tick=False):
            closed_now = beside.of(self.odunpazari, self.ayse, now()).hours
        if open_now is None:
            self.skipTest("no policy ships with this database")
        assert (open_now.is_open, closed_now.is_open) == (True, False)
        assert closed_now.until > datetime(2026, 12, 1, 20, tzinfo=UTC)

    def test_the_last_rating_is_the_newest(self):
        for score in (2, 5):
            ticket = a_ticket(by=self.selim)
            tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
            tickets.rate(ticket, by=self.selim, score=score)
        assert beside.of(self.odunpazari, self.ayse, now()).satisfaction.score == 5

    def test_costs_the_same_for_a_village_and_a_city(self):
        self.fill("0")
        with CaptureQueriesContext(connection) as few:
            self.client.get(PAGE)
        for number in "12345":
            self.fill(number)
        with CaptureQueriesContext(connection) as many:
            self.client.get(PAGE)
        assert len(few) == len(many) <= 36, [query["sql"][:90] for query in many]

    def fill(self, number: str) -> None:
        a_ticket(by=self.selim)
        a_node(self.odunpazari, f"N-{number}")
        notes.write(self.odunpazari, text=f"Not {number}", by=self.ayse)
        outages.declare(municipalities=[self.odunpazari], by=self.leyla)
        self.odunpazari.contacts.create(duty="it", channel="sms", address=f"+90599000001{number}")

    def test_history_is_read_page_by_page(self):
        filed = [a_ticket(by=self.selim, subject=f"Arıza {number}").number for number in range(27)]
        first = self.client.get(PAGE)
        second = self.client.get(PAGE, {"cursor": first.context["next"]})
        shown = [row.number for page in (first, second) for row in page.context["rows"]]
        assert shown == filed[::-1]
        assert self.client.get(PAGE, {"history": "outages"}).context["rows"] == []


class NotesThatStay(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.ayse)

    def post(self, text: str):
        return self.client.post(f"{PAGE}notes/", {"text": text}, follow=True)

    def test_are_written_changed_ended_and_recorded(self):
        self.post("Vezne 12.30'da kapanır")
        note = PlaceNote.objects.get()
        self.assertContains(self.client.get(BESIDE), "Vezne 12.30")
        self.client.post(f"{PAGE}notes/{note.pk}/", {"text": "Vezne 13.30'da kapanır"})
        self.client.post(f"{PAGE}notes/{note.pk}/ending/")
        self.assertNotContains(self.client.get(BESIDE), "Vezne")
        kinds = Entry.objects.filter(kind__startswith="place_note").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["place_note.written", "place_note.changed", "place_note.ended"]

    def test_what_was_typed_stays_when_it_cannot_be_kept(self):
        self.assertContains(self.post("a" * 501), "a" * 501, status_code=422)
        assert not PlaceNote.objects.exists()

    def test_are_bounded(self):
        for number in range(MOST):
            notes.write(self.odunpazari, text=f"Not {number}", by=self.ayse)
        with self.assertRaises(TooManyNotes):
            notes.write(self.odunpazari, text="Bir de bu", by=self.ayse)
        self.assertContains(self.post("Bir de bu"), "Bir de bu", status_code=409)

    def test_the_second_writer_learns_that_it_moved_on(self):
        note = notes.write(self.odunpazari, text="Eski", by=self.ayse)
        theirs = PlaceNote.objects.get(pk=note.pk)
        with time_machine.travel(now() + timedelta(minutes=1)):
            notes.change(theirs, text="Yeni", by=self.burak)
        with self.assertRaises(NoteMovedOn):
            notes.change(note, text="Üzerine", by=self.ayse)

    def test_are_words_of_the_desk(self):
        with self.assertRaises(NotYourTicket):
            notes.write(self.odunpazari, text="Biz de", by=self.selim)

    def test_go_on_with_the_successor_and_end_without_one(self):
        notes.write(self.odunpazari, text="Vezne öğlen kapalı", by=self.ayse)
        municipalities.close(self.odunpazari, reason="5747", by=self.yonca, successor=self.eskisehir)
        assert PlaceNote.objects.standing().get().municipality == self.eskisehir
        notes.write(self.merzifon, text="Kapanacak", by=self.ayse)
        municipalities.close(self.merzifon, reason="5747", by=self.yonca)
        assert not PlaceNote.objects.standing().filter(municipality=self.merzifon).exists()
