"""Which links the bar on top shows to whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Person
from helpdesk import providers

register = template.Library()


@dataclass(frozen=True)
class Door:
    """`width`: the narrowest window, by its name in `ROOM`, whose bar holds it; below, it is in the menu."""

    name: object
    url: str
    here: bool
    width: str = "never"


# Pixels the bar has for its links, the menu's own button set aside; nobet.css knows the same widths.
ROOM = {"s": 250, "m": 440, "l": 710, "xl": 960, "xxl": 1250}
LETTER, PADDING = 8.4, 24


# (name, URL name, who may see it). Signed-out readers are shown those for everyone.
MENU: tuple[tuple[object, str, Callable], ...] = (
    (_("Open a ticket"), "helpdesk:new_ticket", lambda person: files_tickets(person)),
    (_("My tickets"), "helpdesk:tickets", lambda person: files_tickets(person)),
    (_("Desk"), "helpdesk:desk", lambda person: works_at_the_desk(person)),
    (_("Phone calls"), "helpdesk:calls", lambda person: works_at_the_desk(person)),
    (_("Board"), "runbooks:board", lambda person: keeps_the_watch(person)),
    (_("Broadcasts"), "runbooks:broadcasts", lambda person: keeps_the_watch(person)),
    (_("Sent messages"), "runbooks:told", lambda person: works_at_the_desk(person) and not keeps_the_watch(person)),
    (_("Runbooks"), "runbooks:shelf", lambda person: keeps_the_watch(person)),
    (_("On call"), "runbooks:on_call", lambda person: works_nationally(person)),
    (_("Calls"), "runbooks:pages", lambda person: keeps_the_watch(person)),
    (_("Reports"), "helpdesk:report", lambda person: leads_the_desk(person)),
    (_("Nodes"), "monitoring:nodes", lambda person: keeps_the_watch(person)),
    (_("Registers"), "accounts:everyone", lambda person: keeps_the_registers(person)),
    (_("Set-up"), "setup", lambda person: keeps_the_registers(person)),
    (_("Webhooks"), "outbox:webhooks", lambda person: keeps_webhooks(person)),
    (_("Knowledge base"), "helpdesk:articles", lambda person: files_tickets(person) or works_at_the_desk(person)),
    (_("Status"), "monitoring:status", lambda person: True),
    (_("Service times"), "helpdesk:standards", lambda person: True),
    (_("Scenario"), "runbooks:scenario", lambda person: settings.DEMO and keeps_the_watch(person)),
)


def keeps_the_watch(person) -> bool:
    return person.is_authenticated and person.keeps_the_watch


def works_nationally(person) -> bool:
    return person.is_authenticated and person.works_nationally


def works_at_the_desk(person) -> bool:
    return person.is_authenticated and person.works_at_the_desk


def leads_the_desk(person) -> bool:
    return person.is_authenticated and person.has_role("shift_lead", "platform_admin")


def files_tickets(person) -> bool:
    return person.is_authenticated and person.own_municipality is not None


def keeps_the_registers(person) -> bool:
    return person.is_authenticated and person.has_role("platform_admin")


def keeps_webhooks(person) -> bool:
    return person.is_authenticated and person.has_role("platform_admin", "municipal_admin")


def visible(request) -> Iterator[Door]:
    """One link at most is "here": the one whose address is the longest beginning of the page's."""
    person = getattr(request, "user", None)
    open_doors = [(name, reverse(url_name)) for name, url_name, allows in MENU if allows(person)]
    here = max((url for _name, url in open_doors if request.path.startswith(url)), key=len, default="")
    shown = [Door(name, url, url == here) for name, url in open_doors]
    for place, door in enumerate(shown):
        yield replace(door, width=narrowest(place, shown))


def narrowest(place: int, shown: list[Door]) -> str:
    """The narrowest window in which this link stands in the bar: always the one we are at, then the first ones."""
    if shown[place].here:
        return "s"
    before = [door for door in shown[: place + 1] if not door.here] + [door for door in shown if door.here]
    taken = sum(LETTER * len(str(door.name)) + PADDING for door in before)
    return next((width for width, room in ROOM.items() if taken <= room), "never")


@register.simple_tag(takes_context=True)
def doors(context) -> list[Door]:
    request = context.get("request")
    return list(visible(request)) if request else []


@register.filter
def widest_door(open_doors: list[Door]) -> str:
    """From this window on, the bar holds them all."""
    order = [*ROOM, "never"]
    return max((door.width for door in open_doors), key=order.index, default="s")


@providers.commands.register
def open_a_page(person: Person) -> Iterator[tuple[str, str]]:
    """Every link of the bar on top as a command of the palette, also those that the bar has no room for."""
    return ((str(name), reverse(url)) for name, url, allows in MENU if allows(person))
