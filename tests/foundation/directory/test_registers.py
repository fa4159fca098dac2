"""Importing the registers: repeatable, previewed, whole or not at all."""

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from foundation.directory import registers
from foundation.directory.csv_files import BadRegister
from foundation.directory.models import Component, Municipality, Province
from tests import cast
from tests.foundation.directory.test_spreadsheets import an_xlsx

SHIPPED = registers.SHIPPED


def a_copy(folder: Path, name: str = "municipalities.csv", *, change=lambda rows: rows, encoding="utf-8") -> Path:
    """A shipped file in `folder`, with its rows (header first) changed."""
    with SHIPPED.with_name(name).open(encoding="utf-8", newline="") as source:
        rows = change(list(csv.reader(source)))
    with (folder / name).open("w", encoding=encoding, newline="") as target:
        csv.writer(target).writerows(rows)
    return folder / name


def with_cell(line: int, column: str, text: str):
    def change(rows):
        rows[line - 1][rows[0].index(column)] = text
        return rows

    return change


def refused(path: Path) -> str:
    a_copy(path.parent, "provinces.csv")
    with pytest.raises(BadRegister) as refusal:
        registers.compare(path)
    return str(refusal.value)


class TheShippedRegisters(TestCase):
    @classmethod
    def setUpTestData(cls):
        cast.the_whole_country()

    def test_hold_the_whole_country(self):
        assert (Province.objects.count(), Municipality.objects.count(), Component.objects.count()) == (81, 1407, 48)

    def test_districts_of_metropolitan_provinces_know_their_parent(self):
        assert Municipality.objects.exclude(parent=None).count() == 519
        assert Municipality.objects.get(code="26010").parent.code == "26000"

    def test_a_second_import_changes_nothing(self):
        assert [(c.added, c.changed, c.missing) for c in registers.compare(SHIPPED)] == [([], [], [])] * 3

    def test_components_stand_in_the_order_of_the_file(self):
        assert [c.code for c in Component.objects.all()[:3]] == ["ALTYAPI", "AG", "KIMLIK"]

    def test_saving_one_by_one_derives_the_same_as_in_bulk(self):
        before = Municipality.objects.get(code="26010")
        after = Municipality.objects.get(code="26010")
        after.save()
        assert (after.sort_key, after.search_text) == (before.sort_key, before.search_text) != ("", "")


@pytest.mark.django_db
def test_a_renamed_municipality_is_previewed_and_then_changed(tmp_path):
    cast.the_whole_country()
    path = a_copy(tmp_path, change=with_cell(3, "name", "Yeniad"))
    (comparison,) = registers.compare(path)
    assert (comparison.added, comparison.missing) == ([], [])
    assert [(c.code, c.fields) for c in comparison.changed] == [("01001", {"name": ("Aladağ", "Yeniad")})]

    said = StringIO()
    call_command("import_municipalities", path, "--preview", stdout=said)
    assert "01001 name: Aladağ → Yeniad" in said.getvalue()
    assert Municipality.objects.get(code="01001").name == "Aladağ"

    call_command("import_municipalities", path, stdout=said)
    assert Municipality.objects.get(code="01001").name == "Yeniad"


@pytest.mark.django_db
def test_what_a_file_no_longer_names_is_reported_and_kept(tmp_path):
    cast.the_whole_country()
    path = a_copy(tmp_path, change=lambda rows: [row for row in rows if row[0] != "26010"])
    assert registers.compare(path)[-1].missing == ["26010"]
    registers.carry_out(registers.compare(path))
    assert Municipality.objects.filter(code="26010").exists()


