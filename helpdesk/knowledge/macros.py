"""Macros: written, changed, removed, and filled in: fixed tokens, nothing computed, nothing looked up by name."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Macro, Ticket

REMEMBERED_FOR = 60  # seconds

# token → what it stands for, as the page of macros explains it
TOKENS = ("{belediye}", "{talep}", "{konu}", "{modul}", "{isim}")


class NotYourMacro(Refusal):
    sentence = _("Macros and articles are written by the support desk.")
    status = 403


class MacroNameTaken(Refusal):
    sentence = _("There is a macro with this name already.")


def to_choose_from() -> Sequence[tuple[int, str]]:
    """(key, name) of each, read at most once a minute."""
    names = cache.get("helpdesk.macros")
    if names is None:
        names = list(Macro.objects.values_list("pk", "name"))
        cache.set("helpdesk.macros", names, REMEMBERED_FOR)
    return names


@transaction.atomic
def write(macro: Macro, *, by: Person) -> Macro:
    """Keep a new or a changed macro. Two of one name are refused."""
    require_desk(by)
    if Macro.objects.filter(name=macro.name).exclude(pk=macro.pk).exists():
        raise MacroNameTaken
    is_new = macro.pk is None
    macro.save()
    journal.record("macro.written", macro, by=by, name=macro.name, is_new=is_new)
    changed()
    return macro


@transaction.atomic
def remove(macro: Macro, *, by: Person) -> None:
    """Nobody is offered it any more; what was written with it stays in the tickets."""
    require_desk(by)
    journal.record("macro.removed", macro, by=by, name=macro.name)
    macro.delete()
    changed()


def require_desk(by: Person) -> None:
    if not by.works_at_the_desk:
        raise NotYourMacro


def changed() -> None:
    """One was added, changed or removed: desks that ask next see it."""
    cache.delete("helpdesk.macros")


def filled(macro: Macro, ticket: Ticket) -> str:
    return fill(macro.text, ticket)


def fill(text: str, ticket: Ticket) -> str:
    """The text for this ticket. Braces that are no token of ours stay as they are."""
    values = (
        ticket.municipality.full_name,
        ticket.number,
        ticket.subject,
        ticket.component.name_tr,
        ticket.requester.name if ticket.requester else ticket.municipality.name,
    )
    for token, value in zip(TOKENS, values, strict=True):
        text = text.replace(token, value)
    return text
