"""What paging tests need on stage: a rota, telephones, an outage, a clock that moves, a network that carries."""

from datetime import datetime, timedelta

from foundation import now
from foundation.directory.models import Person
from foundation.outbox import inbound
from foundation.outbox.models import OutboxMessage
from monitoring.models import Scope, Severity
from monitoring.outages import declare
from runbooks.models import Notice, Page, Rota, Shift
from runbooks.paging import ladders

PHONES = {"nermin": "+905320000101", "leyla": "+905320000102", "yonca": "+905320000103", "kemal": "+905320000104"}
NIGHT = datetime.fromisoformat("2026-11-29T03:00:00+03:00")  # a Sunday


def on_call(first: Person, second: Person | None = None, key: str = "nobet") -> Rota:
    """`first` and `second` carry the rota for a day around now."""
    rota, _is_new = Rota.objects.get_or_create(key=key, defaults={"name_tr": "Nöbet", "name_en": "Watch"})
    for rank, person in enumerate([first, second], start=1):
        if person:
            begin = now() - timedelta(hours=12)
            until = begin + timedelta(days=1)
            Shift.objects.create(rota=rota, person=person, rank=rank, starts_at=begin, ends_at=until)
    return rota


def telephones(stage) -> None:
    for name, phone in PHONES.items():
        person = getattr(stage, name)
        person.phone = phone
        person.save()


def an_outage(component, severity: str = Severity.S1, **fields):
    words = {"title_tr": "Tahsilat kesintisi", "title_en": "Collection outage", **fields}
    return declare(
        scope=Scope.CENTRAL, severity=severity, source="probe", components=[component], started_at=now(), **words
    )


def pass_time(traveller, seconds: float, *, carry: bool = True) -> None:
    """Let time go on in steps of half a minute, with the sweeps that belong to paging."""
    step = min(seconds, 30)
    for _step in range(max(1, round(seconds / step))):
        traveller.shift(timedelta(seconds=step))
        ladders.go_on()
        if carry:
            the_network_carries()


def the_network_carries() -> None:
    """Whatever may leave arrives at once."""
    state = OutboxMessage.State
    leaving = OutboxMessage.objects.filter(state=state.QUEUED, batch__state="released", due_at__lte=now())
    leaving.update(state=state.DELIVERED, posted_at=now(), moved_at=now())


def told(person: Person, way: str = "sms") -> list[str]:
    """What was sent to this person's telephone or letterbox, oldest first."""
    address = str(person.phone) if way == "sms" else person.email
    sent = OutboxMessage.objects.filter(channel=way, address=address).order_by("pk")
    return list(sent.values_list("text", flat=True))


def code_of(person: Person) -> str:
    """The code in the latest summons of this person."""
    return person.summonses.order_by("-pk").values_list("code", flat=True)[0]


def replies(person: Person, text: str, sid: str = "SM1") -> None:
    inbound.receive("console", sid=sid, address=str(person.phone), text=text)


def called(page: Page) -> list[int]:
    """Whom the page called, in order, each once."""
    return list(dict.fromkeys(Notice.objects.filter(page=page).order_by("pk").values_list("person", flat=True)))
