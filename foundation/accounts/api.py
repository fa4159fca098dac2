"""People, roles, invitations and tokens for other programs; the registers are in `places.operations`.

A program cannot show a fresh second factor. So it gives only roles that are held at one
place, takes away any, and neither makes nor rotates tokens, erases people or resets
their second factor: those are acts of a person on a page (decision 0183).
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation import Refusal
from foundation.accounts import contacts, invitations, people, roles
from foundation.accounts.campaigns.api import router as campaigns
from foundation.accounts.forms import mailbox, mobile
from foundation.accounts.places.operations import router as places
from foundation.accounts.preparedness.api import router as preparedness
from foundation.accounts.verification.api import router as verification
from foundation.directory.models import Contact, Invitation, Membership, Municipality, Person, Province
from foundation.directory.models.people import ContactChannel
from foundation.language import texts
from foundation.language.schema_types import Line
from foundation.wire.api import tokens
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from foundation.wire.models import Token

router = Router(tags=["people"])
router.add_router("", places)
router.add_router("", campaigns)
router.add_router("", verification)
router.add_router("", preparedness)
LOCAL = tuple(role.value for role in roles.LOCAL_ROLES)


class NeedsASecondFactor(Refusal):
    sentence = _(
        "This role reaches the whole country. It is given on a page, by a person who shows a fresh second factor."
    )
    status = 403


class ForAdministrators(Refusal):
    sentence = _("This is for platform administrators.")
    status = 403


class AddressDoesNotFit(Refusal):
    sentence = _("A mobile number is needed for SMS, an e-mail address for e-mail.")
    status = 422


class RoleOut(Schema):
    id: int
    role: str
    municipality: str | None
    province: str | None = Field(alias="province_id")
    unit: str = Field(alias="scope")
    since: datetime
    until: datetime | None

    @staticmethod
    def resolve_municipality(membership: Membership) -> str | None:
        return membership.municipality.code if membership.municipality else None


class PersonOut(Schema):
    id: int
    name: str
    email: str
    is_active: bool
    last_login: datetime | None


class RoleIn(Body):
    role: Membership.Role
    municipality: str = Field("", max_length=5, description="five-digit code, for municipal roles")
    province: str = Field("", max_length=2, description="plate code, for observers and experts")
    since: datetime | None = None
    until: datetime | None = None


class InvitationOut(Schema):
    id: int
    email: str
    role: str
    municipality: str | None
    province: str | None = Field(alias="province_id")
    expires_at: datetime

    @staticmethod
    def resolve_municipality(invitation: Invitation) -> str | None:
        return invitation.municipality.code if invitation.municipality else None


class InvitationIn(Body):
    email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    role: Membership.Role
    municipality: str = Field("", max_length=5)
    province: str = Field("", max_length=2)


class ContactOut(Schema):
    id: int
    municipality: str = Field(alias="municipality.code")
    duty: str
    name: str
    channel: str
    address: str
    verified_at: datetime | None
    deputy: int | None = Field(alias="deputy_id")
    denied_at: datetime | None = Field(description="when somebody answered there: this is not me")
    opted_out_at: datetime | None = Field(description="when somebody answered “Dur” there")


class ContactIn(Body):
    municipality: str = Field(max_length=5)
    duty: Contact.Duty
    name: Line = Field("", max_length=120)
    channel: ContactChannel
    address: Line = Field(min_length=3, max_length=254)


class DeputyIn(Body):
    deputy: int | None = Field(description="id of another contact of the same municipality; null: nobody")


class CodeIn(Body):
    code: str = Field(pattern=r"^\d{6}$", examples=["482913"])


class TokenOut(Schema):
    id: int
    name: str
    prefix: str
    person: str = Field(alias="person.email")
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def administrators_only(request) -> None:
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise ForAdministrators


def find_person(request, pk: int) -> Person:
    administrators_only(request)
    return get_object_or_404(Person, pk=pk)


def place_of(wanted: RoleIn | InvitationIn) -> tuple[Municipality | None, Province | None]:
    home = get_object_or_404(Municipality.objects.current(), code=wanted.municipality) if wanted.municipality else None
    province = get_object_or_404(Province.objects.current(), pk=wanted.province) if wanted.province else None
    return home, province


@router.get("/people/", response=list[PersonOut])
@paginate(Keyset, order=("sort_key", "pk"))
def list_people(request, q: str = "") -> QuerySet[Person]:
    """Everyone with an account; `q` finds by name or address. For platform administrators."""
    administrators_only(request)
    return Person.objects.matching(texts.sought(q)) if q else Person.objects.all()


@router.get("/people/{pk}/", response=PersonOut)
def one_person(request, pk: int) -> Person:
    """One person."""
    return find_person(request, pk)


@router.get("/people/{pk}/roles/", response=list[RoleOut])
@paginate(Keyset, order=("pk",))
def list_roles(request, pk: int) -> QuerySet[Membership]:
    """Every role they hold or held."""
    return find_person(request, pk).memberships.select_related("municipality")


@router.post("/people/{pk}/roles/", response={201: RoleOut})
def give_role(request, pk: int, wanted: RoleIn) -> Status:
    """Give a role that is held at one place; others need a person with a fresh second factor."""
    person = find_person(request, pk)
    if wanted.role not in LOCAL:
        raise NeedsASecondFactor
    municipality, province = place_of(wanted)
    scope = roles.RoleScope(municipality=municipality, province=province)
    return Status(201, roles.give(person, wanted.role, scope, since=wanted.since, until=wanted.until, by=request.user))


@router.delete("/people/{pk}/roles/{role}/", response=RoleOut)
def end_role(request, pk: int, role: int) -> Membership:
    """End a role; nobody ends that of the last platform administrator."""
    person = find_person(request, pk)
    membership = get_object_or_404(Membership.objects.select_related("municipality"), person=person, pk=role)
    people.end_membership(membership, by=request.user)
    membership.refresh_from_db()
    return membership


@router.delete("/people/{pk}/sessions/", response={204: None})
def end_sessions(request, pk: int) -> Status:
    """Sign them out everywhere; open pages close within seconds."""
    people.end_sessions(find_person(request, pk), by=request.user)
    return Status(204, None)


@router.post("/people/{pk}/revocation/", response=PersonOut)
def revoke(request, pk: int) -> Person:
    """Close the account: sessions, tokens and open pages end within seconds."""
    person = find_person(request, pk)
    people.revoke(person, by=request.user)
    return person


@router.get("/invitations/", response=list[InvitationOut])
@paginate(Keyset, order=("pk",))
def list_invitations(request) -> QuerySet[Invitation]:
    """Open invitations to the places one looks after."""
    return Invitation.objects.open().visible_to(request.user).select_related("municipality")


@router.post("/invitations/", response={201: InvitationOut})
def invite(request, wanted: InvitationIn) -> Status:
    """Invite to a role that is held at one place; municipal administrators to their own municipality."""
    if wanted.role not in LOCAL:
        raise NeedsASecondFactor
    municipality, province = place_of(wanted)
    if not roles.RoleScope(municipality=municipality, province=province).fits(wanted.role):
        raise roles.PlaceDoesNotFit
    return Status(201, invitations.invite(wanted.email, wanted.role, municipality, province=province, by=request.user))


@router.delete("/invitations/{pk}/", response={204: None})
def withdraw(request, pk: int) -> Status:
    """Take back an invitation nobody accepted yet."""
    invitations.withdraw(get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk), by=request.user)
    return Status(204, None)


@router.get("/contacts/", response=list[ContactOut])
@paginate(Keyset, order=("pk",))
def list_contacts(request, municipality: str = "") -> QuerySet[Contact]:
    """Crisis contacts of the municipalities one looks after."""
    kept = Contact.objects.filter(municipality__in=Municipality.objects.administered_by(request.user))
    kept = kept.filter(municipality__code=municipality) if municipality else kept
    return kept.select_related("municipality")


@router.post("/contacts/", response={201: ContactOut})
def add_contact(request, wanted: ContactIn) -> Status:
    """List an address; a code goes there, and it counts once that came back."""
    administered = Municipality.objects.administered_by(request.user)
    fields = wanted.dict() | {"municipality": get_object_or_404(administered, code=wanted.municipality)}
    try:
        parse = mobile if wanted.channel == ContactChannel.SMS else mailbox
        fields["address"] = parse(wanted.address)
    except ValidationError:
        raise AddressDoesNotFit from None
    return Status(201, contacts.add(by=request.user, **fields))


def contact_of(request, pk: int) -> Contact:
    kept = Contact.objects.filter(municipality__in=Municipality.objects.administered_by(request.user))
    return get_object_or_404(kept.select_related("municipality"), pk=pk)


@router.post("/contacts/{pk}/code/", response=ContactOut)
def send_contact_code(request, pk: int) -> Contact:
    """A fresh code to the address; at most one a minute."""
    contact = contact_of(request, pk)
    contacts.send_code(contact, by=request.user)
    return contact


@router.put("/contacts/{pk}/verification/", response=ContactOut)
def verify_contact(request, pk: int, proof: CodeIn) -> Contact:
    """The six digits that arrived there: crisis messages may go to the address from now on. Five tries a code."""
    contact = contact_of(request, pk)
    contacts.verify(contact, proof.code, by=request.user)
    contact.refresh_from_db()
    return contact


@router.put("/contacts/{pk}/deputy/", response=ContactOut)
def name_deputy(request, pk: int, wanted: DeputyIn) -> Contact:
    """Who is written to when this contact stays silent: another one of the same municipality, or nobody."""
    contact = contact_of(request, pk)
    deputy = contact_of(request, wanted.deputy) if wanted.deputy else None
    contacts.name_deputy(contact, deputy, by=request.user)
    return contact


@router.delete("/contacts/{pk}/", response={204: None})
def remove_contact(request, pk: int) -> Status:
    """No crisis message goes there any more."""
    contacts.remove(contact_of(request, pk), by=request.user)
    return Status(204, None)


@router.get("/tokens/", response=list[TokenOut])
@paginate(Keyset, order=("-pk",))
def list_tokens(request) -> QuerySet[Token]:
    """Every token, never its secret; for platform administrators."""
    administrators_only(request)
    return Token.objects.select_related("person")


@router.delete("/tokens/{pk}/", response={204: None})
def end_token(request, pk: int) -> Status:
    """End a token at once."""
    administrators_only(request)
    if not tokens.revoke(get_object_or_404(Token, pk=pk), by=request.user):
        raise Http404
    return Status(204, None)
