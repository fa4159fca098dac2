"""Register files as people send them: CSV in UTF-8, with comma or semicolon, or an XLSX or ODS workbook.

Nothing is guessed. A file in a Turkish Windows code page, a broken letter, an
unknown province or a doubled code is refused, and every bad row is named by line.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path

from django.utils.translation import gettext as _

from foundation.directory.spreadsheets import BadSpreadsheet, as_csv, is_spreadsheet
from foundation.language import texts

NAME_LETTERS = re.compile(r"[A-Za-zÇĞİÖŞÜçğıöşüÂÎÛâîû0-9 .,'’()/&-]+")
# UTF-8 read as Windows-1252 or Latin-1: Ä°, ÅŸ, Ã¼; Latin-5 read as Latin-1: Ý, þ, ð.
MOJIBAKE = re.compile("[ÂÃÄÅ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÝÞÐýþð\ufffd]")
TURKEY = {"latitude": (35.5, 42.5), "longitude": (25.5, 45.0)}


class BadRegister(Exception):
    """A file that was refused, with one sentence for each thing wrong in it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Column:
    """Where a field stands in the file, and how its text becomes a value.

    `parse` raises ValueError with a sentence about what is wrong.
    """

    header: str
    parse: Callable[[str], object]


Columns = dict[str, Column]
Rows = dict[str, dict[str, object]]


@dataclass
class CsvTable:
    """A file that was read: {field: value} and line number of each row, by its code."""

    path: Path
    rows: Rows = dataclass_field(default_factory=dict)
    lines: dict[str, int] = dataclass_field(default_factory=dict)

    def refuse(self, problems: dict[str, str]) -> None:
        """Raise `BadRegister` when there are problems, given as sentence by code."""
        if problems:
            raise BadRegister([at_line(self.path, self.lines[code], text) for code, text in problems.items()])


def read(path: Path, columns: Columns) -> CsvTable:
    """A file whose first column in `columns` is its code. Raises `BadRegister`."""
    table = CsvTable(path)
    wrong: list[str] = []
    for line, row in lines(path, columns):
        try:
            values = {field: parsed(column, row) for field, column in columns.items()}
            code = str(next(iter(values.values())))
            if code in table.rows:
                raise ValueError(_("code %(code)s stands twice") % {"code": code})
            table.rows[code], table.lines[code] = values, line
        except ValueError as problem:
            wrong.append(at_line(path, line, str(problem)))
    if wrong:
        raise BadRegister(wrong)
    return table


def lines(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line number (the header is line 1)."""
    text = decoded(path)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    absent = [column.header for column in columns.values() if column.header not in (reader.fieldnames or [])]
    if absent:
        raise BadRegister([at_line(path, 1, _("missing columns: %(names)s") % {"names": ", ".join(absent)})])
    for row in reader:
        yield reader.line_num, row


def decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return as_csv(content) if is_spreadsheet(content) else content.decode("utf-8-sig")
    except BadSpreadsheet as problem:
        raise BadRegister([_("%(file)s: %(sentence)s") % {"file": path.name, "sentence": problem}])
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        sentence = _("this file is not UTF-8; it looks like Windows-1254. Save it as UTF-8 and try again")
        raise BadRegister([at_line(path, line, sentence)])


def parsed(column: Column, row: dict[str, str]) -> object:
    text = (row[column.header] or "").strip()
    if MOJIBAKE.search(text):
        raise ValueError(
            _("%(column)s “%(text)s” has broken letters; save the file as UTF-8 and try again")
            % {"column": column.header, "text": text}
        )
    text = texts.line(text)
    try:
        return column.parse(text)
    except ValueError as problem:
        raise ValueError(
            _("%(column)s “%(text)s”: %(problem)s") % {"column": column.header, "text": text, "problem": problem}
        )


def at_line(path: Path, line: int, sentence: str) -> str:
    return _("%(file)s, line %(line)s: %(sentence)s") % {"file": path.name, "line": line, "sentence": sentence}


def any_text(text: str) -> str:
    return text


def name(text: str) -> str:
    """A name in Turkish letters, composed (NFC)."""
    if not NAME_LETTERS.fullmatch(unicodedata.normalize("NFC", text)):
        raise ValueError(_("a name in Turkish letters is needed"))
    return unicodedata.normalize("NFC", text)


def digits(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(rf"[0-9]{{{length}}}", text):
            raise ValueError(_("%(length)s digits are needed") % {"length": length})
        return text

    return parse


def letter_code(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,19}", text):
        raise ValueError(_("a code of capital letters A–Z and digits is needed"))
    return text


def whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(_("a whole number is needed"))
    return int(text)


def degrees(axis: str) -> Callable[[str], float]:
    """A latitude or longitude inside Türkiye."""
    lowest, highest = TURKEY[axis]

    def parse(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) or not lowest <= float(text) <= highest:
            raise ValueError(
                _("a number between %(lowest)s and %(highest)s is needed") % {"lowest": lowest, "highest": highest}
            )
        return float(text)

    return parse


def one_of(choices: dict[str, object]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        if text not in choices:
            raise ValueError(_("one of %(choices)s is needed") % {"choices": ", ".join(choices)})
        return choices[text]

    return parse


def web_address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/\S*)?", text):
        raise ValueError(_("an address that starts with http:// or https:// is needed"))
    return text
