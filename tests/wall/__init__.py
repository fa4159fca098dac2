"""How every door of the house is walked. A door that nobody declares here fails the wall.

Each context has a module beside this one:

    doors = [
        Public("monitoring:status"),
        Door("helpdesk:ticket", OWN + NATIONAL, at=lambda stage: {"number": stage.ticket.number}),
        Door("helpdesk:tickets", EVERYONE, reads=OWN + NATIONAL),
        Door("helpdesk:claim", DESK, at=…, get=False, post=lambda stage: {}),
    ]
    calls = [Call("GET", "/api/v1/tickets/{number}/", OWN + NATIONAL, at=…)]
    sockets = [Socket(r"^ws/board/$", WATCH, path=lambda stage: "/ws/board/")]

    def furnish(stage):
        stage.ticket = …  # texts that only its readers may see contain SECRET

`admits` lists everyone of the cast who gets in; its first is the owner, who is let in
first, on the same URL. Everyone else is refused: strangers, other municipalities, and
the owner as soon as he is revoked. `reads` are those who may meet SECRET (by default
all who get in); the others get in and must not find it. NOTE stands in what colleagues
wrote among themselves: only the desk and the watch ever read it. SEALED and the number of
`stage.sealed_ticket` are met by NAMED alone, at whatever door.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace

from tests.cast import PEOPLE, assemble

SECRET = "duvar7f3a91"
# Stands in all words of a restricted ticket, which only these two are named in.
SEALED = "muhur9d2e61"
NAMED = ("ayse", "selim")
TOOLS = {"routes", "walking"}
NOTE = "icnot5b20c4"

OWN = ("selim", "zehra")
MUNICIPAL = (*OWN, "hatice")
DESK = ("ayse", "burak", "leyla", "yonca")
WATCH = ("nermin", "kemal", "leyla", "yonca")
NATIONAL = ("ayse", "burak", "leyla", "nermin", "kemal", "yonca")
EVERYONE = tuple(attribute for attribute, *_rest in PEOPLE)

Stage = SimpleNamespace
Values = Callable[[Stage], Mapping]


def nothing(stage: Stage) -> dict:
    return {}


@dataclass(frozen=True)
class Public:
    """A page for everybody, without signing in. `answers`: the statuses it may have."""

    name: str
    at: Values = nothing
    answers: tuple[int, ...] = (200,)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Door:
    """A page for some. `get` and `post` say which methods are walked; `post` gives the form.

    `answers` are further statuses that mean "you may, but not now": the verb's own no.
    """

    name: str
    admits: tuple[str, ...]
    at: Values = nothing
    reads: tuple[str, ...] | None = None
    get: bool = True
    post: Values | None = None
    query: str = ""
    answers: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Call:
    """An API operation; `body` is the JSON that the owner sends."""

    method: str
    path: str
    admits: tuple[str, ...]
    at: Values = nothing
    reads: tuple[str, ...] | None = None
    body: Values | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Socket:
    """A socket by its route; `path` is where this stage finds it. `public` asks nobody."""

    route: str
    admits: tuple[str, ...] = ()
    path: Callable[[Stage], str] = str
    public: bool = False

    def __str__(self) -> str:
        return self.route


def modules() -> list:
    return [
        import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__) if found.name not in TOOLS
    ]


def declared(kind: str) -> list:
    """All `doors`, `calls` or `sockets` of the contexts."""
    return [item for module in modules() for item in getattr(module, kind, [])]


def furnished() -> Stage:
    """The cast, and one of each thing that the doors lead to."""
    stage = assemble()
    for module in modules():
        getattr(module, "furnish", nothing)(stage)
    return stage
