"""Filling in a macro: fixed tokens, nothing computed, nothing looked up by name."""

from collections.abc import Sequence

from django.core.cache import cache

from helpdesk.models import Macro, Ticket

REMEMBERED_FOR = 60  # seconds

# token → what it stands for, as the page of macros explains it
TOKENS = ("{belediye}", "{talep}", "{konu}", "{modul}", "{isim}")


def to_choose_from() -> Sequence[tuple[int, str]]:
    """(key, name) of each, read at most once a minute."""
    names = cache.get("helpdesk.macros")
    if names is None:
        names = list(Macro.objects.values_list("pk", "name"))
        cache.set("helpdesk.macros", names, REMEMBERED_FOR)
    return names


def changed() -> None:
    """One was added or removed: desks that ask next see it."""
    cache.delete("helpdesk.macros")


def filled(macro: Macro, ticket: Ticket) -> str:
    """The text for this ticket. Braces that are no token of ours stay as they are."""
    values = (
        ticket.municipality.full_name,
        ticket.number,
        ticket.subject,
        ticket.component.name_tr,
        ticket.requester.name if ticket.requester else ticket.municipality.name,
    )
    text = macro.text
    for token, value in zip(TOKENS, values, strict=True):
        text = text.replace(token, value)
    return text
