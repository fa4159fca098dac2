"""What every form of the house does with words before its fields judge them."""

from copy import copy
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from foundation.language import phone_numbers, texts
from foundation.language.formatting import is_believable

MOST = 2_147_483_647  # what a column of whole numbers holds


def believe(day: date) -> None:
    """A validator of forms."""
    if not is_believable(day):
        raise ValidationError(_("Please give a day between 2000 and 2100."))


class CleanWords(forms.BaseForm):
    """Mixin of a form: `texts.line` or `texts.paragraphs` over whatever is typed; passwords stay as they are.

    A field for at most `texts.LONGEST_LINE` characters is one line, unless it is drawn as a text area. A day is
    one of this century, a whole number one that a column holds.
    """

    def full_clean(self) -> None:
        if self.is_bound:
            self.data = self.cleaned_words()
            self._bound_values()
        super().full_clean()

    def _bound_values(self) -> None:
        for field in self.fields.values():
            if isinstance(field, forms.DateField | forms.DateTimeField) and believe not in field.validators:
                field.validators.append(believe)
            if isinstance(field, forms.IntegerField) and field.max_value is None:
                field.max_value = MOST
                field.validators.append(MaxValueValidator(MOST))

    def cleaned_words(self) -> Any:
        data: Any = copy(self.data)
        for name, field in self.fields.items():
            key, clean = self.add_prefix(name), cleaning_of(field)
            if clean and isinstance(data.get(key), str):
                data[key] = clean(data[key])
        return data


class CleanForm(CleanWords, forms.Form):
    """The form that every form of ours is."""


class CleanModelForm(CleanWords, forms.ModelForm):
    """The same over a model."""


class TelephoneField(PhoneNumberField):
    """A number however it is written; the one reader is `phone_numbers.read`."""

    def to_python(self, value) -> Any:
        read = phone_numbers.read(value) if isinstance(value, str) else None
        return super().to_python(read.address if read else value)


class DayPicker(forms.DateInput):
    """The browser's own calendar; without one, a date typed as 2026-06-09."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def cleaning_of(field: forms.Field) -> Any:
    """The cleaning that a field's words need; None for what is no word."""
    if not isinstance(field, forms.CharField) or isinstance(field.widget, forms.PasswordInput):
        return None
    is_long = isinstance(field.widget, forms.Textarea) or (field.max_length or 0) > texts.LONGEST_LINE
    if isinstance(field, forms.EmailField):
        is_long = False
    return texts.paragraphs if is_long else texts.line
