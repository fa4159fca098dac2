"""Who is named in a restricted ticket, and who is at first."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Membership, Person
from helpdesk.models import NamedReader, Ticket
from helpdesk.refusals import NotNamed

# Who answers for restricted tickets where nobody of the desk has filed it: the first of these that there are.
ANSWERING = ((Membership.Role.SHIFT_LEAD,), (Membership.Role.PLATFORM_ADMIN,), Membership.DESK_ROLES)


class NobodyToName(Refusal):
    sentence = _("Nobody works at the desk who could look after it, so it cannot be restricted.")


def named_in(ticket: Ticket) -> list[Person]:
    """Those who can sign in, the longest named first; one query."""
    return list(Person.objects.filter(named_in__ticket=ticket, is_active=True).order_by("named_in__pk"))


def desk_among(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.works_at_the_desk]


def require_named(ticket: Ticket, person: Person) -> None:
    """Of the desk, and named in it."""
    if not person.works_at_the_desk or not ticket.named.filter(person=person).exists():
        raise NotNamed


def answering() -> list[Person]:
    for roles in ANSWERING:
        if people := list(Person.objects.holding(roles).order_by("pk")):
            return people
    return []


def at_first(*, filer: Person | None, logged_by: Person | None = None) -> Sequence[Person]:
    """Whoever files it, or asks by telephone; whoever logs it, and else those who answer for the desk. Keeper first."""
    desk = desk_among([logged_by] if logged_by else []) or answering()
    if not desk:
        raise NobodyToName
    return list(dict.fromkeys([*desk, *([filer] if filer else [])]))


def name_all(ticket: Ticket, people: Iterable[Person], *, by: Person | None = None) -> None:
    """Named twice is named once."""
    rows = [NamedReader(ticket=ticket, person=person, by=by) for person in people]
    NamedReader.objects.bulk_create(rows, ignore_conflicts=True)
