"""The operators' board: who may look, what stands first, who takes an outage, the wall."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from foundation import now
from foundation.directory.models import Person
from monitoring import outages
from monitoring.models import State
from runbooks.board import kiosk, outline, standing
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


PAGES = ("board", "board_moving", "outage_declaration")


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

    board = standing.read(now())

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


def test_the_matrix_says_how_many_of_a_region_feel_it(cast):
    a_payment_outage(cast)
    board = standing.read(now())
    [line] = [line for line in board.lines if line.component == cast.tahsilat]
    felt = dict(zip(board.regions, line.cells, strict=True))
    assert {cell.state for cell in line.cells} == {State.OUTAGE}
    assert sum(cell.count for cell in felt.values()) == 4


def test_the_marks_and_the_legend_add_up_to_all_municipalities(cast):
    a_payment_outage(cast)
    board = standing.read(now())
    assert sum(count for _state, count in board.legend) == board.total == 4
    assert board.affected == 4
    [(state, path)] = board.marks
    assert state == State.OUTAGE and path.count("M") == 4


@pytest.mark.parametrize(
    ("words", "found"),
    [("ODUNPAZARI", ["26010"]), ("odunpazari", ["26010"]), ("merzıfon", ["05004"]), ("05004", ["05004"])],
)
def test_search_folds_turkish_letters(cast, words, found):
    board = standing.read(now())
    rows = standing.find(board, words=words, province="", state="")
    assert [row.municipality.code for row in rows] == found


def test_filters_narrow_by_province_and_state(cast):
    outages.declare(municipalities=[cast.merzifon], by=cast.leyla)
    board = standing.read(now())
    down = standing.find(board, words="", province="", state=State.OUTAGE)
    assert [row.municipality for row in down] == [cast.merzifon]
    assert standing.find(board, words="", province="26", state=State.OUTAGE) == []
    assert standing.find(board, words="", province="", state="") is None


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


class TestTheWall:
    def test_a_token_lets_a_screen_in_without_signing_in(self, cast):
        answer = Client().get(reverse("runbooks:wall"), {"token": kiosk.token_for(cast.nermin)})
        assert answer.status_code == 200
        assert Client().get(reverse("runbooks:wall_moving"), {"token": kiosk.token_for(cast.nermin)}).status_code == 200

    def test_without_a_good_token_the_wall_stays_dark(self, cast):
        forged = signing.dumps(cast.nermin.pk, salt="another")
        for token in ("", "x", forged, kiosk.token_for(cast.selim)):
            assert Client().get(reverse("runbooks:wall"), {"token": token}).status_code == 403

    def test_it_goes_dark_when_its_maker_is_revoked(self, cast):
        token = kiosk.token_for(cast.nermin)
        Person.objects.filter(pk=cast.nermin.pk).update(is_active=False, revoked_at=now())
        assert Client().get(reverse("runbooks:wall"), {"token": token}).status_code == 403

    def test_the_watch_makes_one_with_a_button(self, nermin):
        answer = nermin.post(reverse("runbooks:wall_screen"))
        assert answer.url.startswith(reverse("runbooks:wall") + "?token=")


class TestTheOutline:
    def test_all_provinces_have_one(self):
        assert len(outline.outlines()) == 81
        assert all(province.path.startswith("M") for province in outline.outlines())

    def test_the_country_fits_the_sheet(self):
        for longitude, latitude in ((25.67, 40.2), (44.82, 39.7), (36.2, 35.82), (35.0, 42.1)):
            x, y = outline.place(longitude, latitude)
            assert 0 <= x <= outline.WIDTH and 0 <= y <= outline.HEIGHT
