"""Who we serve and who serves: people, the roles they hold, how to reach them."""

from collections.abc import Iterable
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from foundation import now
from foundation.directory.models.places import Municipality, Province
from foundation.language import collation


class PersonQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        """Everyone for national roles; colleagues for municipal administrators; else oneself."""
        if person.works_nationally:
            return self
        own = Q(pk=person.pk)
        if places := person.administered_municipalities:
            own |= Q(memberships__in=Membership.objects.current().filter(municipality__in=places))
        return self.filter(own).distinct()

    def matching(self, text: str) -> Self:
        return self.filter(search_text__contains=collation.fold(text))

    def holding(self, roles: Iterable[str]) -> Self:
        """Those who may sign in and hold one of these roles today."""
        holders = Membership.objects.current().filter(role__in=roles)
        return self.filter(is_active=True, pk__in=holders.values("person"))


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone who signs in, by e-mail address. What they may do, their memberships say."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=240, editable=False, default="")
    search_text = models.CharField(max_length=400, editable=False, default="")
    phone = PhoneNumberField(blank=True)
    language = models.CharField(max_length=2, default="tr", choices=[("tr", "Türkçe"), ("en", "English")])
    is_active = models.BooleanField(default=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager.from_queryset(PersonQuerySet)()

    class Meta:
        verbose_name_plural = "people"
        indexes = [models.Index(fields=["sort_key", "id"], name="person_in_order")]
        constraints = [
            models.CheckConstraint(
                name="revoked_people_are_inactive",
                condition=Q(revoked_at=None) | Q(is_active=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        """Fill what follows from name and address; `save` does it, bulk writers call it."""
        self.sort_key = collation.sort_key(self.name)
        self.search_text = f"{collation.fold(self.name)} {self.email}"

    def save(self, *args, **kwargs) -> None:
        self.derive()
        super().save(*args, **kwargs)

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """Read once a request; a revoked person has none."""
        if not self.is_active:
            return []
        return list(self.memberships.current().select_related("municipality"))

    @property
    def is_erased(self) -> bool:
        """Forgotten for good; the row stays for the record."""
        return self.email == f"erased-{self.pk}@invalid"

    def has_role(self, *roles: str) -> bool:
        return any(membership.role in roles for membership in self.current_memberships)

    @property
    def works_nationally(self) -> bool:
        """Sees every municipality's affairs: the desk, the watch, the platform."""
        return self.has_role(*Membership.NATIONAL_ROLES)

    @property
    def works_at_the_desk(self) -> bool:
        return self.has_role(*Membership.DESK_ROLES)

    @property
    def keeps_the_watch(self) -> bool:
        return self.has_role(*Membership.WATCH_ROLES)

    @property
    def own_municipality(self) -> Municipality | None:
        """The municipality a member of its staff files for; none for everyone else."""
        for membership in self.current_memberships:
            if membership.municipality_id and membership.role in Membership.MUNICIPAL_ROLES:
                return membership.municipality
        return None

    @property
    def administered_municipalities(self) -> list[int]:
        """Keys of the municipalities whose staff this person invites and revokes."""
        admin = Membership.Role.MUNICIPAL_ADMIN
        return [m.municipality_id for m in self.current_memberships if m.role == admin and m.municipality_id]

    def reach(self, municipality: str, *, province: str) -> Q:
        """The municipalities of this person's memberships, as a condition.

        `municipality` and `province` are the lookups that lead to their keys from
        the queried model. A condition that nothing meets when there are none.
        """
        municipalities = [m.municipality_id for m in self.current_memberships if m.municipality_id]
        provinces = [m.province_id for m in self.current_memberships if m.province_id]
        return Q(**{f"{municipality}__in": municipalities}) | Q(**{f"{province}__in": provinces})


class MembershipQuerySet(models.QuerySet):
    def current(self) -> Self:
        at = now()
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def not_ended(self) -> Self:
        """Those held today, and those that start later."""
        return self.filter(Q(until=None) | Q(until__gt=now()))

    def visible_to(self, person) -> Self:
        """All for national roles; those at places one administers; else one's own."""
        if person.works_nationally:
            return self
        return self.filter(Q(person=person) | Q(municipality__in=person.administered_municipalities))


class Membership(models.Model):
    """A role someone holds, where and for how long. A row without place is national."""

    class Role(models.TextChoices):
        STAFF = "staff", _("municipal staff")
        MUNICIPAL_ADMIN = "municipal_admin", _("municipal administrator")
        UNION_OBSERVER = "union_observer", _("union observer")
        VOLUNTEER_EXPERT = "volunteer_expert", _("volunteer expert")
        AGENT = "agent", _("support agent")
        SHIFT_LEAD = "shift_lead", _("shift lead")
        OPERATOR = "operator", _("operator")
        APPROVER = "approver", _("approver")
        VENDOR = "vendor", _("vendor")
        PLATFORM_ADMIN = "platform_admin", _("platform administrator")

    # Those who may hold their role for one province instead of the whole country.
    PROVINCIAL_ROLES = (Role.UNION_OBSERVER, Role.VOLUNTEER_EXPERT)
    MUNICIPAL_ROLES = (Role.STAFF, Role.MUNICIPAL_ADMIN)
    DESK_ROLES = (Role.AGENT, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
    WATCH_ROLES = (Role.OPERATOR, Role.APPROVER, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
    NATIONAL_ROLES = (Role.AGENT, Role.SHIFT_LEAD, Role.OPERATOR, Role.APPROVER, Role.PLATFORM_ADMIN)

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    province = models.ForeignKey(Province, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    scope = models.CharField(max_length=60, blank=True, help_text="code of a union, team or vendor")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="municipal_roles_name_their_municipality",
                condition=~Q(role__in=("staff", "municipal_admin")) | Q(municipality__isnull=False),
            ),
            models.CheckConstraint(
                name="memberships_end_after_they_start", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until <= now()

    @property
    def comes_from_a_team(self) -> bool:
        return self.scope.startswith("team:")


class ContactQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        """All for national roles; a municipality's own for its staff and administrators."""
        if person.works_nationally:
            return self
        places = [m.municipality_id for m in person.current_memberships if m.role in Membership.MUNICIPAL_ROLES]
        return self.filter(municipality__in=places)


class ContactChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")


class Contact(models.Model):
    """A way to reach one duty of one municipality; the person may have no login."""

    class Duty(models.TextChoices):
        MAYOR = "mayor", _("mayor")
        SECRETARY = "secretary", _("secretary general")
        IT = "it", _("IT lead")
        CASH_DESK = "cash_desk", _("cash desk")
        OTHER = "other", _("other")

    Channel = ContactChannel

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="contacts")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts")
    name = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=12, choices=Duty.choices)
    channel = models.CharField(max_length=6, choices=Channel.choices)
    address = models.CharField(max_length=254, help_text="E.164 for SMS, else an e-mail address")
    verified_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    denied_at = models.DateTimeField(null=True, blank=True, help_text="when somebody answered: this is not me")
    code_digest = models.CharField(max_length=64, blank=True, help_text="of the code that proves the address")
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    deputy = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="stands_in_for")

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_contact_per_duty_and_address", fields=["municipality", "duty", "channel", "address"]
            ),
            models.CheckConstraint(
                name="verified_contacts_are_not_denied", condition=Q(verified_at=None) | Q(denied_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.duty}"


class InvitationQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.unanswered().filter(expires_at__gt=now())

    def unanswered(self) -> Self:
        """Neither accepted nor withdrawn, however old."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def visible_to(self, person) -> Self:
        """All for platform administrators; those of one's own municipality for its administrators."""
        if person.has_role(Membership.Role.PLATFORM_ADMIN):
            return self
        return self.filter(municipality__in=person.administered_municipalities)


class Invitation(models.Model):
    """A letter that opens one account, once and for a few days. Only digests of its secrets are kept.

    Sent again, it has a new secret; whoever opens the link of the letter before is told so (`former_digest`).
    """

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True, default="", db_default="", help_text="as a list named them")
    phone = PhoneNumberField(blank=True, default="", db_default="")
    role = models.CharField(max_length=20, choices=Membership.Role.choices)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    province = models.ForeignKey(Province, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="invitations_sent")
    secret_digest = models.CharField(max_length=64, unique=True)
    former_digest = models.CharField(max_length=64, blank=True, default="", db_default="", db_index=True)
    letters = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="how many were written")
    last_sent_at = models.DateTimeField(default=now, db_default=Now())
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitations_end_one_way", condition=Q(accepted_at=None) | Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="invitations_to_municipal_roles_name_the_place",
                condition=~Q(role__in=("staff", "municipal_admin")) | Q(municipality__isnull=False),
            ),
            models.CheckConstraint(
                name="invitations_name_one_place", condition=Q(municipality=None) | Q(province=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.place or ''}"

    @property
    def place(self) -> Municipality | Province | None:
        """Where the role will be held; nothing for the whole country."""
        return self.municipality or self.province
