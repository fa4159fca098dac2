"""Everyone on stage: people with fixed roles, and the few places they work at.

`class ResolvingATicket(Cast, TestCase)` (or TransactionTestCase) finds them as
`self.ayse`, `self.odunpazari`, …; a pytest function calls `assemble()`.
The stage is small and fast: two provinces, four municipalities, six components,
and no hashing beyond the first. Tests that need all 1,407 municipalities call `the_whole_country()`.
"""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from types import SimpleNamespace

from django.contrib.auth.hashers import make_password

from foundation import now
from foundation.directory import registers
from foundation.directory.models import Component, Contact, Membership, Municipality, Person, Province

Role = Membership.Role
PASSWORD = "correct-horse-battery"

# (attribute, name, role, municipality code); no role: knows nobody here.
PEOPLE = (
    ("ayse", "Ayşe Yılmaz", Role.AGENT, ""),
    ("burak", "Burak Demir", Role.AGENT, ""),
    ("leyla", "Leyla Şahin", Role.SHIFT_LEAD, ""),
    ("nermin", "Nermin Kaya", Role.OPERATOR, ""),
    ("kemal", "Kemal Öztürk", Role.APPROVER, ""),
    ("yonca", "Yonca Ağaoğlu", Role.PLATFORM_ADMIN, ""),
    ("selim", "Selim Aydın", Role.STAFF, "26010"),
    ("zehra", "Zehra Işık", Role.MUNICIPAL_ADMIN, "26010"),
    ("hatice", "Hatice Çelik", Role.STAFF, "05004"),
    ("stranger", "Yabancı Kişi", None, ""),
)
# (attribute, name, type, plate code, parent code, population)
MUNICIPALITIES = {
    "26000": ("eskisehir", "Eskişehir", Municipality.Type.METROPOLITAN, "26", "", 921_630),
    "26010": ("odunpazari", "Odunpazarı", Municipality.Type.DISTRICT, "26", "26000", 431_652),
    "05000": ("amasya", "Amasya", Municipality.Type.PROVINCIAL, "05", "", 114_921),
    "05004": ("merzifon", "Merzifon", Municipality.Type.DISTRICT, "05", "", 64_926),
}
# (code, Turkish, English, tier)
COMPONENTS = (
    ("ALTYAPI", "Altyapı", "Core infrastructure", "A"),
    ("TAHSILAT", "Tahsilat (vezne)", "Collection (cashier)", "A"),
    ("EODEME", "e-Ödeme", "Online payment", "A"),
    ("EBYS", "Elektronik belge yönetimi", "Document management", "A"),
    ("EIMZA", "e-İmza", "E-signature", "A"),
    ("RAPOR", "Raporlama", "Reports", "C"),
)
# Roles are held before any moment a test travels to, whatever day the suite runs on.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)


class Cast:
    """Puts the cast on stage before each test."""

    def setUp(self):
        super().setUp()
        vars(self).update(vars(assemble()))


def assemble() -> SimpleNamespace:
    """Everyone and every place, by the names tests call them."""
    stage = SimpleNamespace()
    stage.eskisehir_province, stage.amasya_province = a_province("26", "Eskişehir"), a_province("05", "Amasya")
    for code, (attribute, *_rest) in MUNICIPALITIES.items():
        setattr(stage, attribute, the_municipality(code))
    for component in Component.objects.bulk_create(
        [
            Component(code=code, name_tr=tr, name_en=en, tier=tier, position=position)
            for position, (code, tr, en, tier) in enumerate(COMPONENTS)
        ],
        ignore_conflicts=True,
    ):
        setattr(stage, component.code.lower(), component)
    vars(stage).update(everyone())
    return stage


def everyone() -> dict[str, Person]:
    people = [
        Person(email=f"{attribute}@example.test", name=name, password=password_hash())
        for attribute, name, *_rest in PEOPLE
    ]
    for person in people:
        person.derive()
    Person.objects.bulk_create(people)
    places = dict(Municipality.objects.values_list("code", "pk"))
    Membership.objects.bulk_create(
        [
            Membership(person=person, role=role, municipality_id=places.get(code), since=LONG_AGO)
            for person, (_attribute, _name, role, code) in zip(people, PEOPLE, strict=True)
            if role
        ]
    )
    return {attribute: person for person, (attribute, *_rest) in zip(people, PEOPLE, strict=True)}


@cache
def password_hash() -> str:
    return make_password(PASSWORD)


def a_person(role: str = "", *, municipality: Municipality | None = None, **fields) -> Person:
    """Someone new, who signs in with `PASSWORD`; with one membership when `role` is given."""
    number = next(_numbers)
    fields = {"email": f"person{number}@example.test", "name": f"Kişi {number}", "password": password_hash(), **fields}
    person = Person.objects.create(**fields)
    if role:
        Membership.objects.create(person=person, role=role, municipality=municipality, since=LONG_AGO)
    return person


def a_province(plate_code: str = "26", name: str = "Eskişehir") -> Province:
    return Province.objects.get_or_create(
        plate_code=plate_code,
        defaults={
            "name": name,
            "region": "İç Anadolu",
            "nuts3": f"TR{plate_code}",
            "latitude": 39.7,
            "longitude": 30.5,
            "population": 900_000,
            "is_metropolitan": plate_code == "26",
        },
    )[0]


def the_municipality(code: str) -> Municipality:
    """One of `MUNICIPALITIES`, with its parent."""
    _attribute, name, kind, plate_code, parent_code, population = MUNICIPALITIES[code]
    parent = Municipality.objects.get(code=parent_code) if parent_code else None
    return a_municipality(code, name, type=kind, plate_code=plate_code, parent=parent, population=population)


def a_municipality(code: str = "", name: str = "", *, plate_code: str = "26", **fields) -> Municipality:
    """The municipality with this code, or a new one in the province of `plate_code`."""
    number = next(_numbers)
    name = name or f"Örnek {number}"
    fields = {
        "name": name,
        "full_name": f"{name} Belediyesi",
        "type": Municipality.Type.DISTRICT,
        "province": a_province(plate_code),
        "latitude": 39.7,
        "longitude": 30.5,
        "population": 10_000,
        **fields,
    }
    return Municipality.objects.get_or_create(code=code or f"9{number:04d}", defaults=fields)[0]


def a_component(code: str = "", *, tier: str = "A") -> Component:
    code = code or f"MODUL{next(_numbers)}"
    return Component.objects.get_or_create(
        code=code, defaults={"name_tr": f"Modül {code}", "name_en": f"Module {code}", "tier": tier}
    )[0]


def a_contact(municipality: Municipality, duty: str = Contact.Duty.IT, **fields) -> Contact:
    """A verified mobile in a range no operator gives out."""
    fields = {
        "name": "Bilgi İşlem Sorumlusu",
        "channel": Contact.Channel.SMS,
        "address": f"+905990{next(_numbers):06d}",
        "verified_at": now(),
        **fields,
    }
    return Contact.objects.create(municipality=municipality, duty=duty, **fields)


def the_whole_country() -> None:
    """All 81 provinces, 1,407 municipalities and 48 components, as shipped."""
    registers.carry_out(registers.compare(registers.SHIPPED))
