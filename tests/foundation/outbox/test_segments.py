"""Spelling, cutting and folding: the samples, published boundaries, and an independent library."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from foundation.outbox import segments

pytestmark = pytest.mark.once("sqlite", "asks no database")

SAMPLES = json.loads((Path(__file__).parent / "sample_sms.json").read_text(encoding="utf-8"))["sms"]
ALPHABET = "".join(sorted(segments.BASIC | segments.SHIFTED)) + "çğışĞİŞâ’₺😀"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_the_samples_are_counted_as_they_are_billed(sample):
    text, count, turkish = sample["rendered"], sample["count"], sample["count"]["gsm7_tr_single_shift"]
    measure = segments.measure(text)
    assert (measure.encoding, measure.units, measure.segments) == (count["encoding"], count["units"], count["segments"])
    assert segments.measure_on_handset(text).segments == count["segments_with_suffix"]
    shifted = segments.measure(text, turkish=True)
    assert (shifted.units, shifted.segments) == (turkish["units"], turkish["segments"])
    assert segments.measure_on_handset(text, turkish=True).segments == turkish["segments_with_suffix"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_the_samples_fold_as_written(sample):
    assert segments.fold(sample["rendered"]) == sample["folded"]
    measure, count = segments.measure(sample["folded"]), sample["folded_count"]
    assert (measure.encoding, measure.units, measure.segments) == (count["encoding"], count["units"], count["segments"])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 152 + "{" + "a" * 152, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ş" * 70, 1),
        ("ş" * 71, 2),
        ("ş" * 134, 2),
        ("ş" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ş" * 66 + "😀" + "ş" * 66, 3),
        ("a" * 159 + "\r\n", 2),
    ],
)
def test_published_boundaries(text, parts):
    assert segments.measure(text).segments == parts


def test_the_local_ladder_with_the_operators_code():
    for length, parts in [(155, 1), (156, 2), (301, 2), (302, 3), (454, 3), (455, 4), (607, 4), (608, 5)]:
        assert segments.measure_on_handset("a" * length).segments == parts, length


@pytest.mark.parametrize("letter", "çğışĞİŞâîûÂÎÛ₺’“”–…•°")
def test_one_of_these_letters_costs_ucs2(letter):
    assert segments.encoding_of("Tahsilat " + letter) == segments.Encoding.UCS2


def test_these_turkish_letters_cost_nothing():
    assert segments.encoding_of("ÇÖÜöü") == segments.Encoding.GSM7


def test_letters_written_in_two_code_points_count_as_one():
    assert segments.measure("s\u0327" * 70) == segments.measure("ş" * 70)
    assert segments.measure("İ".lower()).encoding == segments.Encoding.UCS2


@given(st.text(alphabet=ALPHABET, min_size=1, max_size=500))
def test_an_independent_library_agrees(text):
    ours = segments.measure(text)
    theirs = smsutil.split(segments.normal(text))
    assert ours.segments == len(theirs.parts)


@given(st.text(alphabet=ALPHABET, max_size=300))
def test_folding_never_costs_more_segments_and_twice_is_once(text):
    folded = segments.fold(text)
    assert segments.fold(folded) == folded
    assert not set(folded) & segments.TURKISH


def test_words_that_would_say_something_else_are_listed_once():
    spoiled = segments.spoiled_by_folding("Şu kesintisi sürüyor; sıkıntı yok, şu an ışık var. Su akıyor.")
    assert [(each.word, each.folded) for each in spoiled] == [("Şu", "Su"), ("sıkıntı", "sikinti")]


@pytest.mark.parametrize(
    "text",
    [
        "https://nobet.example/x",
        "odunpazari.bel.tr",
        "www.belediye",
        "bit.ly/abc",
        "10.0.0.1",
        "selim@odunpazari.bel.tr",
        "nobet[.]gov",
        "nobet . gov",
        "odunpazari\u200b.bel\u200b.tr",
        "odunpazari．bel．tr",
        "ODUNPAZARI.BEL.TR",
        "durdu.Ekip",
    ],
)
def test_what_an_operator_takes_for_an_address_is_found(text):
    assert segments.links_in(f"Bilgi: {text} adresinde")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_the_samples_carry_no_link(sample):
    assert segments.links_in(sample["rendered"]) == []


@pytest.mark.parametrize("text", ["Saat 10.04'te", "A.Ş. ve T.C.", "1.234,50 TL", "14.11.2026 20.00", "vb. Sonra"])
def test_times_amounts_and_abbreviations_are_no_links(text):
    assert segments.links_in(text) == []


def test_time_and_money():
    assert segments.time_to_last(21_000, 10) == timedelta(minutes=35)
    assert segments.cost(3, Decimal("0.305")) == Decimal("0.92")
