"""Whom a broadcast is for: a rule, what it finds now, and how the frozen list differs."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Contact, Municipality
from foundation.language import phone_numbers, texts
from monitoring.models import Affected
from runbooks.broadcasts.compose import drill_list, reached
from runbooks.models import Broadcast, Recipient

Duty = Contact.Duty
Reason = Recipient.Reason
# Mayors first, then secretaries, IT leads, cash desks (reference, "Targets for us").
ORDER: dict[str, int] = {Duty.MAYOR: 0, Duty.SECRETARY: 1, Duty.IT: 2, Duty.CASH_DESK: 3, Duty.OTHER: 4}
# A number met with two reasons keeps the first of these; "" is no reason at all.
_STRICTEST = [Reason.OPTED_OUT, "", Reason.UNVERIFIED, Reason.LANDLINE, Reason.INVALID]
LARGEST_FILE = 20_000  # lines
LINE_ENDS = re.compile("\r\n|\r|\n")  # a vertical tab ends no line of a sheet


class FileIsWrong(Refusal):
    status = 422


@dataclass(frozen=True)
class Listed:
    """One telephone number the audience holds, and for whom."""

    address: str
    name: str
    duty: str
    municipality_id: int | None
    contact_id: int | None
    sort: tuple
    left_out: str = ""
    listed: int = 1


@dataclass(frozen=True)
class AudienceRule:
    """Conditions on municipalities and duties; an empty one does not narrow.

    `file` holds (number, name, duty, municipality code) of an uploaded list, which is
    then the whole audience. `silent_in` narrows to those who did not acknowledge
    that broadcast. `reached_by` is for corrections: whoever that broadcast reached or
    may have reached, and nobody else, whatever the other conditions say.
    """

    regions: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    red_now: bool = False
    silent_in: int | None = None
    reached_by: int | None = None
    file: tuple[tuple[str, str, str, str], ...] = ()

    @classmethod
    def from_json(cls, stored: dict) -> "AudienceRule":
        """As kept in `Broadcast.rule`; fields it does not know are refused by name."""
        values: dict[str, Any] = {
            name: tuple(map(tuple, value)) if name == "file" else tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
        }
        return cls(**values)

    def to_json(self) -> dict:
        """Only what narrows, as plain JSON values."""
        kept = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items() if value}

    def find_municipalities(self) -> QuerySet[Municipality]:
        """The municipalities the rule reaches, as a queryset."""
        municipalities = Municipality.objects.current()
        narrowing = {
            "province__region__in": self.regions,
            "province_id__in": self.provinces,
            "type__in": self.types,
            "code__in": self.municipalities,
        }
        municipalities = municipalities.filter(**{lookup: values for lookup, values in narrowing.items() if values})
        if self.components:
            municipalities = municipalities.filter(Q(components__in=self.components) | Q(components=None))
        if self.tiers:
            municipalities = municipalities.filter(components__tier__in=self.tiers)
        if self.red_now:
            municipalities = municipalities.filter(pk__in=red_now())
        return municipalities.distinct()


@dataclass(frozen=True)
class Audience:
    """What a rule finds: `included` in the order of leaving, `left_out` with reasons."""

    included: list[Listed] = field(default_factory=list)
    left_out: list[Listed] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """SHA-256 over who gets it and as whom; the order counts."""
        lines = (f"{one.address}|{one.municipality_id}|{one.duty}|{one.name}\n" for one in self.included)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """How the world moved since the list was frozen, by telephone number."""

    joined: list[Listed]
    gone: list[Recipient]

    def __bool__(self) -> bool:
        return bool(self.joined or self.gone)


def red_now() -> QuerySet:
    """Municipalities with something down at this moment, as a query of their keys."""
    down = Affected.objects.current()
    direct = down.filter(municipality__isnull=False).values("municipality_id")
    by_node = down.filter(node__isnull=False).values("node__municipality_id")
    return Municipality.objects.filter(Q(pk__in=direct) | Q(pk__in=by_node)).values("pk")


def find_for(broadcast: Broadcast) -> Audience:
    """Everyone this broadcast would reach now."""
    return find(AudienceRule.from_json(broadcast.rule), is_drill=broadcast.is_drill)


def find(rule: AudienceRule, *, is_drill: bool = False) -> Audience:
    """Everyone the rule reaches now: one entry a telephone number, however often listed.

    A drill reaches the drill list and nothing else, whatever its rule says.
    """
    entries = _entries_of_drill(rule) if is_drill else _entries(rule)
    merged: dict[str, Listed] = {}
    for entry in sorted(entries, key=lambda entry: entry.sort):
        earlier = merged.get(entry.address)
        merged[entry.address] = _merge(earlier, entry) if earlier else entry
    audience = Audience(
        included=[entry for entry in merged.values() if not entry.left_out],
        left_out=[entry for entry in merged.values() if entry.left_out],
    )
    return _only_silent(audience, rule.silent_in) if rule.silent_in else audience


def frozen(broadcast: Broadcast, *, first: int | None = None) -> Audience:
    """The audience as it was frozen on submission, or the `first` so many of its places."""
    rows = list(broadcast.recipients.all()[:first])
    as_listed = [
        Listed(
            address=row.address,
            name=row.name,
            duty=row.duty,
            municipality_id=row.municipality_id,
            contact_id=row.contact_id,
            sort=(row.place,),
            left_out=row.left_out,
            listed=row.listed,
        )
        for row in rows
    ]
    return Audience(
        included=[one for one in as_listed if not one.left_out],
        left_out=[one for one in as_listed if one.left_out],
    )


def freeze(broadcast: Broadcast, audience: Audience) -> None:
    """Write the list down, in the caller's transaction; an earlier list is replaced."""
    broadcast.recipients.all().delete()
    everyone = [*audience.included, *audience.left_out]
    Recipient.objects.bulk_create(
        (
            Recipient(
                broadcast=broadcast,
                place=place,
                address=one.address,
                name=one.name,
                duty=one.duty,
                municipality_id=one.municipality_id,
                contact_id=one.contact_id,
                listed=one.listed,
                left_out=one.left_out,
            )
            for place, one in enumerate(everyone, start=1)
        ),
        batch_size=500,
    )


