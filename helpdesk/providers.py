"""What the desk asks of whoever stands above it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from foundation.directory.models import Municipality, Person
from foundation.providers import Providers


class ToldLately(Protocol):
    """A message that a municipality was sent, as the ticket page shows it."""

    @property
    def subject(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def is_drill(self) -> bool: ...

    @property
    def is_confirmed(self) -> bool: ...


told_lately: Providers[Callable[[Municipality], Sequence[ToldLately]]] = Providers()

# (name, address) of each page or act that the command palette offers this person.
commands: Providers[Callable[[Person], Iterable[tuple[str, str]]]] = Providers()
