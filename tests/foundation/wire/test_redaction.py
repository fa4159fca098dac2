"""The redaction step: what it finds, what it leaves alone, and that it is quick."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.wire.redaction import Redactor, is_identity_number, mask_identity_numbers, names_identity_number

pytestmark = pytest.mark.once("postgresql", "asks no database")

clean = Redactor(secrets=("s3cret-value", "abc")).text

TELEPHONES = [
    "+90 532 123 45 67",
    "+905321234567",
    "0090 532 123 45 67",
    "905321234567",
    "0532 123 45 67",
    "05321234567",
    "0(532) 123 45 67",
    "(0532) 123 45 67",
    "0 532 123 4567",
    "532 123 45 67",
    "5321234567",
    "0532.123.45.67",
    "0532-123-45-67",
    "0532/123 45 67",
    "0532\u00a0123\u00a045\u00a067",
    "0222 230 12 34",
    "+90 (222) 230 12 34",
    "+49 30 901820",
    "+14155552671",
    "٠٥٣٢١٢٣٤٥٦٧",
]
IDENTITY_NUMBERS = ["10000000146", "12345678950", "100 000 001 46", "１００００００0146"]
IBANS = [
    "TR330006100519786457841326",
    "TR33 0006 1005 1978 6457 8413 26",
    "tr330006100519786457841326",
    "DE89370400440532013000",
    "GB82WEST12345698765432",
]
TAX_NUMBERS = ["VKN 4540536920", "vergi no: 454 053 6920", "Vergi kimlik numarası = 4540536920"]
EMAILS = ["ayse.yilmaz@odunpazari.bel.tr", "a+b@c.example", "şükrü@belediye.bel.tr", "ayse%40nobet.example"]
CARDS = ["4111 1111 1111 1111", "5500005555555559", "378282246310005"]
SLOW = ["vergi ", "10000000146 ", "TR330006100519786457841327"]
SECRETS = ["nbt_aZ09-_aZ09-_aZ09", "s3cret-value"]


@pytest.mark.parametrize("kind, values", [
    ("[telephone]", TELEPHONES),
    ("[identity number]", IDENTITY_NUMBERS),
    ("[IBAN]", IBANS),
    ("[e-mail]", EMAILS),
    ("[card]", CARDS),
    ("[secret]", SECRETS),
])  # fmt: skip
def test_each_kind_is_found_wherever_it_stands(kind, values):
    for value in values:
        for sentence in (
            value,
            f"ara: {value}.",
            f"({value})",
            f"'{value}'",
            f"x={value}, y",
            f"satır\n{value}\nsatır",
        ):
            assert value not in clean(sentence), sentence
            assert kind in clean(sentence), sentence


@pytest.mark.parametrize("text", [
    "DST-2026-000123",
    "2026-11-21T14:05:09.123456Z",
    "1763733909.123",
    "10.0.0.1:8000",
    "12345678901",  # wrong checksum
    "4111 1111 1111 1112",  # wrong checksum
    "TR330006100519786457841327",  # wrong checksum
    "XX330006100519786457841326",  # no country
    "4540536920",  # the checksum of a tax number, and nobody calls it one
    "VKN 4540536921",  # wrong checksum
    "1.391 talep, 212 belediye",
    "26010 Odunpazarı",
    "2147483648",
    "8f14e45f-ceea-467f-a0e6-1234567890ab",
])  # fmt: skip
def test_what_is_not_personal_stays(text):
    assert clean(text) == text


@pytest.mark.parametrize("text", TAX_NUMBERS)
def test_a_tax_number_is_taken_out_where_it_is_called_so(text):
    assert clean(f"Firma, {text}, İzmir").endswith("[tax number], İzmir")
    assert not re.search("[0-9]", clean(text))


@pytest.mark.parametrize("valid", ["10000000146", "4111111111111111", "TR330006100519786457841326"])
def test_one_wrong_digit_makes_it_just_a_number(valid):
    for place in range(2 if valid.startswith("TR") else 0, len(valid)):
        digit = str((int(valid[place]) + 1) % 10)
        assert "[" not in clean(f"{valid[:place]}{digit}{valid[place + 1 :]}")


def test_credentials_in_headers_and_addresses():
    assert clean("Authorization: Bearer abcdef123456") == "Authorization: Bearer [secret]"
    assert clean("postgres://nobet:hunter2@db:5432/nobet") == "postgres://[secret]@db:5432/nobet"


def test_short_secrets_do_not_eat_the_text():
    assert clean("abcdef") == "abcdef"


def test_it_reaches_into_what_holds_texts():
    found = Redactor().anything({"a": ["0532 123 45 67", {"x@y.example": 1}], "b": (1, None, "x@y.example")})
    assert found == {"a": ["[telephone]", {"[e-mail]": 1}], "b": (1, None, "[e-mail]")}


@given(st.integers(100_000_000, 999_999_999))
def test_every_identity_number_is_masked_and_recognisable(nine):
    number = [int(digit) for digit in str(nine)]
    tenth = (sum(number[0:9:2]) * 7 - sum(number[1:8:2])) % 10
    whole = f"{nine}{tenth}{(sum(number) + tenth) % 10}"
    assert is_identity_number(whole)
    assert mask_identity_numbers(f"TC: {whole} olan vatandaş") == f"TC: {whole[:3]}******{whole[-2:]} olan vatandaş"
    assert names_identity_number(whole)
    assert whole not in clean(whole)


def test_masking_leaves_other_numbers_alone():
    assert mask_identity_numbers("0532 123 45 67 ve 12345678901") == "0532 123 45 67 ve 12345678901"


@given(st.text())
def test_it_never_fails_and_a_second_pass_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


def processor_seconds(text: str) -> float:
    start = time.process_time()
    clean(text)
    return time.process_time() - start


@pytest.mark.parametrize("hostile", ["1 ", "a@", "TR33", "0532 ", "a.", "nbt_", *SLOW])
def test_malice_eight_times_as_long_takes_about_eight_times_as_long(hostile):
    """Backtracking would take sixty-four times; a hundred kilobytes at the end, and a busy machine has three tries."""
    short = hostile * (12_500 // len(hostile))
    assert any(processor_seconds(short * 8) < 24 * max(processor_seconds(short), 0.001) for _ in range(3))
