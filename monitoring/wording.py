"""What the watch says by itself, in Turkish and English, until a person says more."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, override

from foundation.directory.models import Component, Province
from monitoring.models import Node, Scope


class Both(NamedTuple):
    """One sentence in the two languages of the house."""

    tr: str
    en: str


def in_both(say: Callable[[], str]) -> Both:
    with override("tr"):
        turkish = say()
    with override("en"):
        english = say()
    return Both(turkish, english)


def title(scope: str, *, components: Sequence[Component], province: Province | None, nodes: Sequence[Node]) -> Both:
    """Says what is, not what the page is called."""

    def say() -> str:
        if components:
            return gettext("%(what)s: outage") % {"what": names(components)}
        if scope == Scope.CENTRAL:
            return gettext("Municipalities cannot reach the platform")
        if scope == Scope.REGIONAL and province:
            return gettext("%(province)s: municipalities cannot reach the platform") % {"province": province.name}
        first = nodes[0].municipality if nodes else None
        return gettext("%(municipality)s: cannot reach the platform") % {"municipality": first or "?"}

    return in_both(say)


def first_word(next_update_at: datetime) -> Both:
    return in_both(
        lambda: (
            gettext("We see the fault and are investigating. Next word: %(time)s.") % {"time": clock(next_update_at)}
        )
    )


def last_word() -> Both:
    return in_both(lambda: gettext("Our measurements say that it works again everywhere."))


def recovering(left: int) -> Both:
    return in_both(
        lambda: gettext("The component works again. Municipalities still affected: %(left)d.") % {"left": left}
    )


def names(components: Sequence[Component]) -> str:
    shown = ", ".join(component.name for component in components[:3])
    return shown if len(components) <= 3 else f"{shown} +{len(components) - 3}"


def clock(at: datetime) -> str:
    """Local time as a Turkish reader writes it."""
    return timezone.localtime(at).strftime("%H.%M")
