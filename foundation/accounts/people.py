"""What happens to people: described, revoked, restored, erased."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory import events
from foundation.directory.models import Contact, Invitation, Membership, Person
from foundation.journal import journal
from foundation.journal.models import Entry


class NotYourPerson(Refusal):
    sentence = _("You look after the people of your own municipality only.")
    status = 403


class NotYourself(Refusal):
    sentence = _("You cannot revoke yourself. Please ask another administrator.")


class PersonMovedOn(Refusal):
    sentence = _("This person was already revoked.")


def administrators_of(municipality_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Who answers for these municipalities and can be written to, longest there first; one query."""
    role = Membership.Role.MUNICIPAL_ADMIN
    held = Membership.objects.current().filter(municipality__in=municipality_ids, role=role, person__is_active=True)
    people: dict[int, list[Person]] = {}
    for membership in held.exclude(person__email="").select_related("person").order_by("pk"):
        if membership.municipality_id is not None:
            people.setdefault(membership.municipality_id, []).append(membership.person)
    return people


@transaction.atomic
def describe(person: Person, *, name: str, phone: str, language: str) -> None:
    """Change how a person is called, reached and spoken to."""
    person.name, person.phone, person.language = name, phone, language
    person.save(update_fields=["name", "sort_key", "search_text", "phone", "language"])
    journal.record("person.described", person, by=person)


@transaction.atomic
def revoke(person: Person, *, by: Person) -> None:
    """Close an account: it no longer signs in, and what it holds open ends within seconds.

    Two administrators may press at once: one revokes, the other learns it was done.
    Memberships end too, so that a restored account starts with none.
    """
    check_care(person, by)
    at = now()
    if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False, revoked_at=at):
        raise PersonMovedOn
    person.refresh_from_db()
    person.memberships.current().update(until=at)
    close_sessions(person)
    journal.record("person.revoked", person, by=by)
    events.person_revoked.send(Person, person=person)


@transaction.atomic
def end_membership(membership: Membership, *, by: Person) -> None:
    """Take one role from a person; their other roles, sessions and tokens stay.

    What is open is asked again within seconds whether it may stay so. Of two who
    press at once one ends it, and nothing is recorded twice.
    """
    check_care(membership.person, by)
    if Membership.objects.current().filter(pk=membership.pk).update(until=now()):
        journal.record("membership.ended", membership.person, by=by, role=membership.role)


@transaction.atomic
def erase(person: Person, *, by: Person) -> None:
    """Forget who someone was (KVKK art. 7) and keep what happened.

    The account is closed; name, address, telephone, factors and sessions go, contacts
    and journal texts by or about the person too. The journal's chain stays whole,
    because it names people by number. Ticket texts end with their retention.
    """
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourPerson
    if person.is_active:
        revoke(person, by=by)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Invitation.objects.filter(email=person.email).delete()
    Contact.objects.filter(person=person).delete()
    about = Q(subject_type=person._meta.label_lower, subject_id=str(person.pk))
    journal.erase_text(Entry.objects.filter(Q(person_id=person.pk) | about))
    person.email, person.name, person.phone = f"erased-{person.pk}@invalid", "", ""
    person.set_unusable_password()
    person.save()
    journal.record("person.erased", person, by=by)


def close_sessions(person: Person) -> None:
    """End every session the person has, wherever it was opened."""
    open_sessions = UserSession.objects.filter(user=person)
    Session.objects.filter(session_key__in=list(open_sessions.values_list("session_key", flat=True))).delete()
    open_sessions.delete()


def check_care(person: Person, by: Person) -> None:
    """Raises unless `by` looks after `person`: platform administrators all, municipal ones their staff."""
    if person.pk == by.pk:
        raise NotYourself
    if by.has_role(Membership.Role.PLATFORM_ADMIN):
        return
    roles = person.memberships.current()
    theirs = roles.filter(municipality__in=by.administered_municipalities, role__in=Membership.MUNICIPAL_ROLES)
    if not theirs.exists() or roles.exclude(pk__in=theirs).exists():
        raise NotYourPerson