def difference(broadcast: Broadcast) -> Difference:
    """Who would join or leave if the list were frozen now."""
    then = {row.address: row for row in broadcast.recipients.included()}
    today = {one.address: one for one in find_for(broadcast).included}
    return Difference(
        joined=[one for address, one in today.items() if address not in then],
        gone=[row for address, row in then.items() if address not in today],
    )


def read_file(text: str) -> tuple[tuple[str, str, str, str], ...]:
    """Lines of "number;name;duty;municipality code"; commas will do; the last three may be empty.

    Refuses the whole file with the line that is wrong (`FileIsWrong`).
    """
    lines = LINE_ENDS.split(text.removeprefix("\ufeff"))
    if len(lines) > LARGEST_FILE:
        raise FileIsWrong(_("The file has more than %(most)d lines.") % {"most": LARGEST_FILE})
    separator = ";" if ";" in text else ","
    try:
        return tuple(rows_in(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)))
    except csv.Error as error:
        raise FileIsWrong(_("This is not a list of text cells.")) from error


def rows_in(rows: Iterable[list[str]]) -> Iterator[tuple[str, str, str, str]]:
    for number, row in enumerate(rows, start=1):
        cells = [texts.line(cell) for cell in row[:4]] + [""] * 4
        if not any(cells) or number == 1 and not any(letter.isdigit() for letter in cells[0]):
            continue
        if cells[2] and cells[2] not in Duty.values:
            raise FileIsWrong(_("Line %(line)d: “%(duty)s” is not a duty.") % {"line": number, "duty": cells[2]})
        yield cells[0], cells[1], cells[2] or Duty.OTHER.value, cells[3]


