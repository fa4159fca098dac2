"""What the desk asks of whoever stands above it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
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

# Keys of people → the last day of the leave on which each of them is today; who is here does not stand in it.
away_until: Providers[Callable[[Sequence[int]], Mapping[int, date]]] = Providers()

# (address, text) of an SMS that came in → whether it answers a message of theirs and is no word to the desk.
takes_sms: Providers[Callable[[str, str], bool]] = Providers()

# Keys of people → those of them who stand on a rota now.
on_shift: Providers[Callable[[Sequence[int]], Iterable[int]]] = Providers()
