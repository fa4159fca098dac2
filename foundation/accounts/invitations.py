"""Opening accounts: an administrator invites, the invited person accepts once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Invitation, Membership, Municipality, Person, Province
from foundation.journal import journal
from foundation.language.formatting import exact
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane

VALID_FOR = timedelta(days=7)
NEXT_AFTER = timedelta(hours=1)
successors.nobody_else("invitation:", "its link opens an account; the list of invitations says that it came back")


class NotYoursToInvite(Refusal):
    sentence = _("You may invite staff and administrators of your own municipality only.")
    status = 403


class AlreadyHere(Refusal):
    sentence = _("This person already has that role here.")


class InvitationGone(Refusal):
    sentence = _("This invitation was used, withdrawn or is too old. Please ask for a new one.")
    status = 410


class InvitationReplaced(Refusal):
    status = 410

    def __init__(self, at: datetime) -> None:
        super().__init__(_("We wrote to you again at %(at)s. Please use the link in that letter.") % {"at": exact(at)})


class SentJustNow(Refusal):
    sentence = _("The last letter of this invitation left less than an hour ago. Please give it some time.")
    status = 429


class SomeoneElsesInvitation(Refusal):
    sentence = _("This invitation is for an account that already exists. Please sign in with its e-mail address first.")
    status = 403


@transaction.atomic
def invite(
    email: str,
    role: str,
    municipality: Municipality | None = None,
    *,
    province: Province | None = None,
    name: str = "",
    phone: str = "",
    lane: Lane = Lane.OPERATIONAL,
    by: Person,
) -> Invitation:
    """Write to someone that a place is waiting; an older open invitation to it is withdrawn.

    Municipal administrators invite to their own municipality, platform administrators
    anywhere, observers and experts also to one province. The letter holds the secret; the database only its digest.
    """
    email = email.strip().lower()
    check_reach(role, municipality, by)
    place = {"municipality": municipality, "province": province}
    if holds(email, role, municipality, province):
        raise AlreadyHere
    Invitation.objects.open().filter(email=email, role=role, **place).update(withdrawn_at=now())
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        **place,
        name=name,
        phone=phone,
        invited_by=by,
        secret_digest=digest(secret),
        expires_at=now() + VALID_FOR,
    )
    journal.record("invitation.sent", invitation, by=by, role=role)
    send_letter(invitation, secret, lane=lane)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: Person) -> None:
    """Write once more, with a link of its own and seven days from now. At most one letter an hour."""
    check_reach(invitation.role, invitation.municipality, by)
    write_again(invitation, by=by)


@transaction.atomic
def write_again(invitation: Invitation, *, by: Person | None, lane: Lane = Lane.OPERATIONAL) -> None:
    """One more letter, for whoever may order it; the link of the letter before says that it was replaced.

    Of two at once one gets through. Raises `SentJustNow`, `InvitationGone`, `AlreadyHere`.
    """
    if holds(invitation.email, invitation.role, invitation.municipality, invitation.province):
        raise AlreadyHere
    at, secret = now(), secrets.token_urlsafe(32)
    unanswered = Invitation.objects.unanswered().filter(pk=invitation.pk)
    written = unanswered.filter(last_sent_at__lte=at - NEXT_AFTER).update(
        former_digest=F("secret_digest"),
        secret_digest=digest(secret),
        letters=F("letters") + 1,
        last_sent_at=at,
        expires_at=at + VALID_FOR,
    )
    if not written:
        raise SentJustNow if unanswered.exists() else InvitationGone
    invitation.refresh_from_db()
    journal.record("invitation.sent_again", invitation, by=by, letters=invitation.letters)
    send_letter(invitation, secret, lane=lane)


@transaction.atomic
def accept(secret: str, *, name: str = "", password: str = "", by: Person | None = None) -> Person:
    """Open the account with this name and password, or give a signed-in holder the role.

    Works once: of two clicks one gets through. Raises `InvitationGone`, and
    `SomeoneElsesInvitation` when the address has an account that is not `by`.
    """
    invitation = find(secret)
    person = Person.objects.filter(email=invitation.email).first()
    if person and person != by:
        raise SomeoneElsesInvitation
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=now()):
        raise InvitationGone
    person = person or Person.objects.create_user(invitation.email, password, name=name, phone=invitation.phone)
    Membership.objects.create(
        person=person, role=invitation.role, municipality=invitation.municipality, province=invitation.province
    )
    journal.record("invitation.accepted", invitation, by=person)
    return person


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Person) -> None:
    """Take back an invitation nobody accepted yet."""
    check_reach(invitation.role, invitation.municipality, by)
    if not Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=now()):
        raise InvitationGone
    journal.record("invitation.withdrawn", invitation, by=by)


def find(secret: str) -> Invitation:
    """The open invitation with this secret. Raises `InvitationGone`, `InvitationReplaced`."""
    open_ones = Invitation.objects.open().select_related("municipality", "province")
    if invitation := open_ones.filter(secret_digest=digest(secret)).first():
        return invitation
    if replaced := open_ones.filter(former_digest=digest(secret)).first():
        raise InvitationReplaced(replaced.last_sent_at)
    raise InvitationGone


def holds(email: str, role: str, municipality: Municipality | None, province: Province | None) -> bool:
    """Whether whoever has this address has that role there already."""
    current = Membership.objects.current().filter(person__email=email, role=role)
    return current.filter(municipality=municipality, province=province).exists()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def check_reach(role: str, municipality: Municipality | None, by: Person) -> None:
    if by.has_role(Membership.Role.PLATFORM_ADMIN):
        return
    own = municipality and municipality.pk in by.administered_municipalities
    if not own or role not in Membership.MUNICIPAL_ROLES:
        raise NotYoursToInvite


def send_letter(invitation: Invitation, secret: str, *, lane: Lane) -> None:
    """In Turkish: the language of the invited person is not known yet."""
    key = f"invitation:{invitation.pk}" + (f":{invitation.letters}" if invitation.letters > 1 else "")
    link = settings.PUBLIC_BASE_URL + reverse("accounts:acceptance", args=[secret])
    with override(settings.LANGUAGE_CODE):
        place = str(invitation.place or gettext("the national team"))
        text = gettext(
            "You are invited to Nöbet, the support desk of the platform.\n\n"
            "Place: %(place)s\nRole: %(role)s\n\n%(link)s\n\n"
            "The link works once and until %(until)s. If you expect no invitation, please ignore this letter."
        ) % {
            "place": place,
            "role": invitation.get_role_display(),
            "link": link,
            "until": exact(invitation.expires_at),
        }
        again = invitation.letters > 1
        subject = gettext("Reminder: your invitation to Nöbet") if again else gettext("Your invitation to Nöbet")
    outbox.email(key, invitation.email, subject, text, lane=lane, secret=True)
