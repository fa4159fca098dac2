"""The demonstration's part of runbooks: plans in the catalogue, a rota, contacts that can be reached."""

from datetime import timedelta
from urllib.parse import urlsplit

from foundation import now
from foundation.directory.models import Person
from monitoring.models import Check
from runbooks.models import DrillNumber, Endpoint, Rota, Runbook, Shift, ShippedPiece
from runbooks.plans import blanks, catalogue, source_text

DAYS = 7
SHIFT = timedelta(hours=12)
# (rota, Turkish, English, first and backup of each shift, by the name before @nobet.demo)
ROTAS = (
    ("nobet", "Platform nöbeti", "Platform watch", (("nermin", "leyla"), ("leyla", "nermin"))),
    ("masa", "Destek masası", "Support desk", (("leyla", "ayse"), ("ayse", "burak"))),
)


# Invented numbers, so that the watch can be called in the demonstration.
PHONES = {"nermin": "+905320000101", "leyla": "+905320000102", "ayse": "+905320000103", "burak": "+905320000104"}


# What the demonstration's house writes into the plans that ship: owner, approver, day of the review, next drill.
NAMES = {
    "DR-01": ("Altyapı ekibi", "Platform yönetimi", "2026-10-05", "2027-03-11"),
    "DR-02": ("Veri tabanı ekibi", "Platform yönetimi", "2026-08-20", "2027-01-14"),
    "DR-03": ("Tahsilat ürün ekibi", "Platform yönetimi", "2026-09-14", "2027-02-18"),
    "DR-04": ("Kimlik ekibi", "Platform yönetimi", "2026-09-01", ""),
    "DR-05": ("EBYS ekibi", "Platform yönetimi", "2026-07-30", ""),
    "DR-06": ("Güvenlik ekibi", "Platform yönetimi", "2026-10-12", ""),
    "DR-07": ("Veri koruma görevlisi", "Hukuk müşavirliği", "2026-09-22", "2027-04-08"),
    "DR-08": ("Afet ekibi", "Platform yönetimi", "2026-10-26", "2026-12-27"),
    "DR-09": ("İletişim ekibi", "Platform yönetimi", "2026-08-03", ""),
    "DR-10": ("Altyapı ekibi", "Platform yönetimi", "2026-10-05", ""),
}


def stock() -> None:
    """Every plan that ships, with the demonstration's names in it and the endpoints that it calls."""
    address = _payment_queue() or "http://127.0.0.1:9"
    for piece in ShippedPiece.objects.filter(kind=ShippedPiece.Kind.PLAN, code__in=NAMES):
        if Runbook.objects.filter(code=piece.code).exists():
            continue
        catalogue.publish(_named(piece))
        ShippedPiece.objects.filter(pk=piece.pk).update(taken=piece.text)
        for key in blanks.endpoints_of(piece.definition):
            Endpoint.objects.get_or_create(key=key, defaults={"url": address, "may_be_private": True})
    approver = Person.objects.filter(email="kemal@nobet.demo").first()
    if approver:
        Runbook.objects.filter(code__in=NAMES, published_by=None, approved_at=None).update(
            approved_by=approver, approved_at=now()
        )


def _named(piece: ShippedPiece) -> str:
    owner, approver, reviewed_on, next_drill_on = NAMES[piece.code]
    values: dict[source_text.Place, str | int] = {
        ("owner",): owner, ("approver",): approver, ("reviewed_on",): reviewed_on
    }  # fmt: skip
    contacts = range(len(piece.definition.get("contacts", ())))
    values |= {("contacts", place, "reach"): f"0599 000 00 {place + 10}" for place in contacts}
    source = source_text.with_values(piece.text, values)
    if next_drill_on:
        source = source.replace("targets:\n", f"next_drill_on: {next_drill_on}\ntargets:\n", 1)
    return source


def load() -> None:
    """Repeatable: a second call adds only what is missing."""
    stock()
    for name, phone in PHONES.items():
        Person.objects.filter(email=f"{name}@nobet.demo", phone="").update(phone=phone)
    for key, name_tr, name_en, turns in ROTAS:
        rota, _is_new = Rota.objects.get_or_create(key=key, defaults={"name_tr": name_tr, "name_en": name_en})
        if not rota.shifts.still_to_come().exists():
            _fill(rota, turns)
    if not DrillNumber.objects.exists():
        DrillNumber.objects.bulk_create(DrillNumber(address=phone, name=name.title()) for name, phone in PHONES.items())


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
