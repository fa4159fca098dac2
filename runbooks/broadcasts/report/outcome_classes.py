"""The classes of the closing equation: their order, their states, their names."""

from dataclasses import fields

from django.utils.translation import gettext as _

from foundation.outbox import outbox
from foundation.outbox.models import OutboxMessage

CLASSES = tuple(part.name for part in fields(outbox.BatchTally) if part.name != "intended")
NOT_YET_QUEUED = "not_yet_queued"  # of the first seconds: it is in no closing equation
ON_PAGES = (*CLASSES, NOT_YET_QUEUED)
QUIET = ("suppressed", "expired", "aborted", "uncertain", NOT_YET_QUEUED)  # named only when somebody is in them


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
        NOT_YET_QUEUED: _("not yet handed over"),
    }
    return names[name]
