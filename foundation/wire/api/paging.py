"""Keyset paging: a page starts after the last row seen, however many rows there are."""

from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema
from ninja.pagination import PaginationBase

from foundation import Refusal

SALT = "nobet.cursor"


class UnknownCursor(Refusal):
    sentence = _("The cursor is not one of ours. Start again without it.")
    status = 422


class Keyset(PaginationBase):
    """Pages of an API list: `@paginate(Keyset, order=("sort_key", "pk"))`.

    `order` names columns of the model itself, "-" for descending; the last one must
    be unique. The answer is `{"items": […], "next": cursor or null}`.
    """

    class Input(Schema):
        cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")
        limit: int = Field(50, ge=1, le=200)

    class Output(Schema):
        items: list[Any]
        next: str | None

    def __init__(self, *, order: tuple[str, ...] = ("-pk",), **kwargs) -> None:
        super().__init__(**kwargs)
        self.order = order

    def paginate_queryset(self, queryset: QuerySet, pagination: Any, request: Any = None, **params: Any) -> dict:
        rows, next_cursor = page(queryset, order=self.order, cursor=pagination.cursor, limit=pagination.limit)
        return {"items": rows, "next": next_cursor}


def page(queryset: QuerySet, *, order: tuple[str, ...], cursor: str | None, limit: int) -> tuple[list, str | None]:
    """Up to `limit` rows after `cursor`, and the cursor of the next page, if there is one.

    Refuses a cursor that we did not sign for this order (`UnknownCursor`).
    """
    if cursor:
        queryset = queryset.filter(after(queryset.model, order, read(cursor, order)))
    rows = list(queryset.order_by(*order)[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], sign(queryset.model, rows[limit - 1], order)


def after(model: type[Model], order: tuple[str, ...], values: list[str]) -> Q:
    """The rows behind `values`: (a > x) or (a = x and b > y) or …

    The range of the first column stands in front, so that an index is entered at the
    cursor instead of at its start.
    """
    behind, equal = Q(), Q()
    bound = "lte" if order[0].startswith("-") else "gte"
    first = order[0].lstrip("-")
    entry = Q(**{f"{first}__{bound}": field_of(model, first).to_python(values[0])})
    for name, text in zip(order, values, strict=True):
        column = name.lstrip("-")
        value = field_of(model, column).to_python(text)
        direction = "lt" if name.startswith("-") else "gt"
        behind |= equal & Q(**{f"{column}__{direction}": value})
        equal &= Q(**{column: value})
    return entry & behind


def sign(model: type[Model], row: Any, order: tuple[str, ...]) -> str:
    """The cursor behind `row`: an instance of `model`, or named values that hold the columns of `order`."""
    values = [field_of(model, name.lstrip("-")).value_to_string(row) for name in order]
    return signing.dumps([list(order), values], salt=SALT)


def read(cursor: str, order: tuple[str, ...]) -> list[str]:
    try:
        signed_order, values = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        raise UnknownCursor from None
    if signed_order != list(order):
        raise UnknownCursor
    return values


def field_of(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
