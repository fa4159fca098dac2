"""Telling somebody that a ticket concerns them, and that they have read it."""

from collections.abc import Iterable

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.live import audiences, live
from foundation.outbox import push
from helpdesk.models import DeskNotice, Message, NoticeMatter, Ticket
from helpdesk.notices import preferences, schedule

MOST_COUNTED = 100  # the badge says "99+" beyond


def tell(
    matter: NoticeMatter,
    ticket: Ticket,
    people: Iterable[Person | None],
    *,
    what: object,
    by: Person | None = None,
    message: Message | None = None,
    by_letter: bool = True,
) -> int:
    """Tell these people, in the caller's transaction; returns how many it was new to.

    `what` names the matter within the ticket: said again it changes nothing. Nobody is
    told of their own act, nor of a restricted ticket unless they are named in it. `by_letter` is False where
    somebody else writes the letter.
    """
    readers = {person.pk: person for person in people if person and person.is_active and person != by}
    if ticket.is_restricted:
        named = set(ticket.named.values_list("person", flat=True))
        readers = {pk: person for pk, person in readers.items() if pk in named}
    keys = {pk: f"{ticket.pk}:{what}:{pk}" for pk in readers}
    for key in DeskNotice.objects.filter(key__in=keys.values()).values_list("person", flat=True):
        del readers[key]
    if not readers:
        return 0
    at, wishes, pushes = now(), preferences.of_each(readers.values()), push.is_offered()
    notices = [
        DeskNotice(
            person=person,
            ticket=ticket,
            matter=matter,
            message=message,
            by=by,
            key=keys[pk],
            at=at,
            mail_at=schedule.mail_at(wishes[pk], matter, ticket.severity, at) if by_letter else None,
            push_at=schedule.push_at(wishes[pk], matter, ticket.severity, at) if pushes else None,
        )
        for pk, person in readers.items()
    ]
    DeskNotice.objects.bulk_create(notices, ignore_conflicts=True)
    rooms = [audiences.person(pk) for pk in readers]
    live.announce_each(rooms, "notice", ticket.number, {"matter": matter, "severity": ticket.severity})
    return len(notices)


def read(person: Person, *, ticket: Ticket | None = None, newest: int | None = None) -> int:
    """Mark as read what this person was told: of one ticket, up to the one they saw, or all. Returns how many.

    What was read in the page needs neither letter nor push.
    """
    unread = DeskNotice.objects.filter(person=person).unread()
    if ticket is not None:
        unread = unread.filter(ticket=ticket)
    if newest is not None:
        unread = unread.filter(pk__lte=newest)
    if not unread.exists():  # every look at a ticket asks; most have nothing to mark
        return 0
    with transaction.atomic():
        done = unread.update(read_at=now(), mail_at=None, push_at=None)
        live.announce(audiences.person(person.pk), "read", person.pk, {"unread": count(person)})
    return done


def count(person: Person) -> int:
    """What waits to be read, counted up to `MOST_COUNTED`."""
    return DeskNotice.objects.visible_to(person).unread().order_by()[:MOST_COUNTED].count()
