"""The demonstration's part of runbooks: plans in the catalogue, a rota, contacts that can be reached."""

from datetime import timedelta
from urllib.parse import urlsplit

from foundation import now
from foundation.directory.models import Person
from foundation.language import phone_numbers
from monitoring.models import Check
from runbooks.models import DrillNumber, Endpoint, Rota, Shift
from runbooks.plans import catalogue

DAYS = 7
SHIFT = timedelta(hours=12)
# (rota, Turkish, English, first and backup of each shift, by the name before @nobet.demo)
ROTAS = (
    ("nobet", "Platform nöbeti", "Platform watch", (("nermin", "leyla"), ("leyla", "nermin"))),
    ("masa", "Destek masası", "Support desk", (("leyla", "ayse"), ("ayse", "burak"))),
)


# Invented numbers, so that the watch can be called in the demonstration.
PHONES = {"nermin": "+905320000101", "leyla": "+905320000102", "ayse": "+905320000103", "burak": "+905320000104"}


def load() -> None:
    """Repeatable: a second call adds only what is missing."""
    catalogue.stock()
    for name, phone in PHONES.items():
        Person.objects.filter(email=f"{name}@nobet.demo", phone="").update(phone=phone)
    for person in Person.objects.filter(email__in=[f"{name}@nobet.demo" for name in PHONES], contact_ways=None):
        number = phone_numbers.read(str(person.phone)).address
        person.contact_ways.create(kind="sms", address=number, place=0, verified_at=now())
        person.contact_ways.create(kind="email", address=person.email, place=1, verified_at=now())
    for key, name_tr, name_en, turns in ROTAS:
        rota, _is_new = Rota.objects.get_or_create(key=key, defaults={"name_tr": name_tr, "name_en": name_en})
        if not rota.shifts.still_to_come().exists():
            _fill(rota, turns)
    if not DrillNumber.objects.exists():
        DrillNumber.objects.bulk_create(DrillNumber(address=phone, name=name.title()) for name, phone in PHONES.items())
    if address := _payment_queue():
        Endpoint.objects.get_or_create(key="odeme-kuyrugu", defaults={"url": address, "may_be_private": True})


def _payment_queue() -> str:
    """The stand-in city's online-payment endpoint plays the queue that DR-03 calls; it answers everything."""
    targets = Check.objects.filter(node__component="EODEME", target__startswith="http").values_list("target", flat=True)
    parts = urlsplit(targets.first() or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _fill(rota: Rota, turns) -> None:
    people = {person.email.partition("@")[0]: person for person in Person.objects.filter(email__endswith="@nobet.demo")}
    begin = now().replace(minute=0, second=0, microsecond=0)
    for place in range(2 * DAYS):
        for rank, name in enumerate(turns[place % len(turns)], start=1):
            if name in people:
                starts_at = begin + place * SHIFT
                Shift.objects.create(
                    rota=rota, person=people[name], rank=rank, starts_at=starts_at, ends_at=starts_at + SHIFT
                )
