"""Turkish letters: casing, folding and sorting, letter by letter (domain rules 4.1 to 4.5)."""

from itertools import pairwise, product

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from foundation.directory import registers
from foundation.directory.csv_files import read
from foundation.language import collation

LOWER = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
UPPER = "ABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZ"
WRITTEN = st.text(alphabet=LOWER + UPPER + "âîûÂÎÛ'’ 0123456789-.()", max_size=40)


@pytest.mark.parametrize(("small", "capital"), list(zip(LOWER, UPPER, strict=True)))
def test_every_letter_has_its_capital(small, capital):
    assert collation.lower(capital) == collation.lower(small) == small
    assert collation.upper(small) == collation.upper(capital) == capital


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("TAHSİLAT", "tahsilat"),
        ("TAHSILAT", "tahsilat"),
        ("Tahsılat", "tahsilat"),
        ("tahsi̇lat", "tahsilat"),
        ("Çağrı Şöförü Ünlü", "cagri soforu unlu"),
        ("Kâhta", "kahta"),
        ("Hakkâri Îmâr sükûn", "hakkari imar sukun"),
        ("Ankara'da", "ankarada"),
        ("Ankara’da", "ankarada"),
        ("  iki   boşluk\n", "iki bosluk"),
        ("ﬁş", "fis"),
        ("I\u0307stanbul", "istanbul"),
        ("", ""),
    ],
)
def test_spellings_share_one_form(written, folded):
    assert collation.fold(written) == folded


@pytest.mark.parametrize("pair", list(zip("çğıöşüâîûÇĞİÖŞÜÂÎÛI", "cgiosuaiucgiosuaiui", strict=True)))
def test_every_special_letter_folds_to_its_base(pair):
    assert collation.fold(pair[0]) == pair[1]


@given(WRITTEN)
def test_folding_twice_is_folding_once(text):
    assert collation.fold(collation.fold(text)) == collation.fold(text)


@given(WRITTEN)
def test_case_and_diacritics_never_matter_for_search(text):
    assert collation.fold(collation.upper(text)) == collation.fold(collation.lower(text)) == collation.fold(text)
    assert collation.fold(text.upper()) == collation.fold(text)


@given(st.text(max_size=60))
def test_anything_people_paste_folds_without_capitals_or_double_spaces(text):
    folded = collation.fold(text)
    assert "  " not in folded
    assert folded == folded.strip()
    assert not set("çğıöşüâîûÇĞİÖŞÜI") & set(folded)


@given(WRITTEN)
def test_lower_undoes_upper(text):
    plain = collation.lower(text)
    assert collation.lower(collation.upper(plain)) == plain


def test_the_alphabet_sorts_as_children_learn_it():
    assert all(collation.sort_key(a) < collation.sort_key(b) for a, b in pairwise(LOWER))
    assert all(collation.sort_key(a) == collation.sort_key(b) for a, b in zip(LOWER, UPPER, strict=True))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ceyhan", "Çankırı"),
        ("Iğdır", "İzmir"),
        ("Sivas", "Şırnak"),
        ("Oltu", "Ödemiş"),
        ("Uşak", "Ünye"),
        ("Gürün", "Ğ"),
        ("19 Mayıs", "Abana"),
        ("Ak", "Akçaabat"),
        ("Ak Dağ", "Akdağ"),
        ("Pınarbaşı Belediyesi (Kastamonu)", "Pınarbaşı Belediyesi (Kayseri)"),
    ],
)
def test_names_sort_as_in_a_register(first, second):
    assert collation.sort_key(first) < collation.sort_key(second)


@given(WRITTEN)
def test_sort_keys_are_digits_that_any_collation_orders_alike(text):
    key = collation.sort_key(text)
    assert key == "" or (key.isascii() and key.isdigit() and len(key) == 2 * len(collation.lower(text)))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ICU collation")
def test_python_and_postgresql_sort_every_municipality_alike():
    names = [str(row["full_name"]) for row in read(registers.SHIPPED, registers.MUNICIPALITY).rows.values()]
    names += ["".join(letters) for letters in product("cçgğıişsuü", repeat=2)]
    with connection.cursor() as cursor:
        cursor.execute('SELECT name FROM unnest(%s::text[]) AS name ORDER BY name COLLATE "tr-x-icu"', [names])
        by_icu = [name for (name,) in cursor.fetchall()]
    assert by_icu == sorted(names, key=collation.sort_key)