def _entries(rule: AudienceRule) -> Iterable[Listed]:
    if rule.reached_by:
        return _from_broadcast(Broadcast.objects.get(pk=rule.reached_by))
    return _from_file(rule.file) if rule.file else _from_contacts(rule)


def _entries_of_drill(rule: AudienceRule) -> Iterable[Listed]:
    if not rule.reached_by:
        return _from_file(drill_list.lines())
    agreed = drill_list.addresses()
    reached_by_it = _from_broadcast(Broadcast.objects.get(pk=rule.reached_by))
    return [entry for entry in reached_by_it if entry.address in agreed]


def _from_broadcast(broadcast: Broadcast) -> Iterable[Listed]:
    """Whom it reached; the numbers were read when they were written to."""
    rows = reached.recipients(broadcast).values_list("address", "name", "duty", "municipality__code", "contact_id")
    deputies = ((address, "", Duty.OTHER.value, code, None) for address, code in reached.deputies(broadcast))
    municipalities = dict(Municipality.objects.values_list("code", "pk"))
    opted_out = _who_opted_out()
    for place, (address, name, duty, code, contact_id) in enumerate([*rows, *deputies]):
        yield Listed(
            address=address,
            name=name,
            duty=duty,
            municipality_id=municipalities.get(code),
            contact_id=contact_id,
            sort=(ORDER[duty], code or "", address, place),
            left_out=Reason.OPTED_OUT if address in opted_out else "",
        )


def _from_contacts(rule: AudienceRule) -> Iterable[Listed]:
    contacts = Contact.objects.filter(channel=Contact.Channel.SMS, municipality__in=rule.find_municipalities())
    if rule.duties:
        contacts = contacts.filter(duty__in=rule.duties)
    rows = contacts.values_list(
        "pk", "address", "name", "duty", "municipality_id", "municipality__code", "verified_at", "opted_out_at"
    )
    for key, address, name, duty, municipality_id, code, verified_at, opted_out_at in rows:
        number = phone_numbers.read(address)
        yield Listed(
            address=number.address,
            name=name,
            duty=duty,
            municipality_id=municipality_id,
            contact_id=key,
            sort=(ORDER[duty], code, number.address, key),
            left_out=_reason(number.kind, verified=verified_at, opted_out=opted_out_at),
        )


def _from_file(lines: Iterable[tuple[str, str, str, str]]) -> Iterable[Listed]:
    municipalities = dict(Municipality.objects.values_list("code", "pk"))
    opted_out = _who_opted_out()
    for place, (text, name, duty, code) in enumerate(lines):
        number = phone_numbers.read(text)
        yield Listed(
            address=number.address,
            name=name,
            duty=duty,
            municipality_id=municipalities.get(code),
            contact_id=None,
            sort=(ORDER[duty], code, number.address, place),
            left_out=_reason(number.kind, verified=True, opted_out=number.address in opted_out),
        )


def _who_opted_out() -> set[str]:
    gone = Contact.objects.filter(channel=Contact.Channel.SMS).exclude(opted_out_at=None)
    return {phone_numbers.read(text).address for text in gone.values_list("address", flat=True)}


def _reason(kind: str, *, verified, opted_out) -> str:
    if kind != "mobile":
        return Reason.LANDLINE if kind == "landline" else Reason.INVALID
    if opted_out:
        return Reason.OPTED_OUT
    return "" if verified else Reason.UNVERIFIED


def _merge(earlier: Listed, again: Listed) -> Listed:
    """One number listed twice: the first place stays, a single opt-out counts for all."""
    reason = min(earlier.left_out, again.left_out, key=_STRICTEST.index)
    return replace(earlier, left_out=reason, listed=earlier.listed + again.listed)


def _only_silent(audience: Audience, broadcast_id: int) -> Audience:
    silent = set(Recipient.objects.silent().filter(broadcast=broadcast_id).values_list("address", flat=True))
    return Audience(
        included=[one for one in audience.included if one.address in silent],
        left_out=[one for one in audience.left_out if one.address in silent],
    )
