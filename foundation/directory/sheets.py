"""A sheet as people send it to a page: a file from Excel or LibreOffice, or its lines pasted."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.directory.spreadsheets import BadSpreadsheet, as_csv, is_spreadsheet
from foundation.language.forms import CleanForm


class SheetForm(CleanForm):
    """A sheet as a file, or its text when the preview is confirmed."""

    MOST_BYTES = 1_500_000

    sheet = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods,text/csv"})
    )
    text = forms.CharField(label=_("Or paste the lines here"), required=False, strip=False, widget=forms.Textarea)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("sheet")
        if file and file.size > self.MOST_BYTES:
            raise ValidationError(_("The sheet is larger than 1.5 MB; send it in parts."))
        if file:
            cleaned["text"] = self.lines_in(file.read())
        if not cleaned.get("text", "").strip():
            raise ValidationError(_("Choose a file or paste the lines."))
        return cleaned

    def lines_in(self, data: bytes) -> str:
        try:
            text = as_csv(data) if is_spreadsheet(data) else decode(data)
        except BadSpreadsheet as wrong:
            raise ValidationError(str(wrong))
        if len(text.encode()) > self.MOST_BYTES:
            raise ValidationError(_("The sheet is larger than 1.5 MB; send it in parts."))
        return text


def decode(data: bytes) -> str:
    """Excel's two habits; never fails."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1254", "replace")


def separator_of(text: str) -> str:
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number, as Excel counts. Raises `csv.Error` for what is no text."""
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator_of(text))
    for cells in rows:
        yield rows.line_num, cells
