"""Shifts for calendar programs: iCalendar (RFC 5545), in the wall time of this country."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from foundation import now
from foundation.directory.models import Person
from foundation.language import texts
from runbooks.models import Rota, Shift
from runbooks.rotas.rotation import ISTANBUL

BACK = timedelta(days=31)
PRODUCT = "-//Nobet//Rotas//TR"
FRESH = timedelta(hours=1)


def of_rota(rota: Rota) -> str:
    """Everybody's shifts of one rota, a month back and as far ahead as they are laid out."""
    return _calendar(_shifts().filter(rota=rota), name=str(rota))


def of_person(person: Person) -> str:
    """One person's shifts of every rota."""
    return _calendar(_shifts().filter(person=person), name=gettext("My shifts"))


def _shifts() -> QuerySet[Shift]:
    shifts = Shift.objects.in_use().filter(ends_at__gt=now() - BACK).order_by("starts_at", "rank", "pk")
    return shifts.select_related("rota", "person", "instead_of")


def _calendar(shifts: Iterable[Shift], *, name: str) -> str:
    whole = icalendar.Calendar()
    for field, value in (
        ("version", "2.0"),
        ("prodid", PRODUCT),
        ("method", "PUBLISH"),
        ("x-wr-calname", texts.line(name)),
    ):
        whole.add(field, value)
    whole.add("refresh-interval", FRESH, parameters={"VALUE": "DURATION"})
    for shift in shifts:
        whole.add_component(_event(shift))
    whole.add_missing_timezones()
    return whole.to_ical().decode()


def _event(shift: Shift) -> icalendar.Event:
    """The place in the rota is the identity: who carries it may change, and then SEQUENCE is higher."""
    entry = icalendar.Event()
    host = urlsplit(settings.PUBLIC_BASE_URL).netloc
    entry.add("uid", f"shift-{shift.rota.key}-{shift.rank}-{int(shift.starts_at.timestamp())}-{shift.pk}@{host}")
    entry.add("dtstamp", shift.changed_at)
    entry.add("last-modified", shift.changed_at)
    entry.add("sequence", max(0, int((shift.changed_at - shift.rota.created_at) / timedelta(seconds=1))))
    entry.add("dtstart", shift.starts_at.astimezone(ISTANBUL).replace(microsecond=0))
    entry.add("dtend", shift.ends_at.astimezone(ISTANBUL).replace(microsecond=0))
    entry.add("summary", texts.line(f"{shift.rota}: {shift.person.name} ({shift.get_rank_display()})"))
    entry.add("status", "CONFIRMED")
    if shift.instead_of:
        entry.add("description", texts.carried(gettext("instead of %(name)s") % {"name": shift.instead_of.name}))
    return entry
