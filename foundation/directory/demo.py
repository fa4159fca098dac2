"""The people and places of the demonstration. All names and numbers are invented.

Mobile numbers start with +90 599, which no operator gives out.
"""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from foundation import now
from foundation.directory import registers
from foundation.directory.models import Contact, Membership, Municipality, Person

PASSWORD = "nobet-demo-2026"
Role = Membership.Role
# (e-mail, name, role, municipality code)
ACCOUNTS = (
    ("ayse@nobet.demo", "Ayşe Yılmaz", Role.AGENT, ""),
    ("burak@nobet.demo", "Burak Demir", Role.AGENT, ""),
    ("leyla@nobet.demo", "Leyla Şahin", Role.SHIFT_LEAD, ""),
    ("nermin@nobet.demo", "Nermin Kaya", Role.OPERATOR, ""),
    ("kemal@nobet.demo", "Kemal Öztürk", Role.APPROVER, ""),
    ("yonetici@nobet.demo", "Yonca Ağaoğlu", Role.PLATFORM_ADMIN, ""),
    ("selim@odunpazari.demo", "Selim Aydın", Role.STAFF, "26010"),
    ("zehra@odunpazari.demo", "Zehra Işık", Role.MUNICIPAL_ADMIN, "26010"),
    ("hatice@merzifon.demo", "Hatice Çelik", Role.STAFF, "05004"),
)
DUTIES = (
    (Contact.Duty.MAYOR, "Belediye Başkanı"),
    (Contact.Duty.SECRETARY, "Genel Sekreter"),
    (Contact.Duty.IT, "Bilgi İşlem Sorumlusu"),
)
BATCH = 500


@transaction.atomic
def load() -> None:
    """Registers, accounts of every role, three verified contacts a municipality."""
    registers.carry_out(registers.compare(registers.SHIPPED))
    open_accounts()
    list_contacts()


def open_accounts() -> None:
    here = set(Person.objects.values_list("email", flat=True))
    coming = [account for account in ACCOUNTS if account[0] not in here]
    if not coming:
        return
    password = make_password(PASSWORD)
    places = dict(Municipality.objects.filter(code__in=["26010", "05004"]).values_list("code", "pk"))
    people = [Person(email=email, name=name, password=password) for email, name, *_rest in coming]
    for person in people:
        person.derive()
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create(
        [
            Membership(person=person, role=role, municipality_id=places.get(code))
            for person, (_email, _name, role, code) in zip(people, coming, strict=True)
        ]
    )


def list_contacts() -> None:
    """A number follows from the municipality's code, so that repeating adds nothing."""
    without = Municipality.objects.filter(contacts=None).only("code", "full_name")
    at = now()
    Contact.objects.bulk_create(
        [
            Contact(
                municipality=municipality,
                duty=duty,
                name=title,
                channel=Contact.Channel.SMS,
                address=f"+90599{place}0{municipality.code}",
                verified_at=at,
            )
            for municipality in without
            for place, (duty, title) in enumerate(DUTIES, start=1)
        ],
        BATCH,
    )
