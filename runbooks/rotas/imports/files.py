"""Which reader a file of rotas is for."""

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from runbooks.rotas.imports import calendars, opsgenie
from runbooks.rotas.imports.drafts import Draft, RotaFileIsWrong


class RotaFileCannotBeRead(Refusal):
    status = 422


class RotaHasNoName(Refusal):
    sentence = _("A calendar file has no name for the rota. Please give one.")
    status = 422


def read(text: str, *, key: str = "", name: str = "") -> list[Draft]:
    """The drafts of an Opsgenie export or a calendar. Refused with RotaHasNoName, RotaFileCannotBeRead."""
    try:
        if text.lstrip().startswith(("{", "[")):
            return opsgenie.read(text)
        if not (name or key):
            raise RotaHasNoName
        return calendars.read(text, key=key or opsgenie.key_of(name), name=name or key)
    except RotaFileIsWrong as wrong:
        raise RotaFileCannotBeRead(str(wrong)) from None
