"""What happens to people: described, revoked, restored, erased, signed out, freed of a lost second factor."""

import uuid
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.accounts import roles
from foundation.directory import events
from foundation.directory.models import Contact, Invitation, InvitationRow, Membership, Person, VerificationRequest
from foundation.journal import journal
from foundation.journal.models import Entry
from foundation.outbox import outbox


class NotYourPerson(Refusal):
    sentence = _("You look after the people of your own municipality only.")
    status = 403


class NotYourself(Refusal):
    sentence = _("You cannot revoke yourself. Please ask another administrator.")


class PersonMovedOn(Refusal):
    sentence = _("This person was already revoked.")


class PersonIsActive(Refusal):
    sentence = _("This account is open.")


class PersonErased(Refusal):
    sentence = _("This person was erased for good. Please invite them anew.")


class NoSecondFactor(Refusal):
    sentence = _("This person has no second step that could be taken away.")


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
    is_renamed = person.name != name
    person.name, person.phone, person.language = name, phone, language
    person.save(update_fields=["name", "sort_key", "search_text", "phone", "language"])
    journal.record("person.described", person, by=person)
    if is_renamed:
        events.person_renamed.send(Person, person=person)


@transaction.atomic
def revoke(person: Person, *, by: Person) -> None:
    """Close an account: it no longer signs in, and what it holds open ends within seconds.

    Two administrators may press at once: one revokes, the other learns it was done.
    Memberships end too, so that a restored account starts with none.
    """
    check_care(person, by)
    roles.keep_an_administrator(person)
    at = now()
    if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False, revoked_at=at):
        raise PersonMovedOn
    person.refresh_from_db()
    person.memberships.current().update(until=at)
    close_sessions(person)
    journal.record("person.revoked", person, by=by)
    events.person_revoked.send(Person, person=person)


@transaction.atomic
def restore(person: Person, *, by: Person) -> None:
    """Open a closed account again. It starts without roles, sessions and tokens; one that was erased stays erased."""
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourPerson
    if person.is_erased:
        raise PersonErased
    if not Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True, revoked_at=None):
        raise PersonIsActive
    person.refresh_from_db()
    journal.record("person.restored", person, by=by)


@transaction.atomic
def end_membership(membership: Membership, *, by: Person) -> None:
    """Take one role from a person, if `by` looks after them (`roles.end`)."""
    check_care(membership.person, by)
    roles.end(membership, by=by)


@transaction.atomic
def reset_second_factor(person: Person, *, reason: str, by: Person) -> None:
    """Take away a lost second factor: who shows up next with the password sets up a new one.

    Signed out everywhere, and told by letter, so that nobody does it behind their back.
    """
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourPerson
    if person.pk == by.pk:
        raise NotYourself
    if not Authenticator.objects.filter(user=person).delete()[0]:
        raise NoSecondFactor
    close_sessions(person)
    journal.record("person.second_factor_reset", person, by=by, text=reason)
    with override(person.language):
        subject = gettext("Your second step at sign-in was taken away")
        text = gettext(
            "A platform administrator took away the second step of your account in Nöbet, and you were signed out "
            "everywhere. At your next sign-in please set up a new one.\n\nIf you did not ask for this, please call "
            "the support desk at once."
        )
    outbox.email(f"second-factor-reset:{uuid.uuid4()}", person.email, subject, text)


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
    InvitationRow.objects.filter(email=person.email).delete()
    addresses = [person.email, *person.contacts.values_list("address", flat=True)]
    VerificationRequest.objects.filter(address__in=addresses).delete()
    Contact.objects.filter(person=person).delete()
    about = Q(subject_type=person._meta.label_lower, subject_id=str(person.pk))
    journal.erase_text(Entry.objects.filter(Q(person_id=person.pk) | about))
    person.email, person.name, person.phone = f"erased-{person.pk}@invalid", "", ""
    person.set_unusable_password()
    person.save()
    journal.record("person.erased", person, by=by)
    events.person_renamed.send(Person, person=person)


def close_sessions(person: Person) -> None:
    """End every session the person has, wherever it was opened."""
    close(UserSession.objects.filter(user=person))


@transaction.atomic
def end_session(session: UserSession, *, by: Person) -> None:
    """Sign a person out at one place; pages open there close within seconds."""
    if session.user_id != by.pk and not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourPerson
    close(UserSession.objects.filter(pk=session.pk))
    journal.record("session.ended", session.user, by=by)


@transaction.atomic
def end_sessions(person: Person, *, by: Person) -> None:
    """Sign a person out everywhere; the account stays open."""
    if person.pk != by.pk and not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourPerson
    close_sessions(person)
    journal.record("session.all_ended", person, by=by)


def close(sessions: QuerySet[UserSession]) -> None:
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()


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
