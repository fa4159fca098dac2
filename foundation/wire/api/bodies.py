"""What a program sends in a body: every field is known, every day is one of this century, or the body is refused."""

from datetime import date, datetime, time
from typing import TypeVar

from django.forms import BaseForm
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import ConfigDict, model_validator

from foundation.language.schema_types import believable

Judged = TypeVar("Judged", bound=BaseForm)


class Body(Schema):
    """The schema of a request's body. A field that it does not have is named and refused.

    A program that sends `priority` and hears 201 believes that we know of it. Moments say their
    offset: 09:00 without one is another time for whoever sends it than for us.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def days_are_believable(self) -> "Body":
        for name in self.model_fields_set:
            value = getattr(self, name)
            if isinstance(value, date):
                believable(value)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise ValueError(_("A moment needs its offset: 2026-12-01T09:00:00+03:00."))
            if isinstance(value, time) and value.tzinfo:
                raise ValueError(_("An hour of the day is written without an offset: “09:00”."))
        return self


def judged(form: Judged) -> Judged:
    """The form of the page that does the same, if what it holds is right; else a 422 that names its fields."""
    if not form.is_valid():
        wrong = [(name, " ".join(map(str, said))) for name, said in form.errors.items()]
        raise ValidationError([{"type": "form", "loc": ("body", name), "msg": said} for name, said in wrong])
    return form
