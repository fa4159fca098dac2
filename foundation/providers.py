"""A question that a lower context asks, and those above who can answer it.

The lower context owns a `Providers` of the type of the answer; whoever stands above
registers a function when its app is ready, so that no import runs upward and the type
checker sees both ends. A fact that wants no answer is a signal (`events`).
"""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Provider = TypeVar("Provider", bound=Callable[..., object])


class Providers(Generic[Provider]):
    """Functions to call one after the other, in the order in which they were registered."""

    def __init__(self) -> None:
        self._registered: list[Provider] = []

    def register(self, provider: Provider) -> Provider:
        """Ask `provider` from now on; also as a decorator."""
        self._registered.append(provider)
        return provider

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._registered)
