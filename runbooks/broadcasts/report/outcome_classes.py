"""The classes of the closing equation: their order, their states, their names."""

from dataclasses import fields

from django.utils.translation import gettext as _

from foundation.outbox import outbox
from foundation.outbox.models import OutboxMessage

CLASSES = tuple(part.name for part in fields(outbox.BatchTally) if part.name != "intended")
QUIET = ("suppressed", "expired", "aborted", "uncertain")  # named only when somebody is in them


def states_of(name: str) -> tuple[str, ...]:
    """The message states that make up a class; none for a word that is no class."""
    if name == "in_flight":
        return OutboxMessage.IN_FLIGHT
    return (name,) if name in CLASSES else ()


def name_of(name: str) -> str:
    names = {
        "delivered": _("delivered"),
        "in_flight": _("waiting for result"),
        "unconfirmed": _("unconfirmed"),
        "failed": _("failed"),
        "suppressed": _("suppressed"),
        "expired": _("expired"),
        "aborted": _("stopped"),
        "uncertain": _("uncertain"),
    }
    return names[name]
