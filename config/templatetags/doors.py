"""Which doors the bar on top shows to whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True)
class Door:
    name: object
    url: str
    here: bool


# (name, URL name, who may see it). Signed-out readers are shown those for everyone.
DOORS: tuple[tuple[object, str, Callable], ...] = (
    (_("Open a ticket"), "helpdesk:new_ticket", lambda person: files_tickets(person)),
    (_("My tickets"), "helpdesk:tickets", lambda person: files_tickets(person)),
    (_("Desk"), "helpdesk:desk", lambda person: works_at_the_desk(person)),
    (_("Runbooks"), "runbooks:shelf", lambda person: keeps_the_watch(person)),
    (_("Board"), "runbooks:board", lambda person: keeps_the_watch(person)),
    (_("Broadcasts"), "runbooks:broadcasts", lambda person: keeps_the_watch(person)),
    (_("Sent messages"), "runbooks:told", lambda person: works_at_the_desk(person) and not keeps_the_watch(person)),
    (_("On call"), "runbooks:on_call", lambda person: keeps_the_watch(person)),
    (_("Nodes"), "monitoring:nodes", lambda person: keeps_the_watch(person)),
    (_("Registers"), "directory:everyone", lambda person: keeps_the_registers(person)),
    (_("Knowledge base"), "helpdesk:articles", lambda person: files_tickets(person) or works_at_the_desk(person)),
    (_("Status"), "monitoring:status", lambda person: True),
    (_("Service times"), "helpdesk:standards", lambda person: True),
    (_("Scenario"), "runbooks:scenario", lambda person: settings.DEMO and keeps_the_watch(person)),
)


def keeps_the_watch(person) -> bool:
    return person.is_authenticated and person.keeps_the_watch


def works_at_the_desk(person) -> bool:
    return person.is_authenticated and person.works_at_the_desk


def files_tickets(person) -> bool:
    return person.is_authenticated and person.own_municipality is not None


def keeps_the_registers(person) -> bool:
    return person.is_authenticated and person.has_role("platform_admin")


def visible(request) -> Iterator[Door]:
    """One door at most is "here": the one whose address is the longest beginning of the page's."""
    person = getattr(request, "user", None)
    open_doors = [(name, reverse(url_name)) for name, url_name, allows in DOORS if allows(person)]
    here = max((url for _name, url in open_doors if request.path.startswith(url)), key=len, default="")
    for name, url in open_doors:
        yield Door(name, url, url == here)


@register.simple_tag(takes_context=True)
def doors(context) -> list[Door]:
    request = context.get("request")
    return list(visible(request)) if request else []