@pytest.mark.django_db
def test_an_import_leaves_what_no_file_tells(tmp_path):
    cast.the_whole_country()
    odunpazari = Municipality.objects.get(code="26010")
    odunpazari.components.add("TAHSILAT")
    line = 1 + list(registers.compare(SHIPPED)[-1].rows).index("26010") + 1
    registers.carry_out(registers.compare(a_copy(tmp_path, change=with_cell(line, "population", "1"))))
    odunpazari.refresh_from_db()
    assert odunpazari.population == 1
    assert [c.code for c in odunpazari.components.all()] == ["TAHSILAT"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("code", "1001"),
        ("code", "01002"),
        ("name", ""),
        ("name", "AladaÄŸ"),
        ("name", "Aladað"),
        ("name", "Αλανταγ"),
        ("type", "kent"),
        ("province_code", "99"),
        ("parent_code", "01002"),
        ("latitude", "136.2"),
        ("latitude", "37,5"),
        ("population", "-5"),
        ("population", "15.839"),
        ("website", "javascript:alert(1)"),
    ],
)
def test_a_bad_row_is_named_by_line_and_nothing_is_imported(tmp_path, column, text):
    sentence = refused(a_copy(tmp_path, change=with_cell(3, column, text)))
    line = 4 if text == "01002" and column == "code" else 3
    assert sentence.startswith(f"municipalities.csv, satır {line}:")
    with pytest.raises(CommandError):
        call_command("import_municipalities", tmp_path / "municipalities.csv")
    assert (Province.objects.count(), Municipality.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_every_bad_row_is_named(tmp_path):
    def change(rows):
        return with_cell(9, "latitude", "x")(with_cell(3, "type", "kent")(rows))

    assert [line.partition(":")[0] for line in refused(a_copy(tmp_path, change=change)).splitlines()] == [
        "municipalities.csv, satır 3",
        "municipalities.csv, satır 9",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["cp1254", "iso8859_9", "utf-16"])
def test_a_file_in_another_encoding_is_refused_in_one_sentence(tmp_path, encoding):
    sentence = refused(a_copy(tmp_path, encoding=encoding))
    assert "UTF-8" in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.django_db
def test_utf_8_that_went_through_windows_1252_is_refused(tmp_path):
    a_copy(tmp_path, "provinces.csv")
    broken = SHIPPED.read_bytes().decode("cp1252", errors="replace")
    (tmp_path / "municipalities.csv").write_text(broken, encoding="utf-8")
    assert "UTF-8" in refused(tmp_path / "municipalities.csv")


@pytest.mark.django_db
def test_semicolons_and_a_byte_order_mark_are_read(tmp_path):
    a_copy(tmp_path, "provinces.csv")
    text = SHIPPED.read_text(encoding="utf-8").replace(";", "").replace(",", ";")
    (tmp_path / "municipalities.csv").write_text(text, encoding="utf-8-sig")
    assert len(registers.compare(tmp_path / "municipalities.csv")[-1].added) == 1407


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"\n", b"code,name\n01000,Adana\n"])
def test_a_file_without_its_columns_is_refused(tmp_path, content):
    (tmp_path / "municipalities.csv").write_bytes(content)
    assert "satır 1" in refused(tmp_path / "municipalities.csv")


def test_a_file_that_is_not_there_is_said_plainly(tmp_path, db):
    with pytest.raises(CommandError, match="nowhere.csv"):
        call_command("import_municipalities", tmp_path / "nowhere.csv")


class Workbooks(TestCase):
    def setUp(self):
        cast.the_whole_country()
        self.folder = Path(self.enterContext(TemporaryDirectory()))

    def a_workbook(self, name: str, change=lambda rows: rows) -> Path:
        with SHIPPED.with_name(f"{name}.csv").open(encoding="utf-8", newline="") as source:
            rows = change(list(csv.reader(source)))
        path = self.folder / f"{name}.xlsx"
        path.write_bytes(an_xlsx(rows, strings_to_urls=False))
        return path

    def test_the_shipped_registers_as_workbooks_change_nothing(self):
        for name in ("provinces", "components"):
            self.a_workbook(name)
        found = registers.compare(self.a_workbook("municipalities"))
        assert [(c.added, c.changed, c.missing) for c in found] == [([], [], [])] * 3

    def test_a_code_that_lost_its_zero_is_named_by_its_row(self):
        self.a_workbook("provinces", lambda rows: [rows[0], rows[1], [2, *rows[2][1:]]])
        with pytest.raises(BadRegister, match="provinces.xlsx.*3"):
            registers.compare(self.a_workbook("municipalities"))

    def test_a_broken_workbook_is_named(self):
        path = self.folder / "municipalities.xlsx"
        path.write_bytes(b"PK\x03\x04")
        with pytest.raises(BadRegister, match="municipalities.xlsx"):
            registers.compare(path)
