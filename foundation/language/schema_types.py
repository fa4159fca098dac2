"""Words in the API's bodies: cleaned before their lengths and patterns are judged. Moments that can be meant."""

from datetime import date
from typing import Annotated, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from foundation.language import phone_numbers, texts
from foundation.language.formatting import is_believable

D = TypeVar("D", bound=date)


def believable(day: D) -> D:
    """The same day or moment. Raises ValueError for one that nobody can mean."""
    if not is_believable(day):
        raise ValueError(_("Please give a day between 2000 and 2100."))
    return day


def _line(value: object) -> object:
    return texts.line(value) if isinstance(value, str) else value


def _paragraphs(value: object) -> object:
    return texts.paragraphs(value) if isinstance(value, str) else value


def _telephone(value: object) -> object:
    return phone_numbers.read(value).address if isinstance(value, str) and value else value


Line = Annotated[str, BeforeValidator(_line)]
Paragraphs = Annotated[str, BeforeValidator(_paragraphs)]
Telephone = Annotated[str, BeforeValidator(_telephone)]
Moment = Annotated[AwareDatetime, AfterValidator(believable)]
