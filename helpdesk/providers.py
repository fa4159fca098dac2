"""What the desk asks of whoever stands above it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from foundation.directory.models import Municipality
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
