"""The operators' board: who may look, what stands first, who takes an outage, the wall."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from foundation import now
from foundation.directory.models import Component, Person
from monitoring import outages
from monitoring.models import Node, NodeTransition, State
from runbooks.board import filters as board_filters
from runbooks.board import kiosk, map_outlines
from runbooks.board import state as board_state
from tests.cast import assemble

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return assemble()


@pytest.fixture
def nermin(cast):
    client = Client()
    client.force_login(cast.nermin)
    return client


def a_payment_outage(cast):
    return outages.declare(components=[cast.tahsilat], by=cast.leyla)


PAGES = ("board", "board_moving", "board_latency", "outage_declaration", "wall_screens")


@pytest.mark.parametrize("name", PAGES)
def test_the_watch_may_look_and_nobody_else(cast, nermin, name):
    address = reverse(f"runbooks:{name}")
    assert nermin.get(address).status_code == 200
    stranger = Client()
    assert stranger.get(address).status_code == 302
    stranger.force_login(cast.selim)
    assert stranger.get(address).status_code == 403


def test_an_unseen_outage_stands_before_a_taken_one(cast):
    taken = a_payment_outage(cast)
    outages.acknowledge(taken, by=cast.nermin)
    unseen = outages.declare(components=[cast.ebys], by=cast.leyla)

    board = board_state.read(now())

    assert [card.outage for card in board.new] == [unseen]
    assert [card.outage for card in board.taken] == [taken]
    assert board.oldest_new.outage == unseen


def test_taking_an_outage_names_one_person_and_tells_the_second(cast, nermin):
    outage = a_payment_outage(cast)
    address = reverse("runbooks:outage_acknowledgement", args=[outage.pk])
    assert nermin.post(address).status_code == 302
    second = Client()
    second.force_login(cast.leyla)
    assert second.post(address).status_code == 409
    outage.refresh_from_db()
    assert outage.acknowledged_by == cast.nermin


def test_a_person_opens_an_outage_with_its_first_word(cast, nermin):
    answer = nermin.post(
        reverse("runbooks:outage_declaration"), {"components": [cast.ebys.pk], "text_tr": "EBYS yavaş, bakıyoruz."}
    )
    assert answer.status_code == 302
    [outage] = outages.open_now()
    assert outage.latest_update.text_tr == "EBYS yavaş, bakıyoruz."


def test_naming_nothing_opens_nothing(cast, nermin):
    assert nermin.post(reverse("runbooks:outage_declaration"), {}).status_code == 422
    assert not outages.open_now().exists()


def test_where_many_are_open_the_first_are_cards_and_the_others_lines(cast, nermin):
    for number in range(9):
        outages.declare(municipalities=[cast.merzifon], title_tr=f"Hat {number}", title_en="Line", by=cast.leyla)
    page = nermin.get("/board/").content.decode()
    assert page.count("nb-oc--row") == 3
    assert page.count('id="take-') == 9


def test_the_matrix_says_how_many_of_a_region_feel_it(cast):
    a_payment_outage(cast)
    board = board_state.read(now())
    [line] = [line for line in board.lines if line.component == cast.tahsilat]
    felt = dict(zip(board.regions, line.cells, strict=True))
    assert {cell.state for cell in line.cells} == {State.OUTAGE}
    assert sum(cell.count for cell in felt.values()) == 4


def test_the_marks_and_the_legend_add_up_to_all_municipalities(cast):
    a_payment_outage(cast)
    board = board_state.read(now())
    assert sum(count for _state, count in board.legend) == board.total == 4
    assert board.affected == 4
    [(state, path)] = board.marks
    assert state == State.OUTAGE and path.count("M") == 4


@pytest.mark.parametrize(
    ("words", "found"),
    [("ODUNPAZARI", ["26010"]), ("odunpazari", ["26010"]), ("merzıfon", ["05004"]), ("05004", ["05004"])],
)
def test_search_folds_turkish_letters(cast, words, found):
    board = board_state.read(now())
    rows = board_filters.find(board, board_filters.Filters(words=words))
    assert [row.municipality.code for row in rows] == found


def test_filters_narrow_by_province_and_state(cast):
    outages.declare(municipalities=[cast.merzifon], by=cast.leyla)
    board = board_state.read(now())
    down = board_filters.find(board, board_filters.Filters(state=State.OUTAGE))
    assert [row.municipality for row in down] == [cast.merzifon]
    assert board_filters.find(board, board_filters.Filters(province="26", state=State.OUTAGE)) == []
    assert board_filters.find(board, board_filters.Filters(tier="A")) is None


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ["EBYS", "TAHSILAT", "Merzifon"]),
        ({"province": "26"}, ["EBYS", "TAHSILAT"]),
        ({"tier": "A"}, ["TAHSILAT", "Merzifon"]),
        ({"state": State.PARTIAL}, []),
    ],
)
def test_filters_leave_the_outages_that_they_name_and_say_how_many_they_hide(cast, nermin, filters, left):
    Component.objects.filter(pk=cast.ebys.pk).update(tier="B")
    opened = {
        "EBYS": outages.declare(components=[cast.ebys], by=cast.leyla),
        "TAHSILAT": a_payment_outage(cast),
        "Merzifon": outages.declare(municipalities=[cast.merzifon], by=cast.leyla),
    }
    board = board_state.read(now())
    shown = board_filters.narrow(board, board_filters.Filters(**filters))
    assert {card.outage for card in shown.cards} == {opened[name] for name in left}
    assert shown.affected == board.affected
    answer = nermin.get(reverse("runbooks:board"), filters)
    assert answer.context["hidden"] == 3 - len(left)


def test_every_outage_has_its_place_on_the_map_and_a_local_one_its_name(cast):
    local = outages.declare(municipalities=[cast.merzifon], by=cast.leyla)
    wide = a_payment_outage(cast)
    cards = {card.outage: card for card in board_state.read(now()).cards}
    merzifon = map_outlines.place(cast.merzifon.longitude, cast.merzifon.latitude)
    assert (cards[local].place.x, cards[local].place.y) == pytest.approx(merzifon)
    assert cards[local].name_on_map == "Merzifon"
    assert cards[wide].place.municipalities == 4 and cards[wide].name_on_map == ""


def test_pins_at_the_same_place_stand_beside_each_other(cast):
    for _time in range(2):
        outages.declare(municipalities=[cast.merzifon], components=[cast.ebys], by=cast.leyla)
    one, other = board_state.read(now()).pinned
    assert (one.x, one.y) != (other.x, other.y)


def test_a_flapping_node_shows_its_last_two_hours(cast):
    at = now()
    node = Node.objects.create(code="05004", municipality=cast.merzifon, is_flapping=True, state=State.OK)
    NodeTransition.objects.create(node=node, old=State.OK, new=State.OUTAGE, at=at - timedelta(minutes=17))
    NodeTransition.objects.create(node=node, old=State.OUTAGE, new=State.OK, at=at - timedelta(minutes=16))
    [strip] = board_state.strips(at)
    assert len(strip.states) == 24
    assert [number for number, state in enumerate(strip.states) if state == State.OUTAGE] == [20]
    assert strip.changes == 2


def test_the_page_costs_the_same_queries_with_one_outage_and_with_four(cast, nermin, django_assert_max_num_queries):
    a_payment_outage(cast)
    nermin.get(reverse("runbooks:board_moving"))
    with django_assert_max_num_queries(40) as one:
        nermin.get(reverse("runbooks:board_moving"))
    for component in (cast.ebys, cast.eimza, cast.rapor):
        outages.declare(components=[component], by=cast.leyla)
    with django_assert_max_num_queries(40) as four:
        nermin.get(reverse("runbooks:board_moving"))
    assert len(four) == len(one)


def by_token(person) -> Client:
    screen = Client()
    screen.cookies[kiosk.COOKIE] = kiosk.token_for(person)
    return screen


class TestTheWall:
    def test_a_token_lets_a_screen_in_without_signing_in(self, cast):
        screen = by_token(cast.nermin)
        for name in ("wall", "wall_moving", "board_state"):
            assert screen.get(reverse(f"runbooks:{name}")).status_code == 200

    def test_without_a_good_token_the_wall_stays_dark(self, cast):
        forged = signing.dumps(cast.nermin.pk, salt="another")
        for token in ("", "x", forged, kiosk.link_for(cast.nermin), kiosk.token_for(cast.selim)):
            screen = Client()
            screen.cookies[kiosk.COOKIE] = token
            assert screen.get(reverse("runbooks:wall")).status_code == 403

    def test_a_token_opens_nothing_but_the_wall(self, cast):
        assert by_token(cast.nermin).get(reverse("runbooks:board")).status_code == 302

    def test_it_goes_dark_when_its_maker_is_revoked(self, cast):
        screen = by_token(cast.nermin)
        Person.objects.filter(pk=cast.nermin.pk).update(is_active=False, revoked_at=now())
        assert screen.get(reverse("runbooks:wall")).status_code == 403

    def test_the_watch_makes_this_browser_a_wall_with_a_button(self, nermin):
        answer = nermin.post(reverse("runbooks:wall_screens"))
        assert answer.url == reverse("runbooks:wall")
        assert answer.cookies[kiosk.COOKIE]["httponly"]

    def test_another_screen_exchanges_a_link_for_its_token(self, cast, nermin):
        address, _, link = nermin.get(reverse("runbooks:wall_screens")).context["link"].partition("#")
        screen = Client()
        assert screen.post(reverse("runbooks:wall_entry"), {"link": link}).url == reverse("runbooks:wall")
        assert screen.get(address).status_code == 200

    def test_an_old_link_is_worth_nothing(self, cast, monkeypatch):
        link = kiosk.link_for(cast.nermin)
        monkeypatch.setattr(kiosk, "LINK_VALID", timedelta(0))
        assert Client().post(reverse("runbooks:wall_entry"), {"link": link}).status_code == 403


class TestTheOutline:
    def test_all_provinces_have_one(self):
        assert len(map_outlines.outlines()) == 81
        assert all(province.path.startswith("M") for province in map_outlines.outlines())

    def test_the_country_fits_the_sheet(self):
        for longitude, latitude in ((25.67, 40.2), (44.82, 39.7), (36.2, 35.82), (35.0, 42.1)):
            x, y = map_outlines.place(longitude, latitude)
            assert 0 <= x <= map_outlines.WIDTH and 0 <= y <= map_outlines.HEIGHT
