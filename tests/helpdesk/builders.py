"""Tickets and queues for the tests of the desk; the people are those of `tests.cast`."""

from foundation.directory.models import Membership, Municipality, Person
from helpdesk import tickets
from helpdesk.models import Queue, Team, Ticket
from tests.cast import a_component, a_municipality, a_person


def an_agent(name: str = "Ayşe Yılmaz") -> Person:
    return a_person(Membership.Role.AGENT, name=name)


def a_clerk(name: str = "Selim Aydın", municipality: Municipality | None = None) -> Person:
    municipality = municipality or a_municipality("26010", "Odunpazarı")
    return a_person(Membership.Role.STAFF, name=name, municipality=municipality)


def the_queue() -> Queue:
    """The one that takes what no other queue looks after."""
    team, _ = Team.objects.get_or_create(code="genel", defaults={"name_tr": "Genel", "name_en": "General"})
    return Queue.objects.get_or_create(
        code="genel", defaults={"name_tr": "Genel", "name_en": "General", "team": team, "takes_the_rest": True}
    )[0]


def a_ticket(**words) -> Ticket:
    the_queue()
    ordinary = {
        "municipality": words.get("municipality") or a_municipality("26010", "Odunpazarı"),
        "component": words.get("component") or a_component("TAHSILAT"),
        "subject": "Makbuz kesilmiyor",
        "body": "Para çekiliyor, makbuz çıkmıyor.",
        "impact": Ticket.Impact.UNIT,
        "urgency": Ticket.Urgency.STOPPED,
    }
    return tickets.submit(**(ordinary | words))
