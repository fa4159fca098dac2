"""The demonstration's part of runbooks: plans in the catalogue, a rota, contacts that can be reached."""

from datetime import time, timedelta
from urllib.parse import urlsplit

from foundation import now
from foundation.directory.models import Person
from foundation.language import phone_numbers
from monitoring.models import Check
from runbooks.models import DrillNumber, Endpoint, Rota, Runbook, ShippedPiece
from runbooks.models.rotas import WHOLE_WEEK, Rank
from runbooks.plans import blanks, catalogue, source_text
from runbooks.rotas import permissions, rules
from runbooks.rotas.rotation import ISTANBUL

EIGHT, NINE, SIX = time(8, 30), time(9), time(17, 30)
FIRSTS, BACKUPS = ("nermin", "leyla", "kemal"), ("leyla", "kemal", "nermin")

# (key, Turkish, English, weekdays, from, until, turn, who is first in the order of turns, who is backup),
# people by the name before @nobet.demo
ROTAS = (
    (
        "nobet",
        "Platform nöbeti",
        "Platform watch",
        WHOLE_WEEK,
        NINE,
        NINE,
        "day",
        ("nermin", "leyla", "kemal"),
        BACKUPS,
    ),
    ("masa", "Destek masası", "Support desk", "12345", EIGHT, SIX, "week", ("ayse", "burak", "leyla"), ()),
)


# Invented numbers, so that the watch can be called in the demonstration.
PHONES = {"nermin": "+905320000101", "leyla": "+905320000102", "ayse": "+905320000103", "burak": "+905320000104"}
ON_DUTY = PHONES | {"kemal": "+905320000105"}


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
    for name, phone in ON_DUTY.items():
        Person.objects.filter(email=f"{name}@nobet.demo", phone="").update(phone=phone)
    for person in Person.objects.filter(email__in=[f"{name}@nobet.demo" for name in ON_DUTY], contact_ways=None):
        number = phone_numbers.read(str(person.phone)).address
        person.contact_ways.create(kind="sms", address=number, place=0, verified_at=now())
        person.contact_ways.create(kind="email", address=person.email, place=1, verified_at=now())
    _rotas()
    if not DrillNumber.objects.exists():
        DrillNumber.objects.bulk_create(DrillNumber(address=phone, name=name.title()) for name, phone in PHONES.items())


def _payment_queue() -> str:
    """The stand-in city's online-payment endpoint plays the queue that DR-03 calls; it answers everything."""
    targets = Check.objects.filter(node__component="EODEME", target__startswith="http").values_list("target", flat=True)
    parts = urlsplit(targets.first() or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _rotas() -> None:
    """By the same verbs as the pages, in the name of a lead of the demonstration."""
    demonstration = Person.objects.filter(email__endswith="@nobet.demo")
    people = {person.email.partition("@")[0]: person for person in demonstration}
    lead = demonstration.holding(permissions.LEADS).order_by("pk").first()
    if lead is None:
        return
    today = now().astimezone(ISTANBUL).date()
    monday = today - timedelta(days=today.weekday() + 7)  # so that somebody carries it before this week begins, too
    for key, name_tr, name_en, days, opens, closes, unit, firsts, backups in ROTAS:
        rota = Rota.objects.filter(key=key).first()
        rota = rota or rules.make(
            key=key,
            name_tr=name_tr,
            name_en=name_en,
            days=days,
            opens=opens,
            closes=closes,
            has_backup=bool(backups),
            by=lead,
        )
        if rota.ended_at or rota.layers.exists():
            continue
        for rank, names in ((Rank.FIRST, firsts), (Rank.BACKUP, backups)):
            if turns := [people[name] for name in names if name in people]:
                rules.set_layer(
                    rota,
                    rank=rank,
                    people=turns,
                    starts_on=monday,
                    every=1,
                    unit=unit,
                    days=days,
                    opens=opens,
                    closes=closes,
                    by=lead,
                    signed=True,
                )
